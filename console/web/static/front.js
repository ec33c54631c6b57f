// The first page: what this phone kept because it could not reach Skellat.
import { clock, copies, element, note } from "./phone.js";

const place = document.getElementById("on-this-phone");
for (const copy of copies(place.dataset.who)) {
  const words = `This phone kept “${copy.title}” at ${clock(copy.when)}, because Skellat could not be reached.`;
  const open = element("a", { className: "govuk-button govuk-button--secondary", href: copy.path }, "Open it");
  place.append(note(copy, words, open));
}

// Only improves: every page works without it.
import { Button, CharacterCount, ErrorSummary, PasswordInput, SkipLink, createAll } from "./govuk/govuk-frontend.min.js";
import { dropAll } from "./phone.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
for (const component of [Button, CharacterCount, ErrorSummary, PasswordInput, SkipLink]) createAll(component);
document.querySelectorAll("[data-places]").forEach(filterPlaces);
document.querySelector('form[action="/sign-out"]')?.addEventListener("submit", dropAll);
const live = document.getElementById("live");
if (live) follow(live);

// A box that narrows a list of places; what is ticked always stays in sight.
function filterPlaces(box) {
  const items = [...box.querySelectorAll("li")];
  const id = items[0].querySelector("input").id;
  const group = document.createElement("div");
  const label = Object.assign(document.createElement("label"), { className: "govuk-label", htmlFor: `${id}-filter`, textContent: `Find ${box.dataset.noun} by name or town` });
  const field = Object.assign(document.createElement("input"), { className: "govuk-input skellat-places__filter", id: `${id}-filter`, type: "search", autocomplete: "off" });
  const said = Object.assign(document.createElement("p"), { className: "skellat-places__said" });
  said.setAttribute("role", "status");
  group.append(label, field, said);
  box.prepend(group);
  const show = () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const item of items) {
      item.hidden = !item.querySelector("input").checked && !words.every((word) => item.dataset.words.includes(word));
    }
    const shown = items.filter((item) => !item.hidden).length;
    const ticked = box.querySelectorAll("input:checked").length;
    said.textContent = `${ticked} of ${items.length} ticked${words.length ? `, ${shown} shown` : ""}`;
  };
  field.addEventListener("input", show);
  // Enter in the box would send the whole form.
  field.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
  box.addEventListener("change", show);
  show();
}

// The one place that reads HTML: the board, and texts, from this console itself. Parsed so, it runs nothing.
const ours = window.trustedTypes?.createPolicy("skellat", { createHTML: (html) => html }) ?? { createHTML: (html) => html };
export const read = (html) => new DOMParser().parseFromString(ours.createHTML(html), "text/html");

// The board: asks again while something is under way, and says once what has changed.
function follow(live) {
  const ANEW = "skellat-loaded-anew";
  let tag = null;
  let heard = new Date();
  const note = Object.assign(document.createElement("p"), { className: "skellat-note skellat-note--amber", hidden: true });
  note.setAttribute("role", "status");
  live.before(note);
  let said = live.querySelector("[data-board]").dataset.said;
  const again = (seconds) => seconds > 0 && setTimeout(ask, seconds * 1000);
  again(Number(live.dataset.every));
  // A page that was loaded anew for what has changed says it; a moment later, when it is listened to.
  if (sessionStorage.getItem(ANEW) === location.pathname) setTimeout(() => (document.getElementById("said").textContent = said), 500);
  sessionStorage.removeItem(ANEW);

  async function ask() {
    if (document.hidden) return document.addEventListener("visibilitychange", ask, { once: true });
    let answer;
    try {
      answer = await fetch(live.dataset.live, { headers: tag ? { "If-None-Match": tag } : {}, redirect: "manual", cache: "no-store" });
    } catch {
      return lost();
    }
    // Signed out meanwhile: the page itself leads to where one signs in.
    if (answer.type === "opaqueredirect") return location.reload();
    if (answer.status >= 500) return lost();
    note.hidden = true;
    heard = new Date();
    if (answer.ok) {
      tag = answer.headers.get("ETag");
      put(await answer.text());
    }
    again(Number(live.dataset.every));
  }

  // Nothing is worse than an old state that looks new.
  function lost() {
    const words = live.dataset.lost || "Skellat has not answered since {time}. What stands here is as it was then. This page goes on asking by itself.";
    if (note.hidden) note.textContent = words.replace("{time}", heard.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" }));
    note.hidden = false;
    again(5);
  }

  function put(html) {
    const fresh = read(html).querySelector("[data-board]");
    if (!fresh) return;
    if (fresh.dataset.state !== live.dataset.state) {
      sessionStorage.setItem(ANEW, location.pathname);
      return location.reload();
    }
    const open = [...live.querySelectorAll("details[open][id]")].map((one) => one.id);
    const focused = document.activeElement?.closest?.("#live summary, #live button, #live a");
    const place = focused ? [...live.querySelectorAll("summary, button, a")].indexOf(focused) : -1;
    live.replaceChildren(document.importNode(fresh, true));
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    if (place >= 0) live.querySelectorAll("summary, button, a")[place]?.focus();
    createAll(Button, undefined, live);
    live.dataset.every = fresh.dataset.every;
    document.title = fresh.dataset.title;
    if (fresh.dataset.said !== said) document.getElementById("said").textContent = said = fresh.dataset.said;
  }
}

// The draft form: shows the texts while one types, and keeps what is typed. It works without.
import { clock, copies, drop, element, note, put } from "./phone.js";
import { read } from "./skellat.js";
import { guard, notSent } from "./unsent.js";

const EVERY = 10; // seconds between two savings, where something has changed
const QUIET = 600; // milliseconds without a key pressed, before the texts are made again
const PATIENCE = 15; // seconds
const STANDS = { 401: "You are signed out.", 400: "You signed in again after this page was opened." };

const form = document.getElementById("draft");
const box = form.elements;
const kept = document.getElementById("kept");
const texts = document.getElementById("preview");
let last = asText();
let under = null;
let refused = null; // a file that is not taken is not sent again and again
let done = false; // the form was sent, from another window or before the browser's Back
let typing, asked;

form.addEventListener("input", changed);
form.addEventListener("change", changed);
box.picture_file.addEventListener("change", () => keep());
document.addEventListener("visibilitychange", () => document.hidden && keep());
setInterval(keep, EVERY * 1000);
guard(form, () => keep(true).then((how) => how !== "unreached"), () => {
  onThisPhone();
  kept.textContent = "";
  notSent(document.getElementById("not-sent"), "Everything you typed is on this page, and kept on this phone.");
});
for (const copy of copies(form.dataset.who)) if (copy.path === here()) offer(copy);
show();

function here() {
  return form.getAttribute("action");
}

function fields() {
  return [...new FormData(form)].filter(([name, value]) => typeof value === "string" && name !== "csrf_token");
}

function asText() {
  return JSON.stringify(fields());
}

function file() {
  const chosen = box.picture_file.files[0];
  return chosen && chosen !== refused ? chosen : null;
}

function body(withFile) {
  const all = new FormData(form);
  if (!withFile) all.delete("picture_file");
  return all;
}

function changed() {
  clearTimeout(typing);
  typing = setTimeout(show, QUIET);
}

// One at a time; what changed meanwhile goes with the next one.
async function keep(always = false) {
  if (under) await under;
  if (!always && (done || (asText() === last && !file()))) return "same";
  under = send();
  const how = await under;
  under = null;
  return how;
}

async function send() {
  const now = asText();
  const picture = file();
  let answer, said;
  try {
    answer = await fetch(form.dataset.keep, { method: "POST", body: body(picture), redirect: "manual", signal: AbortSignal.timeout(PATIENCE * 1000) });
    said = answer.ok ? await answer.json() : {};
  } catch {
    onThisPhone();
    kept.textContent = `Skellat cannot be reached. What you type is kept on this phone, ${clock(Date.now())}.`;
    return "unreached";
  }
  if (!answer.ok) {
    onThisPhone();
    kept.textContent = `${STANDS[answer.status] ?? "Skellat cannot keep this just now."} Go on writing: everything goes along when you press the button.`;
    return "refused";
  }
  last = now;
  done = said.sent;
  drop(box.once.value);
  if (picture) took(picture, said);
  kept.textContent = said.overtaken ? "Somebody else saved this draft meanwhile. When you press the button you are shown both." : `Kept for you at ${said.at}. Nobody else can see it until you save it.`;
  return "kept";
}

function onThisPhone() {
  const title = box.title?.value || document.querySelector("h1").lastChild.textContent.trim();
  put(box.once.value, { who: form.dataset.who, path: here(), title, when: Date.now(), fields: fields() });
}

// The picture is with Skellat now, and the form names it.
function took(picture, said) {
  document.getElementById("picture-kept")?.remove();
  const says = element("p", { id: "picture-kept", className: said.wrong ? "govuk-error-message" : "skellat-quiet" });
  box.picture_file.closest(".govuk-form-group").append(says);
  if (said.wrong) {
    refused = picture;
    says.textContent = said.wrong;
    return;
  }
  box.picture_file.value = "";
  setPicture(said.picture);
  says.textContent = `“${picture.name}” is kept with this draft.`;
  last = asText();
  show();
}

function setPicture(digest) {
  if (!box.picture) form.append(element("input", { type: "hidden", name: "picture" }));
  box.picture.value = digest;
  if (box.no_picture) box.no_picture.checked = false;
}

async function show() {
  asked?.abort();
  asked = new AbortController();
  try {
    const answer = await fetch(form.dataset.preview, { method: "POST", body: body(false), redirect: "manual", signal: asked.signal });
    if (!answer.ok) return old();
    putUp(read(await answer.text()).querySelector("[data-texts]"));
  } catch (error) {
    if (error.name !== "AbortError") old();
  }
}

function putUp(fresh) {
  if (!fresh) return;
  document.getElementById("preview-texts").replaceChildren(document.importNode(fresh, true));
  texts.hidden = false;
  texts.classList.remove("skellat-write__texts--old");
  const said = document.getElementById("preview-said");
  if (said.textContent !== fresh.dataset.said) said.textContent = fresh.dataset.said;
}

function old() {
  if (texts.hidden) return;
  texts.classList.add("skellat-write__texts--old");
  document.getElementById("preview-said").textContent = "These texts are older than what you have typed: Skellat does not answer.";
}

function offer(copy) {
  const words = `This phone kept what you wrote here at ${clock(copy.when)}, because Skellat could not be reached.`;
  const back = element("button", { className: "govuk-button govuk-button--secondary", type: "button" }, "Put it back");
  const shown = note(copy, words, back);
  back.addEventListener("click", () => {
    fill(copy.fields);
    shown.remove();
    document.querySelector(`[data-key="${CSS.escape(copy.key)}"]`)?.remove();
    keep(true);
    show();
  });
  form.before(shown);
}

function fill(given) {
  const values = (name) => given.filter(([one]) => one === name).map(([, value]) => value);
  for (const control of box) {
    if (!control.name || control.name === "csrf_token" || control.type === "file") continue;
    const own = values(control.name);
    if (control.type === "checkbox" || control.type === "radio") control.checked = own.includes(control.value);
    else if (control.name !== "picture") control.value = own[0] ?? "";
  }
  const [picture] = values("picture");
  if (picture) setPicture(picture);
  for (const one of form.querySelectorAll("details")) one.open ||= [...one.querySelectorAll("textarea, input")].some((field) => field.value);
  for (const one of form.querySelectorAll("[data-places]")) one.dispatchEvent(new Event("change"));
}

// The check page: texts that are being changed are kept, and without a signal nothing is sent.
import { guard, notSent } from "./unsent.js";

const SECONDS = 10;
const cards = document.querySelector("[data-keep]");
const texts = [...cards.querySelectorAll("[data-text]")];
const made = new Map(texts.map((one) => [one, one.closest(".skellat-card").querySelector(".skellat-words").textContent]));
let last = asText();

for (const form of document.querySelectorAll('main form[method="post"]')) {
  const place = document.createElement("div");
  place.setAttribute("role", "alert");
  form.append(place);
  guard(form, reach, () => notSent(place, "What you typed is still on this page."));
}
document.addEventListener("visibilitychange", () => document.hidden && keep());
setInterval(keep, SECONDS * 1000);

// What differs from the text that the card shows.
function changed() {
  return texts.filter((one) => one.value.trim() !== made.get(one).trim()).map((one) => [`text:${one.dataset.text}`, one.value]);
}

function asText() {
  return JSON.stringify(changed());
}

async function keep() {
  const now = asText();
  if (now === last) return;
  const body = new FormData();
  body.append("csrf_token", cards.querySelector("[name=csrf_token]").value);
  for (const [name, value] of changed()) body.append(name, value);
  try {
    const answer = await fetch(cards.dataset.keep, { method: "POST", body, redirect: "manual", signal: AbortSignal.timeout(SECONDS * 1000) });
    if (answer.ok) last = now;
  } catch {
    // the next turn tries it again
  }
}

async function reach() {
  try {
    await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(SECONDS * 1000) });
    return true;
  } catch {
    return false;
  }
}

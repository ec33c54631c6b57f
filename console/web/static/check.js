// The check page: without a signal its forms say that nothing was sent.
import { guard, notSent } from "./unsent.js";

const SECONDS = 10;

for (const form of document.querySelectorAll('main form[method="post"]')) {
  const place = document.createElement("div");
  place.setAttribute("role", "alert");
  form.append(place);
  guard(form, reach, () => notSent(place, "What you typed is still on this page."));
}

async function reach() {
  try {
    await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(SECONDS * 1000) });
    return true;
  } catch {
    return false;
  }
}

// A form that cannot leave says so, and stays as it is. Nothing is tried again by itself.
export function notSent(place, more) {
  const box = Object.assign(document.createElement("div"), { className: "skellat-note skellat-note--red", tabIndex: -1 });
  const head = Object.assign(document.createElement("strong"), { textContent: "Not sent." });
  box.append(head, ` Skellat cannot be reached from here. ${more} Nothing is sent by itself: press the button again when there is a signal.`);
  place.replaceChildren(box);
  box.focus();
}

// Asks before the form leaves whether there is anybody to take it. `reach` gives false where not.
export function guard(form, reach, say) {
  let going = false;
  let asking = false;
  window.addEventListener("pageshow", () => (going = false));
  form.addEventListener("submit", async (event) => {
    if (going) return;
    event.preventDefault();
    if (asking) return;
    asking = true;
    const reached = navigator.onLine && (await reach());
    asking = false;
    if (!reached) return say();
    going = true;
    form.requestSubmit(event.submitter);
  });
}

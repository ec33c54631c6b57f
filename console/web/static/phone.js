// What was typed and could not reach Skellat, kept on this phone: for its author alone, until it is
// saved or they sign out.
const BEGINS = "skellat-writing:";

export function put(key, copy) {
  try {
    localStorage.setItem(BEGINS + key, JSON.stringify(copy));
    return true;
  } catch {
    return false; // storage is full, or switched off
  }
}

export function drop(key) {
  try {
    localStorage.removeItem(BEGINS + key);
  } catch {
    // nothing was kept then
  }
}

export function dropAll() {
  for (const key of keys()) drop(key);
}

// This person's, the newest first.
export function copies(who) {
  const found = keys().map((key) => ({ key, ...parsed(localStorage.getItem(BEGINS + key)) }));
  return found.filter((one) => one.who === who && Array.isArray(one.fields)).sort((one, two) => two.when - one.when);
}

// What both pages say of one, with two buttons or links.
export function note(copy, words, ...acts) {
  const box = element("div", { className: "skellat-note skellat-note--amber skellat-kept" });
  const said = element("p", { className: "govuk-body" }, element("strong", {}, words));
  const away = element("button", { className: "skellat-kept__away", type: "button" }, "Throw it away");
  away.addEventListener("click", () => {
    drop(copy.key);
    box.remove();
  });
  box.append(said, element("div", { className: "skellat-kept__acts" }, ...acts, away));
  return box;
}

export function element(name, properties, ...inside) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...inside);
  return made;
}

export function clock(when) {
  return new Date(when).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
}

function keys() {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(BEGINS)).map((key) => key.slice(BEGINS.length));
  } catch {
    return [];
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

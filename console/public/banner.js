// Shows what a council says in an emergency over the pages of its own site. Fails to nothing.
(() => {
  const me = document.currentScript;
  if (!me || !window.fetch) return;
  const LOOK = `
    :host { display: block; all: initial; }
    aside { padding: .75rem 1rem; background: #7a1020; color: #fff; font: 1.1875rem/1.4 system-ui, sans-serif; }
    aside.over { background: #1d5230; }
    ul { margin: 0 auto; padding: 0; max-width: 60rem; list-style: none; }
    li { padding: .2rem 0; overflow-wrap: anywhere; }
    strong { padding: 0 .4rem; border: 2px solid; border-radius: 3px; font-size: 1rem; }
    a { display: inline-block; padding: .35rem 0; color: #fff; }
    a:focus-visible { outline: 3px solid #ffd166; outline-offset: 2px; background: #ffd166; color: #0b1f24; }
    @media print { aside { border: 2px solid #000; background: none; color: #000; } a { color: #000; } }
  `;
  const element = (name, text, into) => {
    const made = document.createElement(name);
    if (text) made.textContent = text;
    if (into) into.append(made);
    return made;
  };
  const safe = (url) => /^https?:\/\//.test(url);
  const show = (said) => {
    if (!said.messages.length) return;
    const host = element("skellat-banner");
    const inside = host.attachShadow({ mode: "open" });
    try {
      const look = new CSSStyleSheet();
      look.replaceSync(LOOK);
      inside.adoptedStyleSheets = [look];
    } catch { /* plain, then */ }
    const aside = element("aside", "", inside);
    aside.lang = "en";
    aside.setAttribute("aria-label", said.title);
    if (said.messages.every((one) => one.over)) aside.className = "over";
    const list = element("ul", "", aside);
    list.setAttribute("role", "list");
    for (const one of said.messages.slice(0, 3)) {
      const line = element("li", "", list);
      element("strong", one.kind, line);
      line.append(" ");
      const link = element("a", one.subject, line);
      if (safe(one.url)) link.href = one.url;
      link.lang = one.language;
      line.append(` ${one.at}`);
    }
    document.body.prepend(host);
  };
  const begin = () => {
    const late = new AbortController();
    setTimeout(() => late.abort(), 5000);
    fetch(new URL("banner.json", me.src), { credentials: "omit", signal: late.signal })
      .then((answer) => (answer.ok ? answer.json() : Promise.reject()))
      .then(show)
      .catch(() => {});
  };
  if (document.body) begin();
  else addEventListener("DOMContentLoaded", begin);
})();

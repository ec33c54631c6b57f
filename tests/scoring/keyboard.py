"""The journey with the keyboard alone, looking at each stop whether one sees where one is."""

from dataclasses import dataclass, field

from playwright.sync_api import ElementHandle, Locator, Page

_MOST = 250
"""Stops on the longest page."""
_STOP = """() => {
  const one = document.activeElement;
  const painted = [one, one.labels?.[0]].filter(Boolean).flatMap((each) => [null, "::before"]
    .map((part) => getComputedStyle(each, part)));
  const seen = painted.some((style) => style.boxShadow !== "none"
    || (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0));
  const box = one.getBoundingClientRect();
  const x = box.left + Math.min(box.width, innerWidth) / 2;
  const y = box.top + Math.min(box.height, innerHeight) / 2;
  const top = document.elementFromPoint(x, y);
  const clear = top && (one.contains(top) || top.contains(one) || one.labels?.[0]?.contains(top));
  return [seen, Boolean(clear), one.outerHTML.slice(0, 120)];
}"""


@dataclass
class Keyboard:
    page: Page
    presses: int = 0
    stops: int = 0
    unseen: list[str] = field(default_factory=list)
    """Where nothing showed the focus."""
    covered: list[str] = field(default_factory=list)
    """Where something else lay over it."""

    def reach(self, what: Locator) -> None:
        """By Tab from where one is."""
        wanted = what.element_handle()
        for _ in range(_MOST):
            if self._is_at(wanted):
                return
            self.press("Tab")
            self._look()
        raise AssertionError(f"the keyboard does not reach {what}")

    def use(self, what: Locator, key: str = "Enter") -> None:
        self.reach(what)
        self.press(key)

    def choose(self, first: Locator, wanted: Locator) -> None:
        """A radio button: Tab leads to the first of its group, the arrows to the others."""
        self.use(first, "Space")
        while not wanted.is_checked():
            self.press("ArrowDown")
            self._look()

    def type(self, where: Locator, words: str) -> None:
        self.reach(where)
        self.page.keyboard.type(words)
        self.presses += len(words)

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.presses += 1

    def _is_at(self, wanted: ElementHandle) -> bool:
        return bool(wanted.evaluate("one => one === document.activeElement"))

    def _look(self) -> None:
        self.stops += 1
        seen, clear, what = self.page.evaluate(_STOP)
        if what.startswith("<body"):
            return  # past the last one, where the browser's own bar would be
        if not seen:
            self.unseen.append(what)
        if not clear:
            self.covered.append(what)

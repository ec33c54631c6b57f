"""What a browser does, counted: a signed-in connection, and all that a page loads."""

import gzip
import html
import http.client
import re
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode, urljoin

from tests.stage import PASSWORD

_LOADED = re.compile(
    r"""(?:src|href)="(/static/[^"]+)" | url\(["']?([^"')]+) | import\s[^"']*["'](\.[^"']+)["']""",
    re.X,
)


@dataclass
class Browser:
    """One kept-alive connection. Nothing is cached unless `weight` says so."""

    port: int
    cookie: str = ""
    connection: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)

    def sign_in(self, email: str) -> "Browser":
        """As a person does, with the form's token."""
        _, _, page = self.get("/sign-in")
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.decode())
        assert token
        form = {"csrf_token": token[1], "email": email, "password": PASSWORD}
        status, _, _ = self.ask("POST", "/sign-in", urlencode(form))
        assert status == 303, status
        return self

    def get(self, path: str, **headers: str) -> tuple[int, http.client.HTTPMessage, bytes]:
        status, head, body = self.ask("GET", path, **headers)
        small = head.get("Content-Encoding") == "gzip"
        return status, head, gzip.decompress(body) if small else body

    def ask(
        self, method: str, path: str, body: str = "", **headers: str
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        """The answer as it travelled."""
        sent = {"Accept-Encoding": "gzip", "Cookie": self.cookie, **headers}
        if body:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body or None, sent)
        answer = self.connection.getresponse()
        read = answer.read()
        for one in answer.headers.get_all("Set-Cookie", []):
            self.cookie = one.partition(";")[0]
        return answer.status, answer.headers, read

    def milliseconds(self, path: str, **headers: str) -> float:
        """How long one answer takes, from request to last byte."""
        begun = time.perf_counter()
        status, _, _ = self.ask("GET", path, **headers)
        took = (time.perf_counter() - begun) * 1000
        assert status in (200, 304), f"{path}: {status}"
        return took


@dataclass(frozen=True)
class Weight:
    """Bytes on the wire, heads included."""

    cold: int
    warm: int


def weight(browser: Browser, path: str) -> Weight:
    """A page and everything that it loads: the first time, and when the browser has been here."""
    page = _octets(browser, path)
    cold = warm = page
    for address in _loaded(browser, path):
        _, head, _ = browser.ask("GET", address)
        octets = _octets(browser, address)
        cold += octets
        # What may be kept for a year costs nothing; what has to be asked for again costs its 304.
        if "max-age=31536000" not in (head.get("Cache-Control") or ""):
            known = head.get("ETag") or ""
            warm += _octets(browser, address, **{"If-None-Match": known})
    return Weight(cold, warm)


def _octets(browser: Browser, path: str, **headers: str) -> int:
    status, head, body = browser.ask("GET", path, **headers)
    assert status in (200, 304), f"{path}: {status}"
    line = len("HTTP/1.1 200 OK\r\n\r\n")
    return line + sum(len(f"{name}: {value}\r\n") for name, value in head.items()) + len(body)


def _loaded(browser: Browser, path: str) -> set[str]:
    """Addresses of styles, scripts, icons and pictures, also those that these load themselves."""
    found: set[str] = set()
    ask = [path]
    while ask:
        at = ask.pop()
        _, head, content = browser.get(at)
        if "image/" in (head.get("Content-Type") or ""):
            continue
        named = {one or two or three for one, two, three in _LOADED.findall(content.decode())}
        more = {urljoin(at, html.unescape(one)) for one in named if not one.startswith("data:")}
        ask += more - found
        found |= more
    return found

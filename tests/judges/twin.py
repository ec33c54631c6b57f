"""A small site with every fault that wapiti and sqlmap are there for: they have to find them.

    GET  /                a page that leads to all the others
    GET  /people?name=    SQL injection, told by the error and by what is shown
    GET  /hello?name=     reflected XSS
    POST /notes           stored XSS, in a form without a token
    GET  /notes           where it is shown
    GET  /go?next=        open redirect
    GET  /words?file=     a file by its name
    GET  /tag?colour=     a line break that gets into a header
    POST /login           sets a cookie without any flag

Nothing else of the project knows it. No page has a policy of any kind.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from typing import Any
from urllib.parse import parse_qs
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
from wsgiref.types import WSGIApplication

Start = Callable[..., Any]
Query = dict[str, str]


class Twin:
    """The site's state: people in a database, and what was left on its wall."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.lock = threading.Lock()
        self.db = sqlite3.connect(":memory:", check_same_thread=False)
        self.db.execute("CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, phone TEXT)")
        self.db.executemany(
            "INSERT INTO people (name, phone) VALUES (?, ?)",
            [("Morag", "0131 496 0001"), ("Isla", "0131 496 0002"), ("Rab", "0131 496 0003")],
        )

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        query = {name: values[-1] for name, values in _asked(environ).items()}
        page = getattr(self, f"at_{environ['PATH_INFO'].strip('/') or 'home'}", None)
        status, headers, body = page(query) if page else ("404 Not Found", [], "Nothing here.")
        with_type = [("Content-Type", "text/html; charset=utf-8"), *headers]
        start(status, with_type)
        return [f"<!doctype html><html><body>{body}</body></html>".encode(errors="replace")]

    def at_home(self, _: Query) -> tuple[str, list[tuple[str, str]], str]:
        links = ("people?name=Isla", "hello?name=Isla", "notes", "go?next=/notes")
        more = ("words?file=notes.txt", "tag?colour=red")
        listed = "".join(f'<a href="/{one}">{one}</a> ' for one in (*links, *more))
        login = '<form method="post" action="/login"><input name="name" value="x"></form>'
        return "200 OK", [("Set-Cookie", "visited=yes")], listed + login

    def at_people(self, query: Query) -> tuple[str, list[tuple[str, str]], str]:
        sql = f"SELECT name, phone FROM people WHERE name = '{query.get('name', '')}'"
        try:
            with self.lock:
                rows = self.db.execute(sql).fetchall()
        except sqlite3.Error as error:
            # As PHP says it, by which scanners know SQLite.
            return "500 Error", [], f"Warning: SQLite3::query(): {error} sqlite3.OperationalError:"
        return "200 OK", [], f"<p>{len(rows)} found</p>" + "".join(f"<p>{row}</p>" for row in rows)

    def at_hello(self, query: Query) -> tuple[str, list[tuple[str, str]], str]:
        return "200 OK", [], f"<p>Hello {query.get('name', '')}</p>"

    def at_notes(self, query: Query) -> tuple[str, list[tuple[str, str]], str]:
        with self.lock:
            if query.get("note"):
                self.notes.append(query["note"])
                return "303 See Other", [("Location", "/notes")], ""
            wall = "".join(f"<p>{note}</p>" for note in self.notes[-500:])
        form = '<form method="post" action="/notes"><input name="note" value="a note"></form>'
        return "200 OK", [], wall + form

    def at_go(self, query: Query) -> tuple[str, list[tuple[str, str]], str]:
        return "302 Found", [("Location", query.get("next", "/"))], ""

    def at_words(self, query: Query) -> tuple[str, list[tuple[str, str]], str]:
        try:
            with open(query.get("file", ""), encoding="utf-8") as file:  # noqa: PTH123
                return "200 OK", [], f"<pre>{file.read()}</pre>"
        except (OSError, ValueError):
            return "200 OK", [], "<p>No such words.</p>"

    def at_tag(self, query: Query) -> tuple[str, list[tuple[str, str]], str]:
        lines = f"X-Colour: {query.get('colour', '')}".split("\r\n")
        pairs = [line.partition(": ") for line in lines if ": " in line]
        return "200 OK", [(name, value) for name, _, value in pairs], "<p>Painted.</p>"

    def at_login(self, query: Query) -> tuple[str, list[tuple[str, str]], str]:
        return "200 OK", [("Set-Cookie", "session=everybody")], "<p>Welcome.</p>"


@contextmanager
def running(app: WSGIApplication | None = None) -> Iterator[str]:
    """The twin, or another application, on a free port; its address."""
    server = make_server("127.0.0.1", 0, app or Twin(), _Threads, _Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _asked(environ: dict[str, Any]) -> dict[str, list[str]]:
    query = parse_qs(environ["QUERY_STRING"], keep_blank_values=True)
    if environ["REQUEST_METHOD"] == "POST":
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        query |= parse_qs(body.decode(errors="replace"), keep_blank_values=True)
    return query


class _Threads(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 100


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Nobody reads along."""

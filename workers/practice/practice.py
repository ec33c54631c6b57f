"""The practice networks as one: what they share, what they serve, their start and their end."""

import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Self

from console.stop import Stop
from workers.practice import wall
from workers.practice.exchange import Answer, Rejected, Request, Route, Routes, as_json
from workers.practice.faults import BadFault, Faults
from workers.practice.log import Log
from workers.practice.mailbox import Mailbox, Mails, MailServer
from workers.practice.networks import NAMES, NETWORKS
from workers.practice.pictures import Pictures, media_type
from workers.practice.server import Server, Site
from workers.practice.stand_ins import routes_of


class Practice:
    """Runs on threads of its own until `close`; port 0 takes a free one.

    With ``log_path`` what was received is also kept in that file, mail and pictures beside it, and
    read back at the next start. Raises OSError where a port is taken.
    """

    def __init__(
        self,
        port: int = 0,
        smtp_port: int = 0,
        log_path: Path | None = None,
        host: str = "127.0.0.1",
    ) -> None:
        self.log = Log(log_path)
        self.mails = Mails(_beside(log_path, "-mail.jsonl"))
        self.pictures = Pictures(_beside(log_path, "-pictures"))
        self.faults = Faults(NAMES)
        self._followed = 0
        self._server = Server((host, port), self._site())
        try:
            box = Mailbox(self.log, self.mails, self.pictures, self.faults)
            self._mail_server = MailServer(host, smtp_port, box)
        except OSError:
            self._server.server_close()
            raise
        self.host = host
        self.port = self._server.server_port
        self.smtp_port = self._mail_server.port
        self.url = f"http://{host}:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    def close(self) -> None:
        self._server.close()
        self._thread.join()
        self._mail_server.close()
        self.log.close()
        self.mails.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        what: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        self.close()

    def _site(self) -> Site:
        routes = [
            Route("GET", "/", lambda _: wall.wall(self.log.entries())),
            Route("GET", "/practice.css", lambda _: wall.style()),
            Route("GET", "/log", self._log),
            Route("GET", "/mail", self._mail),
            Route("GET", "/media/([0-9a-f]{64})", self._picture),
            Route("GET", "/faults", self._list_faults),
            Route("POST", "/faults", self._put_fault),
            Route("DELETE", "/faults", self._clear_faults),
            Route("GET", "/followed", lambda _: as_json({"count": self._followed})),
            *[Route(method, "/redirected", self._redirected) for method in ("GET", "POST")],
        ]
        for one in NETWORKS:
            routes += routes_of(one, self.log, self.pictures)
        return Site(Routes(routes), self.faults, {one.name: one for one in NETWORKS})

    def _log(self, request: Request) -> Answer:
        return as_json([entry.public() for entry in self.log.entries()])

    def _mail(self, request: Request) -> Answer:
        """JSON for a program; a page for a browser, which asks for HTML."""
        mails = self.mails.all()
        if "text/html" in request.headers.get("Accept", ""):
            return wall.mailbox(mails)
        wanted = ("to", "subject", "text", "html")
        return as_json([{name: asdict(mail)[name] for name in wanted} for mail in mails])

    def _picture(self, request: Request, sha256: str) -> Answer:
        content = self.pictures.content(sha256)
        if content is None:
            raise Rejected(as_json({"error": "There is no such picture."}, 404))
        headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "max-age=31536000"}
        return Answer(200, content, media_type(content), headers)

    def _list_faults(self, request: Request) -> Answer:
        return as_json(self.faults.listed())

    def _put_fault(self, request: Request) -> Answer:
        try:
            self.faults.put(request.json())
        except BadFault as bad:
            raise Rejected(as_json({"error": str(bad)}, 400)) from bad
        except ValueError as bad:
            raise Rejected(as_json({"error": f"The body is not JSON: {bad}"}, 400)) from bad
        return self._list_faults(request)

    def _clear_faults(self, request: Request) -> Answer:
        self.faults.clear()
        return self._list_faults(request)

    def _redirected(self, request: Request) -> Answer:
        """Where the fault ``redirect`` leads; a careful client never comes here."""
        self._followed += 1
        return as_json({})


def serve(
    host: str,
    port: int,
    smtp_port: int,
    log_path: Path | None,
    ready: Callable[[Practice], None] = lambda _: None,
) -> None:
    """Runs until SIGTERM or SIGINT; ``ready`` is called once everything answers."""
    stop = Stop()
    with Practice(port, smtp_port, log_path, host) as practice:
        ready(practice)
        stop.wait()


def _beside(log_path: Path | None, ending: str) -> Path | None:
    return log_path.with_name(log_path.stem + ending) if log_path else None

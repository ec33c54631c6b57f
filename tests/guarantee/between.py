"""Stands between a console and PostgreSQL, and loses the connection at the moment of a commit."""

import socket
import threading
from pathlib import Path

SOCKET = ".s.PGSQL.5432"


class Between:
    """A unix socket in a folder of its own that leads to the real one."""

    def __init__(self, folder: Path, server: Path) -> None:
        self.folder = folder
        self._server = str(server / SOCKET)
        self._lose: list[bool] = []
        self._closed = threading.Event()
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(folder / SOCKET))
        self._listening.listen(64)
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()
        self.away = False
        self.lost = 0

    def lose_commit(self, *, done: bool) -> None:
        """The next commit's answer never comes: ``done`` or not, nobody is told."""
        self._lose.append(done)

    def close(self) -> None:
        self._closed.set()
        self._listening.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        self._listening.close()

    def _accept(self) -> None:
        while not self._closed.is_set():
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            if self.away:
                client.close()
                continue
            thread = threading.Thread(target=self._serve, args=(client,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, client: socket.socket) -> None:
        over = threading.Event()
        with client, socket.socket(socket.AF_UNIX) as server:
            server.connect(self._server)
            back = threading.Thread(target=self._pass_back, args=(server, client, over))
            back.start()
            self._pass_on(client, server, over)
            over.set()
            back.join()

    def _pass_on(self, client: socket.socket, server: socket.socket, over: threading.Event) -> None:
        while not over.is_set() and (said := self._heard(client, over)):
            if b"COMMIT\0" in said and self._lose:  # not READ COMMITTED
                over.set()
                self.lost += 1
                if self._lose.pop(0):
                    server.sendall(said)
                    self._closed.wait(0.3)  # until it has committed
                return
            server.sendall(said)

    def _pass_back(
        self, server: socket.socket, client: socket.socket, over: threading.Event
    ) -> None:
        while said := self._heard(server, over):
            if over.is_set():
                return
            client.sendall(said)
        client.shutdown(socket.SHUT_RDWR)

    def _heard(self, one: socket.socket, over: threading.Event) -> bytes:
        """What it says next; nothing once the connection is over."""
        one.settimeout(0.1)
        while not self._closed.is_set() and not over.is_set():
            try:
                return one.recv(65536)
            except TimeoutError:
                continue
            except OSError:
                return b""
        return b""

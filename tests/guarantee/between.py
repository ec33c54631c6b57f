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
        with client, socket.socket(socket.AF_UNIX) as server:
            server.connect(self._server)
            back = threading.Thread(target=self._pass_back, args=(server, client))
            back.start()
            self._pass_on(client, server)
            server.close()
            back.join()

    def _pass_on(self, client: socket.socket, server: socket.socket) -> None:
        client.settimeout(0.1)
        while not self._closed.is_set():
            try:
                said = client.recv(65536)
            except TimeoutError:
                continue
            except OSError:
                return
            if b"COMMIT" in said and self._lose:
                self._break(said, server)
                return
            if not said:
                return
            server.sendall(said)

    def _break(self, said: bytes, server: socket.socket) -> None:
        self.lost += 1
        self.mute = server
        if self._lose.pop(0):
            server.sendall(said)
            self._closed.wait(0.3)

    def _pass_back(self, server: socket.socket, client: socket.socket) -> None:
        server.settimeout(0.1)
        while not self._closed.is_set():
            try:
                said = server.recv(65536)
            except TimeoutError:
                continue
            except OSError:
                return
            if not said or getattr(self, "mute", None) is server:
                return
            try:
                client.sendall(said)
            except OSError:
                return

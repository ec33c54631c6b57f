"""The processes that serve the public side's files, apart from the console."""

import asyncio
import os
import signal
import socket
import time
from pathlib import Path

from console.public.crowd import serve
from console.public.serving import Serving

WAITING = 1024
"""Connections that may wait to be accepted."""
PAUSE = 0.5
"""Seconds before a process that ended is replaced."""
GIVES_WAY = 10
"""Niceness: a crowd on the same machine leaves the processors to the console when it needs them."""


def run(folder: Path, *, host: str, port: int, processes: int) -> None:
    """Until SIGTERM or Ctrl-C. A process that ends by itself is replaced."""
    os.nice(GIVES_WAY)
    listening = socket.create_server((host, port), backlog=WAITING)
    serving = Serving(folder)
    stopped: list[int] = []
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, lambda number, _frame: stopped.append(number))
    running = {_fork(serving, listening) for _ in range(processes)}
    while not stopped:
        ended = {pid for pid in running if os.waitpid(pid, os.WNOHANG)[0] == pid}
        time.sleep(PAUSE)
        if not stopped:
            running = (running - ended) | {_fork(serving, listening) for _ in ended}
    for pid in running:
        os.kill(pid, signal.SIGTERM)
    for pid in running:
        os.waitpid(pid, 0)


def _fork(serving: Serving, listening: socket.socket) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        asyncio.run(_child(serving, listening))
        code = 0
    finally:
        os._exit(code)


async def _child(serving: Serving, listening: socket.socket) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for one in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(one, ended.set)
    supervisor = os.getppid()
    watching = asyncio.create_task(_end_with(supervisor, ended))
    await serve(serving, listening, ended)
    watching.cancel()


async def _end_with(supervisor: int, ended: asyncio.Event) -> None:
    """A supervisor that was killed leaves nobody behind who would keep its port."""
    while os.getppid() == supervisor:
        await asyncio.sleep(1.0)
    ended.set()

"""gunicorn with the public side's files: apart from the console, so that no crowd reaches it."""

from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication

from console.public.serving import Serving


def run(folder: Path, *, host: str, port: int, processes: int) -> None:
    options = {
        "bind": f"{host}:{port}",
        "worker_class": "gthread",
        "workers": processes,
        "threads": 8,
        "worker_connections": 2000,
        "preload_app": True,
        "keepalive": 5,
        "timeout": 30,
        "accesslog": None,
        "loglevel": "warning",
        "control_socket_disable": True,
        "forwarded_allow_ips": "",
        "forwarder_headers": "",
        "secure_scheme_headers": {},
    }
    _Server(Serving(folder), options).run()


class _Server(BaseApplication):
    def __init__(self, application: Any, options: dict[str, Any]) -> None:
        self._application, self._options = application, options
        super().__init__()

    def load_config(self) -> None:
        for key, value in self._options.items():
            self.cfg.set(key, value)

    def load(self) -> Any:
        return self._application

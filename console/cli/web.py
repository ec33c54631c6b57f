"""`skellat web`: the pages, on gunicorn."""

from pathlib import Path
from typing import Any

import click
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from console import footprint, logs, settings
from console.cli.enrol import enrol
from console.cli.main import home_option
from console.configuration import ConfigurationFaults, Fault

LOOK = settings.ROOT / "console/web/static/govuk/govuk-frontend.min.css"


@click.command("web")
@home_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, help="Port to listen on.")
@click.option("--processes", default=1, show_default=True, type=click.IntRange(1, 32))
@click.option("--threads", default=16, show_default=True, type=click.IntRange(1, 64))
def command(home: Path, host: str, port: int, processes: int, threads: int) -> None:
    """Serve the console's pages, the public page and the API."""
    from console.web.app import create_app

    footprint.slim()
    known = settings.load(home)
    if not LOOK.is_file():
        missing = Fault(str(LOOK.parent), "", "the Design System is missing", "Run `make assets`")
        raise ConfigurationFaults([missing])
    options = {
        "bind": f"{host}:{port}",
        "worker_class": "gthread",
        "workers": processes,
        "threads": threads,
        "preload_app": True,
        "timeout": 60,
        "graceful_timeout": 20,
        "keepalive": 5,
        "max_requests": 0,
        # No access log: an address may be a sign-off link. A proxy in front can log without them.
        "accesslog": None,
        "loglevel": "warning",
        "post_fork": _after_fork,
        "control_socket_disable": True,
        # What a proxy may say of a request is in [console] proxies, and nowhere else: by default
        # gunicorn lets any program on this machine name another path, prefix and scheme.
        "forwarded_allow_ips": "",
        "forwarder_headers": "",
        "secure_scheme_headers": {},
        "logger_class": Log,
    }
    application = create_app(known)
    enrol(application.extensions["skellat"].desk)
    for page in application.jinja_env.list_templates(filter_func=lambda name: "pages/" in name):
        application.jinja_env.get_template(page)  # compiled once, before the forks
    footprint.share()
    _Server(application, options).run()


def _after_fork(_arbiter: Any, worker: Any) -> None:
    """A database connection must not be shared by two processes."""
    worker.app.load().extensions["skellat"].sessions.engine.dispose(close=False)


class Log(Logger):
    """gunicorn's own log, written as ours is."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(logs.Plain())


class _Server(BaseApplication):
    """gunicorn with our options instead of its own command line."""

    def __init__(self, application: Any, options: dict[str, Any]) -> None:
        self._application, self._options = application, options
        super().__init__()

    def load_config(self) -> None:
        for key, value in self._options.items():
            if key in self.cfg.settings:
                self.cfg.set(key, value)

    def load(self) -> Any:
        return self._application

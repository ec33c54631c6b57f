"""A console alone, without workers or networks, at a name that passkeys can belong to."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from werkzeug.serving import make_server

from console import settings
from console.actions import people, register
from console.domain.policy import Role
from console.store.audit import Actor
from console.store.migrate import migrate
from console.web.app import create_app
from console.web.context import KEY, Web
from tests.real.ports import free_port

PASSWORD, PIN = "tram fjord otter cable", "314159"
PEOPLE = {"custodian": Role.CUSTODIAN, "officer": Role.DUTY_OFFICER, "approver": Role.APPROVER}


@contextmanager
def served(home: Path, **environment: str) -> Iterator[tuple[str, Web]]:
    """Its address, and what every page of it has at hand."""
    base = f"http://localhost:{free_port()}"
    app = create_app(settings.load(home, {"SKELLAT_BASE_URL": base, **environment}))
    web: Web = app.extensions[KEY]
    migrate(web.sessions)
    with web.sessions.begin() as db:
        register.sync(db, web.desk, web.now)
        for name, role in PEOPLE.items():
            people.add(
                db,
                email=f"{name}@northbrae.example",
                name=f"Demo {name}",
                roles=[role],
                password=PASSWORD,
                pin=PIN if role is Role.APPROVER else "",
                by=Actor("tests"),
                now=web.now,
            )
    server = make_server("127.0.0.1", int(base.rpartition(":")[2]), app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield base, web
    server.shutdown()
    thread.join()
    server.server_close()
    web.sessions.close()

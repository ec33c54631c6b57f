"""A real mail server that refuses whom a test says, and keeps every mail as it came."""

import email
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller

from tests.lists import MAIL
from tests.real.ports import free_port
from tests.stage import Stage


class Town:
    def __init__(self) -> None:
        self.refuses: dict[str, str] = {}
        """Address -> the server's answer to it."""
        self.mails: dict[str, EmailMessage] = {}
        self.senders: dict[str, str] = {}
        """Address -> the envelope sender of its mail."""
        self.only_from = ""
        """The one envelope sender that is let through; empty: any."""
        self.port = free_port()

    async def handle_MAIL(
        self, server: Any, session: Any, envelope: Any, sender: str, options: list[str]
    ) -> str:
        if self.only_from and sender != self.only_from:
            return f"550 5.7.60 <{sender}>: not allowed to send as this sender"
        envelope.mail_from = sender
        return "250 2.1.0 Ok"

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, to: str, options: list[str]
    ) -> str:
        if to in self.refuses:
            return self.refuses[to]
        envelope.rcpt_tos.append(to)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        (to,) = envelope.rcpt_tos
        assert to not in self.mails, "twice"
        found = email.message_from_bytes(envelope.content, policy=default)
        assert isinstance(found, EmailMessage)
        self.mails[to], self.senders[to] = found, envelope.mail_from
        return f"250 2.0.0 Ok: queued for <{to}>"


@contextmanager
def mail_town() -> Iterator[Town]:
    town = Town()
    controller = Controller(town, hostname="127.0.0.1", port=town.port)
    controller.start()
    try:
        yield town
    finally:
        controller.stop()


def live(stage: Stage, town: Town) -> Stage:
    """The list's channel sends to this server; messages go there alone."""
    mail = stage.desk.channel(MAIL)
    assert mail
    settings = {
        "host": "127.0.0.1",
        "port": town.port,
        "security": "none",
        "sender": "alerts@northbrae.example",
    }
    one = replace(mail, practice=False, settings=settings)
    return replace(stage, desk=replace(stage.desk, channels=(one,)))

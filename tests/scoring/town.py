"""The council that the forty checks are played in: a real demo with two languages, two approvers,
and somebody who both drafts and signs."""

import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests

from console import settings
from console.actions import people
from console.actions.people import User
from console.domain.policy import Role
from console.settings import ROOT, Settings
from console.store.approvals import ApprovalRow
from console.store.audit import Actor
from console.store.engine import Sessions
from tests.journeys.test_by_api import Forms
from tests.real.demo import Demo, start_demo
from tests.waiting import until

PASSWORD, PIN = "tram fjord otter cable", "739105"
SECOND, BOTH = "second@northbrae.example", "both@northbrae.example"
_ADDED = {
    SECOND: ("Second approver", (Role.APPROVER,)),
    BOTH: ("Drafts and signs", (Role.DUTY_OFFICER, Role.APPROVER)),
}
_RULES = """
[[rule]]
name = "heat in both languages"
types = ["heat"]
languages = ["en", "cy"]

[[rule]]
name = "snow may be released alone"
types = ["snow-ice"]
sole_release = ["duty officer"]
"""


@dataclass(frozen=True)
class Town:
    demo: Demo
    known: Settings
    sessions: Sessions
    both_token: str
    """Of the API, for the person who drafts and signs."""

    @property
    def base(self) -> str:
        return self.demo.base

    def person(self, email: str) -> User:
        with self.sessions.read() as db:
            return people.known(db, email)

    def message(self, id_: str) -> dict[str, Any]:
        found: dict[str, Any] = self.demo.api("GET", f"/messages/{id_}").json()
        return found

    def state(self, id_: str) -> str:
        return str(self.message(id_)["state"])

    def states(self, id_: str) -> dict[str, str]:
        return {one["channel"]: one["state"] for one in self.message(id_)["deliveries"]}

    def posts(self, words: str) -> list[dict[str, Any]]:
        return [one for one in self.demo.log() if words in one["text"]]

    def entries(self, id_: str, action: str) -> list[dict[str, Any]]:
        incident = self.message(id_)["incident"]
        found = self.demo.api("GET", f"/audit?incident={incident}").json()["entries"]
        wanted = (action, f"message:{id_}")
        return [one for one in found if (one["action"], one["subject"]) == wanted]

    def drafted(self, title: str, text: str, *, mode: str = "actual", token: str = "") -> str:
        """A draft in an incident of its own, by the API; its id."""
        by = {"Authorization": f"Bearer {token}"} if token else {}
        body = {"type": "snow-ice", "title": title, "mode": mode}
        incident = self.demo.api("POST", "/incidents", body, **by).json()["id"]
        words = {"kind": "alert", "text": text}
        made = self.demo.api("POST", f"/incidents/{incident}/messages", words, **by)
        made.raise_for_status()
        return str(made.json()["id"])

    def submitted(self, title: str, text: str, *, mode: str = "actual", token: str = "") -> str:
        id_ = self.drafted(title, text, mode=mode, token=token)
        by = {"Authorization": f"Bearer {token}"} if token else {}
        self.demo.api("POST", f"/messages/{id_}/submit", {}, **by).raise_for_status()
        return id_

    def closures(self, mode: str = "actual") -> str:
        """A draft that closes more than half of all schools, by one; its id."""
        body = {"type": "school-closures", "title": f"Schools, {mode}", "mode": mode}
        incident = self.demo.api("POST", "/incidents", body).json()["id"]
        schools = self.schools()
        facts = {
            "schools": schools[: len(schools) // 2 + 1],
            "day": "Friday 16 January",
            "reason": "snow and ice",
            "next_update": "23:59",
        }
        words = {"kind": "alert", "facts": facts}
        made = self.demo.api("POST", f"/incidents/{incident}/messages", words)
        made.raise_for_status()
        return str(made.json()["id"])

    def schools(self) -> list[str]:
        found = self.demo.api("GET", "/places").json()["places"]["schools"]
        return [one["id"] for one in found]

    def asked(self, id_: str) -> list[ApprovalRow]:
        """The sign-offs that were asked for."""
        with self.sessions.read() as db:
            return list(db.query(ApprovalRow).filter_by(message_id=id_))

    def mails(self, title: str, to: str) -> list[dict[str, Any]]:
        """Those that carry a link to sign by."""
        return [
            one
            for one in self.demo.mails()
            if title in one["subject"] and one["to"] == to and "/sign-off/" in one["text"]
        ]

    def link(self, title: str, to: str = "approver@northbrae.example", nth: int = 1) -> str:
        mails = until(lambda: (found := self.mails(title, to))[: len(found) >= nth and nth], 60)
        found = re.search(r"\S+/sign-off/\S+", mails[nth - 1]["text"])
        assert found
        return found.group()

    def sign(self, link: str, pin: str = "") -> None:
        """As the approver's own browser would send the form."""
        form = next(one for one in Forms(requests.get(link, timeout=60).text).forms if "pin" in one)
        pin = pin or str(self.demo.user("approver")["pin"])
        requests.post(link, data=form | {"pin": pin}, timeout=60).raise_for_status()

    def settled(self, id_: str) -> None:
        until(lambda: (now := self.states(id_)) and not {"queued", "sending"} & {*now.values()})

    def sent(self, title: str, text: str, *, mode: str = "actual") -> str:
        """Signed and gone out; its id."""
        id_ = self.submitted(title, text, mode=mode)
        self.sign(self.link(title))
        self.settled(id_)
        return id_

    def fault(self, network: str, fault: str, *, mode: str = "actual", **more: Any) -> None:
        channel = {"smtp": "residents-email", "webhook": "radio"}.get(network, network)
        self.demo.set_fault(network, fault, account=f"{mode}.{channel}", **more)

    def mend(self) -> None:
        requests.delete(f"{self.demo.practice}/faults", timeout=20).raise_for_status()


@contextmanager
def town_in(folder: Path) -> Iterator[Town]:
    config = _configured(folder)
    demo = start_demo(folder / "state", environment={"SKELLAT_CONFIG": str(config)})
    try:
        with joined(demo, {"SKELLAT_CONFIG": str(config)}) as town:
            yield town
    finally:
        stopped = demo.stop()
    assert stopped == 0


@contextmanager
def joined(demo: Demo, environment: Mapping[str, str]) -> Iterator[Town]:
    """The running demo with its database opened beside it, and two more people in it."""
    known = settings.load(demo.home, environment)
    sessions, by, now = Sessions.of(known), Actor("tests"), datetime.now(UTC)
    with sessions.begin() as db:
        for email, (name, roles) in _ADDED.items():
            people.add(
                db,
                email=email,
                name=name,
                roles=roles,
                password=PASSWORD,
                pin=PIN,
                by=by,
                now=now,
            )
        token = people.issue_api_token(
            db, owner=people.known(db, BOTH), name="tests", by=by, now=now
        )
    yield Town(demo, known, sessions, token)
    sessions.close()


def _configured(folder: Path) -> Path:
    """Mastodon publishes in Welsh as well, and a warning of heat has to be in both languages. What
    is about snow may be released alone, so that there is a page that asks about it."""
    config = folder / "config"
    shutil.copytree(ROOT / "config", config)
    policy, channels = config / "policy.toml", config / "channels.toml"
    policy.write_text(policy.read_text().replace("[exercise]", f"{_RULES}\n[exercise]"))
    account = 'account = "@northbrae@social.example"'
    both = f'{account}\nlanguages = ["en", "cy"]'
    channels.write_text(channels.read_text().replace(account, both))
    return config

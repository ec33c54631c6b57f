"""The console as a real process, and people at their telephones and browsers in front of it."""

import re
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from html import unescape
from typing import TypeVar
from urllib.parse import urljoin

import requests
from sqlalchemy import select

from console.actions import asking
from console.store.approvals import ApprovalRow
from console.store.audit import EntryRow
from console.store.messages import MessageRow
from tests.guarantee.installation import Installation, Workers
from tests.real.ports import free_port
from tests.stage import PASSWORD, PIN
from tests.waiting import until
from tests.web import html

Found = TypeVar("Found")


@dataclass(frozen=True)
class Asked:
    """A message that waits for its sign-off, and the link of one approver."""

    message: str
    approval: str
    link: str


@dataclass
class Console:
    """`skellat web` on its own port, with the installation's database."""

    installation: Installation
    base: str
    process: Workers

    def asked(self, words: str = "Snow on Glen Road.", of: str = "Approver") -> Asked:
        stage = self.installation.stage
        message = stage.draft(text=words)
        stage.submit(message)
        return self.link(message, of)

    def link(self, message: str, of: str = "Approver") -> Asked:
        stage = self.installation.stage
        approval = stage.approvals(message)[of].id
        with stage.sessions.begin() as db:
            token = asking.new_link(db, approval, stage.now)
        assert token
        return Asked(message, approval, f"{self.base}/sign-off/{token}")

    def states(self, asked: Asked) -> tuple[str, str]:
        """Of the message, and of its sign-off."""
        with self.installation.stage.sessions.read() as db:
            message, approval = (
                db.get_one(MessageRow, asked.message),
                db.get_one(ApprovalRow, asked.approval),
            )
            return message.state, approval.state

    def recorded(self, action: str, message: str) -> int:
        """How often this stands on the record of this message."""
        about = (EntryRow.action == action, EntryRow.subject == f"message:{message}")
        with self.installation.stage.sessions.read() as db:
            return len(db.scalars(select(EntryRow.number).where(*about)).all())

    def approved_once(self, asked: Asked) -> bool:
        """One sign-off, one release, one delivery for every channel, and an unbroken record."""
        counted = [self.recorded(one, asked.message) for one in ("signed off", "message released")]
        channels = [one.channel for one in self.installation.stage.sheet(asked.message).deliveries]
        return counted == [1, 1] and len(channels) == len(set(channels)) == 5

    def browser(self, who: str) -> "Browser":
        return Browser(self.base).sign_in(who)


@dataclass
class Browser:
    """One person's browser. Without `sign_in` it is an approver's telephone."""

    base: str = ""
    session: requests.Session = field(default_factory=requests.Session)

    def get(self, address: str) -> requests.Response:
        return self.session.get(self._whole(address), timeout=30)

    def post(
        self, address: str, fields: dict[str, list[str]] | dict[str, str]
    ) -> requests.Response:
        return self.session.post(self._whole(address), data=fields, timeout=30)

    def fields(self, address: str, having: str) -> dict[str, list[str]]:
        """What the form would send that has these words in it, just as the page brings it."""
        return form_of(self.get(address).text, having)

    def sign_in(self, who: str) -> "Browser":
        form = self.fields("/sign-in", 'name="email"')
        form |= {"email": [f"{who}@northbrae.example"], "password": [PASSWORD]}
        assert self.post("/sign-in", form).status_code == 200
        return self

    def decide(
        self, asked: Asked, decision: str = "approve", pin: str = PIN, **more: str
    ) -> requests.Response:
        """Opens the page, fills its form in and presses."""
        return self.press(asked, self.fields(asked.link, 'name="pin"'), decision, pin, **more)

    def press(
        self,
        asked: Asked,
        form: dict[str, list[str]],
        decision: str = "approve",
        pin: str = PIN,
        **more: str,
    ) -> requests.Response:
        typed = {"decision": [decision], "pin": [pin], **{key: [to] for key, to in more.items()}}
        return self.post(asked.link, {**form, **typed})

    def again(self, refused: requests.Response) -> requests.Response:
        """Presses the one button of the page that could not take a form; types the PIN again."""
        page = html.read(refused.text)
        ((_, address),) = [one for one in page.forms if one[1] != "/sign-out"]
        fields = page.fields | {name: [PIN] for name in page.fields if name.endswith("pin")}
        return self.post(urljoin(refused.url, address), fields)

    def _whole(self, address: str) -> str:
        return address if address.startswith("http") else f"{self.base}{address}"


def opened(
    installation: Installation, faults: str = "", processes: int = 2, **environment: str
) -> Console:
    """`skellat web`, once it answers; ended with the installation."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    number = len(installation.started)
    folder = installation.home / f"web-faults-{number}"
    folder.mkdir()
    log = installation.home / f"web-{number}.log"
    armed = {"SKELLAT_FAULTS": faults, "SKELLAT_FAULTS_FOLDER": str(folder)}
    arguments = ("--dir", str(installation.home), "--port", str(port))
    pid = installation.preloaded.start(
        *("web", *arguments, "--processes", str(processes)),
        environment={
            **installation.environment,
            **armed,
            "SKELLAT_BASE_URL": base,
            **environment,
        },
        log=log,
    )
    process = Workers(pid, installation.preloaded, log, folder)
    installation.started.append(process)
    until(lambda: _answers(base), 30)
    return Console(installation, base, process)


def form_of(page: str, having: str) -> dict[str, list[str]]:
    """The fields of the form that has these words in it, but for those that a person fills in."""
    form = next(one for one in re.findall(r"<form.*?</form>", page, re.S) if having in one)
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        kind, name = (re.search(rf'\b{key}="([^"]*)"', tag) for key in ("type", "name"))
        if name and (kind is None or kind[1] in ("hidden", "text")):
            value = re.search(r'\bvalue="([^"]*)"', tag)
            found.setdefault(name[1], []).append(unescape(value[1]) if value else "")
    return found


def at_once(acts: Sequence[Callable[[], Found]]) -> list[Found]:
    """All of them at the same moment; what each returned."""
    barrier = threading.Barrier(len(acts))

    def act(one: Callable[[], Found]) -> Found:
        barrier.wait()
        return one()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(act, acts))


def _answers(base: str) -> bool:
    try:
        return requests.get(f"{base}/healthz", timeout=2).ok
    except requests.RequestException:
        return False

"""The people of a seed: draft, sign over HTTP, press again, stop, settle what is unknown."""

import re
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError
from tenacity import retry, retry_if_exception_type, stop_after_delay

from console.actions import asking, deliveries, incidents, messages
from console.actions.draft_words import Words
from console.actions.errors import Obstacle
from console.domain.incident import Mode
from console.domain.message import Kind
from console.domain.states import NotAllowed
from console.store.approvals import ApprovalRow
from console.store.away import DatabaseAway
from console.store.deliveries import AttemptRow, DeliveryRow
from console.store.engine import Sessions
from console.store.messages import MessageRow
from tests.chaos.press import Call
from tests.chaos.scenario import Message
from tests.chaos.world import World
from tests.stage import PIN, Stage

APPROVERS = ("Approver", "Second approver")
NOT_NOW = (NotAllowed, Obstacle)
"""What a person is told when it is too late for something."""


@dataclass
class Signing:
    """One message on its way to its release: what is open, and when it is pressed again."""

    message: Message
    presses: int
    approvers: int
    pages: dict[str, Call] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=dict)
    presses_open: list[Call] = field(default_factory=list)
    again_at: float = 0.0
    rival_done: bool = False
    over: bool = False


class People:
    def __init__(self, stage: Stage, sessions: Sessions, world: World) -> None:
        self.stage, self.sessions, self.world = stage, sessions, world
        self.plan = world.plan
        self.by_name = {one.name: one for one in self.plan.messages}
        self.ids: dict[str, str] = {}
        self._incidents: dict[int, str] = {}
        self.signing: dict[str, Signing] = {}
        self.stops: dict[str, frozenset[str]] = {}
        self.resends: Counter[str] = Counter()
        self.confirmed = 0
        self.states: dict[str, str] = {}
        """Of each message, as the last look at the database had it."""

    def submit(self, name: str) -> bool:
        """False where it has to be tried again."""
        plan = self.by_name[name]
        try:
            with self.sessions.begin() as db:
                incident = self._incidents.get(plan.incident) or self._open(db, plan)
                message = messages.draft(
                    db,
                    self.stage.desk,
                    incident_id=incident,
                    kind=Kind(plan.kind),
                    words=self._words(plan),
                    by=self.stage.officer,
                    now=_now(),
                )
                self._submit(db, message)
        except SQLAlchemyError:
            return False
        self._incidents[plan.incident], self.ids[name] = incident, message
        return True

    def sign(self, name: str, presses: int, approvers: int) -> bool:
        if name not in self.ids:
            return False
        self.signing[name] = Signing(self.by_name[name], presses, approvers)
        return True

    def stop(self, name: str) -> bool:
        """Notes the attempts that there are right after: there may be no other."""
        message = self.ids.get(name)
        if message is None:
            return False
        try:
            with self.sessions.begin() as db:
                messages.stop(
                    db, message_id=message, reason="A test.", by=self.stage.officer, now=_now()
                )
        except NOT_NOW:
            return True
        except SQLAlchemyError:
            return False
        self.world.later(0, lambda: self._note_stop(message))
        self._note_stop(message)
        return True

    def tick(self) -> None:
        for one in self.signing.values():
            if not one.over:
                self._press(one)

    @property
    def busy(self) -> bool:
        return any(not one.over for one in self.signing.values())

    def settle_by_hand(self, log_texts: Counter[tuple[str, str]]) -> int:
        """Each unknown or failed delivery: confirmed where it is to be seen, else sent again; now
        and then somebody sends again without looking."""
        settled = 0
        with self.sessions.read() as db:
            rows = db.query(DeliveryRow).filter(DeliveryRow.state.in_(("uncertain", "failed")))
            found = [(row.id, row.state, row.text, row.exercise, row.channel) for row in rows]
        for id_, state, text, exercise, channel in sorted(found):
            account = f"{'exercise' if exercise else 'actual'}.{channel}"
            there = bool(log_texts[account, text]) and self.world.chance.random() < 0.8
            settled += self._by_hand(id_, confirm=state == "uncertain" and there)
        return settled

    def _by_hand(self, delivery: str, *, confirm: bool) -> bool:
        try:
            self._press_by_hand(delivery, deliveries.confirm if confirm else deliveries.resend)
        except NOT_NOW:
            return False
        if confirm:
            self.confirmed += 1
        else:
            self.resends[delivery] += 1
        return True

    @retry(retry=retry_if_exception_type(DatabaseAway), stop=stop_after_delay(10), reraise=True)
    def _press_by_hand(self, delivery: str, act: Callable[..., None]) -> None:
        """Who is told that the database is busy presses again: nothing of the press was kept."""
        with self.sessions.begin() as db:
            act(db, delivery_id=delivery, by=self.stage.officer, now=_now())

    def _open(self, db: object, plan: Message) -> str:
        return incidents.open_incident(
            db,
            self.stage.desk,
            type_="snow-ice",
            title="Snow on Glen Road",
            mode=Mode(self.plan.modes[plan.incident - 1]),
            by=self.stage.officer,
            now=_now(),
        )

    def _words(self, plan: Message, added: str = "") -> Words:
        reference = f"Ref {self.plan.seed}-{plan.incident}-{plan.number}."
        return Words(
            text=f"{reference} Snow on Glen Road. Stay at home.{added}",
            channels=list(plan.channels),
            expires_at=_now() + timedelta(seconds=plan.expires_in) if plan.expires_in else None,
        )

    def _submit(self, db: object, message: str) -> None:
        messages.submit(db, self.stage.desk, message_id=message, by=self.stage.officer, now=_now())

    def _note_stop(self, message: str) -> None:
        if message in self.stops:
            return
        try:
            with self.sessions.read() as db:
                rows = (
                    db.query(AttemptRow.id)
                    .join(DeliveryRow, AttemptRow.delivery_id == DeliveryRow.id)
                    .filter(DeliveryRow.message_id == message)
                )
                self.stops[message] = frozenset(id_ for (id_,) in rows)
        except SQLAlchemyError:
            self.world.later(0.1, lambda: self._note_stop(message))

    def _press(self, one: Signing) -> None:
        for call in (*one.pages.values(), *one.presses_open):
            call.poll()
        if one.pages and all(call.done for call in one.pages.values()):
            self._decide(one)
        elif not one.pages and all(call.done for call in one.presses_open):
            self._look(one)

    def _look(self, one: Signing) -> None:
        """After the presses: decided, to be edited, or to be pressed once more."""
        if time.monotonic() < one.again_at:
            return
        one.again_at = time.monotonic() + 0.4
        try:
            with self.sessions.read() as db:
                state = db.get_one(MessageRow, self.ids[one.message.name]).state
            if state == "draft":
                self._edit(one)
            elif state == "awaiting approval":
                self._open_pages(one)
            else:
                one.over = True
        except SQLAlchemyError:
            return

    def _edit(self, one: Signing) -> None:
        message, words = self.ids[one.message.name], self._words(one.message, " Edited.")
        try:
            with self.sessions.begin() as db:
                messages.save(
                    db,
                    self.stage.desk,
                    message_id=message,
                    version=None,
                    words=words,
                    by=self.stage.officer,
                    now=_now(),
                )
                self._submit(db, message)
        except NOT_NOW:
            return

    def _open_pages(self, one: Signing) -> None:
        with self.sessions.begin() as db:
            rows = db.query(ApprovalRow).filter_by(
                message_id=self.ids[one.message.name], state="asked"
            )
            of = {self._name(row.approver_id): row.id for row in rows}
            wanted = [of[name] for name in APPROVERS[: one.approvers] if name in of]
            tokens = [asking.new_link(db, id_, _now()) for id_ in wanted]
        for token in filter(None, tokens):
            one.paths[token] = self._path(one, token)
            one.pages[token] = Call(self.world.port, "GET", one.paths[token])
        if not one.pages:
            one.approvers = 2  # the first one's link is used up, or the time is over

    def _path(self, one: Signing, token: str) -> str:
        world = "/exercise" if self.plan.modes[one.message.incident - 1] == "exercise" else ""
        return f"{world}/sign-off/{token}"

    def _decide(self, one: Signing) -> None:
        """All approvers at once, each as often as the plan has it; and the rival."""
        pages, one.pages, one.presses_open = one.pages, {}, []
        for number, (token, page) in enumerate(pages.items()):
            given = hidden(page.text)
            if "form" not in given:
                continue
            form = {"digest": given["digest"], "form": given["form"]}
            approve = {**form, "decision": "approve", "pin": PIN}
            if one.message.rival == "send back" and not one.rival_done and number == len(pages) - 1:
                back = {**form, "decision": "send-back", "reason": "Wrong road.", "pin": PIN}
                one.presses_open.append(Call(self.world.port, "POST", one.paths[token], back))
                one.rival_done = True
            one.presses_open += [
                Call(self.world.port, "POST", one.paths[token], approve) for _ in range(one.presses)
            ]
        one.presses = 1
        self._rival(one)

    def _rival(self, one: Signing) -> None:
        """The duty officer edits or withdraws in the very moment."""
        rival, message = one.message.rival, self.ids[one.message.name]
        if one.rival_done or rival not in ("withdraw", "save"):
            return
        one.rival_done = True
        for call in one.presses_open:
            call.poll()
        try:
            with self.sessions.begin() as db:
                if rival == "withdraw":
                    messages.withdraw(db, message_id=message, by=self.stage.officer, now=_now())
                else:
                    messages.save(
                        db,
                        self.stage.desk,
                        message_id=message,
                        version=None,
                        words=Words(text="Other words that nobody signed."),
                        by=self.stage.officer,
                        now=_now(),
                    )
        except (*NOT_NOW, SQLAlchemyError):
            return

    def _name(self, user: str) -> str:
        return next(one.name for one in self.stage.people.values() if one.id == user)


def hidden(page: str) -> dict[str, str]:
    """What the page's forms hold that nobody types."""
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))


def _now() -> datetime:
    return datetime.now(UTC)

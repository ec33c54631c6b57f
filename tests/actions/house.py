"""A house with administrators in it, and what tests do with them."""

from dataclasses import dataclass

from console.actions import invitations, people, roles
from console.actions.people import User
from console.domain.granting import GrantState
from console.domain.policy import Role
from console.store import grants
from console.store.audit import Actor
from console.store.people import UserRow
from tests.stage import BEGIN, PASSWORD, Stage


@dataclass
class Boss:
    """The stage, and administrators by their names; the first acts unless another is named."""

    stage: Stage
    administrators: dict[str, User]

    def of(self, name: str = "") -> User:
        return self.administrators[name] if name else next(iter(self.administrators.values()))

    def invite(
        self, email: str, *wanted: Role, name: str = "Isla Grant", by: User | None = None
    ) -> str:
        with self.stage.sessions.begin() as db:
            return invitations.invite(
                db,
                email=email,
                name=name,
                roles=wanted,
                by=(by or self.of()).actor,
                now=self.stage.now,
            )

    def again(self, invitation: str) -> None:
        with self.stage.sessions.begin() as db:
            invitations.send_again(
                db, invitation_id=invitation, by=self.of().actor, now=self.stage.now
            )

    def link(self, invitation: str, *, must: bool = True) -> str:
        """The token, as it would stand in the mail."""
        with self.stage.sessions.begin() as db:
            token = invitations.new_link(db, invitation, self.stage.now)
        assert token is not None or not must
        return token  # type: ignore[return-value]  # None only where the test asks for it

    def give(self, to: User, role: Role, by: str = "") -> bool:
        with self.stage.sessions.begin() as db:
            return roles.give(
                db, user_id=to.id, role=role, by=self.of(by).actor, now=self.stage.now
            )

    def requests(self) -> list[str]:
        """Those that nobody has decided."""
        with self.stage.sessions.read() as db:
            return [one.id for one in grants.in_state(db, str(GrantState.ASKED))]

    def agree(self, request: str, by: str) -> None:
        with self.stage.sessions.begin() as db:
            roles.agree(db, grant_id=request, by=self.of(by).actor, now=self.stage.now)

    def refuse(self, request: str, by: str) -> None:
        with self.stage.sessions.begin() as db:
            roles.refuse(db, grant_id=request, by=self.of(by).actor, now=self.stage.now)

    def take(self, name: str, role: Role, by: str = "") -> None:
        person = self.administrators.get(name) or self.stage.people[name.lower()]
        with self.stage.sessions.begin() as db:
            roles.take_away(
                db, user_id=person.id, role=role, by=self.of(by).actor, now=self.stage.now
            )

    def close(self, name: str) -> None:
        person = self.administrators.get(name) or self.stage.people[name.lower()]
        with self.stage.sessions.begin() as db:
            people.disable(db, email=person.email, by=Actor("test"), now=self.stage.now)

    def person(self, user_id: str) -> User:
        with self.stage.sessions.read() as db:
            return people.user(db.get_one(UserRow, user_id))


def house(stage: Stage, *names: str) -> Boss:
    """An administrator of each name."""
    with stage.sessions.begin() as db:
        made = {
            name: people.add(
                db,
                email=f"{name.lower()}@northbrae.example",
                name=name,
                roles=[Role.ADMINISTRATOR],
                password=PASSWORD,
                pin="",
                by=Actor("test"),
                now=BEGIN,
            )
            for name in names
        }
    return Boss(stage, made)

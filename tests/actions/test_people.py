"""Who counts as signed in, and from when on no longer; on both databases."""

from datetime import timedelta

from console.actions import entering, people, signing_in
from console.actions.people import User
from console.domain.factor import Factor
from console.store.audit import Actor
from console.store.people import UserRow
from tests.stage import PASSWORD, Stage

SHIFT = timedelta(hours=12)


def signed_in(stage: Stage) -> str:
    with stage.sessions.begin() as db:
        return signing_in.begin(
            db,
            stage.officer,
            factors={Factor.PASSWORD},
            agent="Firefox",
            address="127.0.0.1",
            now=stage.now,
            lasts=SHIFT,
        )


def who(stage: Stage, token: str) -> User | None:
    with stage.sessions.read() as db:
        found = signing_in.signed_in(db, token, stage.now)
    return found.user if found else None


def close(stage: Stage) -> None:
    with stage.sessions.begin() as db:
        people.disable(db, email=stage.officer.email, by=Actor("test"), now=stage.now)


def open_again(stage: Stage) -> None:
    with stage.sessions.begin() as db:
        db.get_one(UserRow, stage.officer.id).active = True


def test_a_sign_in_counts_until_its_shift_is_over(stage: Stage) -> None:
    token = signed_in(stage)
    assert who(stage, token) == stage.officer
    assert who(stage, token + "x") is None
    stage.now += SHIFT
    assert who(stage, token) is None


def test_a_sign_in_ends_when_its_owner_signs_out(stage: Stage) -> None:
    token, other = signed_in(stage), signed_in(stage)
    with stage.sessions.begin() as db:
        signing_in.sign_out(db, token, stage.now)
    assert who(stage, token) is None
    assert who(stage, other) == stage.officer


def test_only_the_hash_of_a_sign_in_is_kept(stage: Stage) -> None:
    token = signed_in(stage)
    with stage.sessions.engine.connect() as connection:
        kept = connection.exec_driver_sql("SELECT token_hash FROM sign_ins").scalars().all()
    assert len(kept) == 1
    assert token not in kept


def test_a_wrong_password_and_a_closed_account_sign_nobody_in(stage: Stage) -> None:
    def attempt(password: str) -> object:
        with stage.sessions.read() as db:
            return entering.whose(db, email=stage.officer.email, password=password)

    assert attempt(PASSWORD) == stage.officer
    assert attempt(PASSWORD + "x") is None
    close(stage)
    assert attempt(PASSWORD) is None


def test_closing_an_account_ends_its_sign_ins_and_tokens_for_good(stage: Stage) -> None:
    cookie = signed_in(stage)
    with stage.sessions.begin() as db:
        bearer = people.issue_api_token(
            db, owner=stage.officer, name="gritter", by=Actor("test"), now=stage.now
        )
        assert people.token_holder(db, bearer) == stage.officer
    close(stage)

    def held() -> list[object]:
        with stage.sessions.read() as db:
            return [signing_in.signed_in(db, cookie, stage.now), people.token_holder(db, bearer)]

    assert held() == [None, None]
    open_again(stage)
    assert held() == [None, None]


def test_while_an_account_is_closed_nothing_of_it_counts(stage: Stage) -> None:
    cookie = signed_in(stage)
    with stage.sessions.begin() as db:
        bearer = people.issue_api_token(
            db, owner=stage.officer, name="gritter", by=Actor("test"), now=stage.now
        )
        db.get_one(UserRow, stage.officer.id).active = False
    with stage.sessions.read() as db:
        assert signing_in.signed_in(db, cookie, stage.now) is None
        assert people.token_holder(db, bearer) is None

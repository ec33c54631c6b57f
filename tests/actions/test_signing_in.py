"""The way in, and how guesses are counted; on both databases."""

import contextlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from pyotp import TOTP

from console import safe
from console.actions import codes, devices, entering, passwords, second_factors, sessions, tries
from console.actions import signing_in as signing
from console.actions.entering import Entered, Half, HalfOver, Visitor
from console.actions.errors import NotFound
from console.actions.passwords import LinkOver, TooEasy, TooLong
from console.actions.people import TooShort, User
from console.actions.second_factors import StillNeeded, WrongCode
from console.actions.signing_in import SignedIn
from console.actions.tries import TryLater
from console.domain.factor import Factor
from console.safe import NotOpened
from console.store import factors, people
from console.store.audit import Actor, EntryRow
from console.store.factors import RecoveryCodeRow, TotpRow
from tests.stage import PASSWORD, Stage

SHIFT = timedelta(hours=12)
HOME = Visitor("192.0.2.7", "Firefox")
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NEW = "tram fjord otter cable"


def enter(
    stage: Stage, password: str = PASSWORD, visitor: Visitor = HOME, email: str = ""
) -> Entered | Half | None:
    """As the sign-in page does it. Raises `TryLater`."""
    email = email or stage.officer.email
    with stage.sessions.begin() as db:
        claimed = entering.claim(db, email=email, visitor=visitor, now=stage.now)
    with stage.sessions.begin() as db:
        found = entering.whose(db, email=email, password=password)
        if found is None:
            entering.refuse(db, email=email, now=stage.now)
            return None
        return entering.by_password(
            db, found, claimed=claimed, visitor=visitor, now=stage.now, lasts=SHIFT
        )


def signed(stage: Stage, **how: object) -> SignedIn:
    entered = enter(stage, **how)  # type: ignore[arg-type]
    assert isinstance(entered, Entered)
    found = who(stage, entered.token)
    assert found is not None
    return found


def who(stage: Stage, token: str) -> SignedIn | None:
    with stage.sessions.read() as db:
        return signing.signed_in(db, token, stage.now)


def give_app(stage: Stage, person: User | None = None) -> list[str]:
    """An authenticator app of which the first code was shown a minute ago."""
    person = person or stage.officer
    locked = safe.locked(stage.desk.settings.secret, second_factors.NEW_APP, person.id, SECRET)
    with stage.sessions.begin() as db:
        made = second_factors.add_app(
            db, stage.desk, person=person, locked=locked, code=code(stage), now=stage.now
        )
    stage.later(minutes=1)
    return made


def code(stage: Stage) -> str:
    return TOTP(SECRET).at(stage.now)


def second(stage: Stage, half: Half, typed: str, visitor: Visitor = HOME) -> Entered | None:
    with stage.sessions.begin() as db:
        return entering.by_code(
            db,
            stage.desk,
            token=half.token,
            code=typed,
            visitor=visitor,
            now=stage.now,
            lasts=SHIFT,
        )


def half(stage: Stage, visitor: Visitor = HOME) -> Half:
    found = enter(stage, visitor=visitor)
    assert isinstance(found, Half)
    return found


def wrong(stage: Stage, times: int, visitor: Visitor = HOME, email: str = "") -> int:
    """How many of so many wrong passwords, one a minute, would be looked at."""
    looked_at = 0
    for _ in range(times):
        stage.later(minutes=1)
        try:
            with stage.sessions.begin() as db:
                entering.claim(
                    db, email=email or stage.officer.email, visitor=visitor, now=stage.now
                )
            looked_at += 1
        except TryLater:
            pass
    return looked_at


def test_a_password_alone_signs_in_who_has_nothing_else(stage: Stage) -> None:
    found = signed(stage)
    assert found.user == stage.officer
    assert (found.factors, found.strong_at) == (frozenset({Factor.PASSWORD}), None)
    assert found.fresh(stage.now, two=False)
    assert not found.fresh(stage.now, two=True)


def test_who_has_an_app_is_in_only_after_its_code(stage: Stage) -> None:
    give_app(stage)
    begun = half(stage)
    assert who(stage, begun.token) is None
    assert second(stage, begun, "000000") is None
    stage.later(minutes=1)
    entered = second(stage, begun, code(stage))
    assert entered is not None
    found = who(stage, entered.token)
    assert found is not None
    assert found.factors == {Factor.PASSWORD, Factor.TOTP}
    assert found.strong_at == stage.now


def test_a_code_counts_once(stage: Stage) -> None:
    give_app(stage)
    shown = code(stage)
    assert second(stage, half(stage), shown) is not None
    assert second(stage, half(stage), shown) is None


def test_the_code_of_the_half_minute_before_counts_no_more_after_a_newer_one(stage: Stage) -> None:
    give_app(stage)
    earlier = code(stage)
    stage.later(seconds=30)
    assert second(stage, half(stage), code(stage)) is not None
    assert second(stage, half(stage), earlier) is None


def test_one_code_in_many_hands_at_once_lets_in_one(stage: Stage) -> None:
    give_app(stage)
    begun = [half(stage, Visitor(f"192.0.2.{number}", "")) for number in range(6)]
    shown = code(stage)

    def race(number: int) -> bool:
        visitor = Visitor(f"192.0.2.{number}", "")
        return second(stage, begun[number], shown, visitor) is not None

    with ThreadPoolExecutor(6) as threads:
        assert sum(threads.map(race, range(6))) == 1


def test_a_first_step_leads_in_once_and_within_ten_minutes(stage: Stage) -> None:
    codes_on_paper = give_app(stage)
    begun = half(stage)
    assert second(stage, begun, codes_on_paper[0]) is not None
    with pytest.raises(HalfOver):
        second(stage, begun, codes_on_paper[1])
    late = half(stage)
    stage.later(minutes=10)
    with pytest.raises(HalfOver):
        second(stage, late, codes_on_paper[1])


def test_a_recovery_code_counts_once_in_any_writing(stage: Stage) -> None:
    on_paper = give_app(stage)
    assert len(on_paper) == len(set(on_paper)) == 10
    assert second(stage, half(stage), on_paper[0].upper().replace("-", " ")) is not None
    assert second(stage, half(stage), on_paper[0]) is None
    with stage.sessions.read() as db:
        kept = {row.code_hash for row in db.query(RecoveryCodeRow)}
        assert not kept & set(on_paper)
        assert factors.codes_left(db, stage.officer.id) == 9


def test_the_apps_secret_is_kept_locked_to_its_owner(stage: Stage) -> None:
    give_app(stage)
    give_app(stage, stage.approver)
    with stage.sessions.begin() as db:
        mine, other = (
            db.get_one(TotpRow, one.id).secret for one in (stage.officer, stage.approver)
        )
        assert SECRET not in mine
        for stolen_by, secret in ((stage.approver.id, mine), (stage.officer.id, other)):
            with pytest.raises(NotOpened):
                safe.opened(stage.desk.settings.secret, codes.PURPOSE, stolen_by, secret)
        with pytest.raises(NotOpened):
            safe.opened("another key", codes.PURPOSE, stage.officer.id, mine)
        # Copied over another's row it opens no door.
        db.get_one(TotpRow, stage.officer.id).secret = other
    assert second(stage, half(stage), code(stage)) is None


def test_only_a_hundred_guesses_are_looked_at_and_a_known_device_still_gets_in(
    stage: Stage,
) -> None:
    first = enter(stage)
    assert isinstance(first, Entered)
    assert wrong(stage, 130, Visitor("198.51.100.9", "")) == 100
    with pytest.raises(TryLater) as refused:
        enter(stage, visitor=Visitor("203.0.113.4", ""))
    assert refused.value.wait.off
    assert isinstance(enter(stage, visitor=Visitor("203.0.113.4", "", first.device)), Entered)
    # That it got in shows that its owner is there: the count begins anew.
    assert isinstance(enter(stage, visitor=Visitor("203.0.113.4", "")), Entered)


def test_guesses_from_many_addresses_are_counted_together(stage: Stage) -> None:
    looked_at = sum(wrong(stage, 3, Visitor(f"203.0.113.{one}", "")) for one in range(50))
    assert looked_at == 100


def test_a_known_device_waits_for_its_own_mistakes(stage: Stage) -> None:
    first = enter(stage)
    assert isinstance(first, Entered)
    mine = Visitor("192.0.2.7", "", first.device)
    for _ in range(3):
        assert enter(stage, "wrong password", mine) is None
    with pytest.raises(TryLater) as refused:
        enter(stage, PASSWORD, mine)
    assert refused.value.wait.until == stage.now + timedelta(seconds=1)
    stage.later(seconds=1)
    assert isinstance(enter(stage, PASSWORD, mine), Entered)


def test_one_persons_device_is_nobody_elses(stage: Stage) -> None:
    first = enter(stage)
    assert isinstance(first, Entered)
    theirs = Visitor("198.51.100.9", "", first.device)
    assert wrong(stage, 120, theirs, stage.approver.email) == 100


def test_a_token_that_somebody_else_has_put_there_is_worth_nothing(stage: Stage) -> None:
    entered = enter(stage, visitor=Visitor("192.0.2.7", "", "planted"))
    assert isinstance(entered, Entered)
    assert entered.device != "planted"
    with stage.sessions.read() as db:
        assert not devices.known(db, stage.officer.id, "planted")
        assert devices.known(db, stage.officer.id, entered.device)


def test_guesses_at_once_are_counted_one_by_one(stage: Stage) -> None:
    one = tries.from_stranger("password", stage.officer.email, "192.0.2.7")

    def claim(_: int) -> bool:
        try:
            with stage.sessions.begin() as db:
                tries.claim(db, one, stage.now)
        except TryLater:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(claim, range(24))) == 3


def test_a_network_of_version_six_is_one_address(stage: Stage) -> None:
    for host in range(3):
        assert enter(stage, "wrong password", Visitor(f"2001:db8::{host}", "")) is None
    with pytest.raises(TryLater):
        enter(stage, "wrong password", Visitor("2001:db8::ffff", ""))
    assert isinstance(enter(stage, PASSWORD, Visitor("2001:db8:0:1::1", "")), Entered)


def test_an_account_that_there_is_not_waits_just_as_long(stage: Stage) -> None:
    def waits(email: str, address: str) -> list[float]:
        found = []
        for _ in range(9):
            try:
                enter(stage, "wrong password", Visitor(address, ""), email)
                found.append(0.0)
            except TryLater as later:
                found.append((later.wait.until - stage.now).total_seconds())
                stage.now = later.wait.until
        return found

    real = waits(stage.officer.email, "192.0.2.1")
    assert waits("nobody@northbrae.example", "192.0.2.2") == real
    assert max(real) > 1


def test_that_an_account_takes_no_more_stands_on_the_record_once(stage: Stage) -> None:
    wrong(stage, 98)
    for _ in range(4):
        stage.later(minutes=1)
        with contextlib.suppress(TryLater):
            assert enter(stage, "wrong password") is None
    with stage.sessions.read() as db:
        noted = db.query(EntryRow).filter_by(action="password switched off").count()
    assert noted == 1


def test_wrong_codes_are_counted_apart_and_end_at_a_hundred(stage: Stage) -> None:
    give_app(stage)
    begun, looked_at = half(stage), 0
    for number in range(120):
        stage.later(seconds=40)
        if number % 12 == 0:
            begun = half(stage)
        try:
            assert second(stage, begun, "12345") is None
            looked_at += 1
        except TryLater:
            pass
    assert looked_at == 100


def test_a_known_device_is_forgotten_after_a_hundred_wrong_codes(stage: Stage) -> None:
    on_paper = give_app(stage)
    entered = second(stage, half(stage), on_paper[0])
    assert entered is not None
    stolen = Visitor("198.51.100.9", "", entered.device)
    for number in range(100):
        stage.later(seconds=40)
        if number % 12 == 0:
            begun = half(stage, stolen)
        assert second(stage, begun, "12345", stolen) is None
    with stage.sessions.read() as db:
        assert not devices.known(db, stage.officer.id, entered.device)


def test_whoever_signs_in_has_nobody_wait_who_is_at_the_same_address(stage: Stage) -> None:
    on_paper = give_app(stage)
    for one in range(40):
        wrong(stage, 1, HOME, f"nobody{one}@northbrae.example")
    stage.later(minutes=1)
    assert second(stage, half(stage), on_paper[0]) is not None


def test_sessions_are_listed_and_ended_by_their_owner_alone(stage: Stage) -> None:
    mine, other = signed(stage), signed(stage, visitor=Visitor("198.51.100.9", "Chrome"))
    theirs = signed(stage, email=stage.approver.email)
    with stage.sessions.read() as db:
        own = sessions.own(db, mine, stage.now)
    assert [(one.id, one.this) for one in own] == [(mine.id, True), (other.id, False)]
    with stage.sessions.begin() as db:
        with pytest.raises(NotFound):
            sessions.end(db, signed=mine, session=theirs.id, now=stage.now)
        sessions.end(db, signed=mine, session=other.id, now=stage.now)
        row = people.sign_in_named(db, other.id)
        assert row is not None
        assert row.revoked_at == stage.now


def test_a_new_password_ends_every_other_session_and_keeps_this_device(stage: Stage) -> None:
    first = enter(stage)
    assert isinstance(first, Entered)
    other = enter(stage, visitor=Visitor("198.51.100.9", ""))
    assert isinstance(other, Entered)
    mine = who(stage, first.token)
    assert mine is not None
    with stage.sessions.begin() as db:
        passwords.change(
            db, stage.desk, signed=mine, password=NEW, device=first.device, now=stage.now
        )
    assert who(stage, first.token) == mine
    assert who(stage, other.token) is None
    assert enter(stage, PASSWORD) is None
    assert isinstance(enter(stage, NEW), Entered)
    with stage.sessions.read() as db:
        assert devices.known(db, stage.officer.id, first.device)
        assert not devices.known(db, stage.officer.id, other.device)


def test_a_new_pin_ends_every_other_session(stage: Stage) -> None:
    mine = signed(stage, email=stage.approver.email)
    other = enter(stage, email=stage.approver.email)
    assert isinstance(other, Entered)
    with stage.sessions.begin() as db:
        passwords.change_pin(db, signed=mine, pin="739105", device="", now=stage.now)
    assert who(stage, other.token) is None


@pytest.mark.parametrize("pin", ["111111", "123456", "654321", "890123"])
def test_a_pin_that_counts_is_refused(stage: Stage, pin: str) -> None:
    mine = signed(stage, email=stage.approver.email)
    with stage.sessions.begin() as db, pytest.raises(TooEasy):
        passwords.change_pin(db, signed=mine, pin=pin, device="", now=stage.now)


@pytest.mark.parametrize(
    ("password", "obstacle"),
    [
        ("passwordpassword", TooEasy),
        ("123456789012345", TooEasy),
        ("qwertyuiopasdfgh", TooEasy),
        ("Northbrae Council", TooEasy),
        ("officer@northbrae", TooEasy),
        ("fourteen chars", TooShort),
        ("x y" * 334, TooLong),
    ],
)
def test_a_password_that_guessers_try_is_refused(
    stage: Stage, password: str, obstacle: type[Exception]
) -> None:
    with pytest.raises(obstacle):
        passwords.must_do_for(stage.desk, stage.officer, password)


def test_a_long_password_counts_to_its_last_letter(stage: Stage) -> None:
    whole = "Ünïcödé-gritter-冬-" * 7
    whole = (whole + "x" * 128)[:127] + "é"
    with stage.sessions.begin() as db:
        made = passwords.offer_reset(db, email=stage.officer.email, by=Actor("t"), now=stage.now)
        passwords.reset(db, stage.desk, token=made.token, password=whole, now=stage.now)
    assert enter(stage, whole[:-1]) is None
    assert enter(stage, whole[:72]) is None
    # The same é as another keyboard writes it.
    assert isinstance(enter(stage, whole[:-1] + "e\u0301"), Entered)


def test_a_reset_link_counts_once_and_only_the_newest_within_the_hour(stage: Stage) -> None:
    def offer() -> str:
        with stage.sessions.begin() as db:
            by, email = Actor("command line"), stage.officer.email
            return passwords.offer_reset(db, email=email, by=by, now=stage.now).token

    def use(token: str) -> None:
        with stage.sessions.begin() as db:
            passwords.reset(db, stage.desk, token=token, password=NEW, now=stage.now)

    older, newer = offer(), offer()
    with pytest.raises(LinkOver):
        use(older)
    use(newer)
    with pytest.raises(LinkOver):
        use(newer)
    late = offer()
    stage.later(hours=1)
    with pytest.raises(LinkOver):
        use(late)


def test_a_reset_switches_the_password_on_again_and_asks_for_the_second_step(stage: Stage) -> None:
    give_app(stage)
    begun = half(stage)
    assert wrong(stage, 120, Visitor("198.51.100.9", "")) == 100
    with stage.sessions.begin() as db:
        made = passwords.offer_reset(db, email=stage.officer.email, by=Actor("t"), now=stage.now)
        passwords.reset(db, stage.desk, token=made.token, password=NEW, now=stage.now)
    with pytest.raises(HalfOver):
        second(stage, begun, code(stage))
    assert isinstance(enter(stage, NEW), Half)


def test_a_second_step_is_taken_away_only_where_that_was_asked_for(stage: Stage) -> None:
    give_app(stage)
    with stage.sessions.begin() as db:
        made = passwords.offer_reset(
            db, email=stage.officer.email, by=Actor("t"), now=stage.now, second_factor=True
        )
        passwords.reset(db, stage.desk, token=made.token, password=NEW, now=stage.now)
    assert isinstance(enter(stage, NEW), Entered)
    with stage.sessions.read() as db:
        assert db.query(EntryRow).filter_by(action="second factors taken away").count() == 1


def test_the_last_second_step_stays_where_the_role_takes_one(stage: Stage) -> None:
    give_app(stage)
    with stage.sessions.begin() as db:
        with pytest.raises(StillNeeded):
            second_factors.remove_app(db, person=stage.officer, needed=True, now=stage.now)
        second_factors.remove_app(db, person=stage.officer, needed=False, now=stage.now)
        assert factors.codes_left(db, stage.officer.id) == 0


def test_an_app_is_set_up_only_by_the_code_that_it_shows(stage: Stage) -> None:
    _, locked = second_factors.new_app(stage.desk, stage.officer)
    for given in (locked, "", "nonsense", locked[:-6] + "AAAAAA"):
        with stage.sessions.begin() as db, pytest.raises(WrongCode):
            second_factors.add_app(
                db, stage.desk, person=stage.officer, locked=given, code="000000", now=stage.now
            )
    with pytest.raises(WrongCode):
        second_factors.secret_of(stage.desk, stage.approver, locked)


def test_no_secret_reaches_the_record(stage: Stage) -> None:
    on_paper = give_app(stage)
    shown = code(stage)
    second(stage, half(stage), shown)
    second(stage, half(stage), on_paper[0])
    with stage.sessions.begin() as db:
        made = passwords.offer_reset(db, email=stage.officer.email, by=Actor("t"), now=stage.now)
        passwords.reset(db, stage.desk, token=made.token, password=NEW, now=stage.now)
    with stage.sessions.read() as db:
        record = "\n".join(row.detail + row.action for row in db.query(EntryRow))
    for secret in (SECRET, shown, on_paper[0], made.token, NEW, PASSWORD):
        assert secret not in record

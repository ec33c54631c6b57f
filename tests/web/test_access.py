"""Who may open which page: every route, every method, for every role, and for nobody."""

import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from werkzeug.routing import Rule

from console.domain.policy import Role, may
from console.store.people import ApiTokenRow, SignInRow, UserRow
from console.web.access import Unlisted, check
from console.web.access_table import ACCESS
from console.web.context import Web
from tests.web import acting
from tests.web.access_table import STRANGERS, TABLE
from tests.web.conftest import PEOPLE, PIN, Browser, csrf

Open = Callable[[str], Browser]
EVERY_METHOD = ("GET", "POST", "PUT", "PATCH", "DELETE")
SAFE = {"HEAD", "OPTIONS"}


def kept(app: Flask) -> Iterator[tuple[Rule, frozenset[Role]]]:
    """The routes that take a signed-in person, with the roles that they let in."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint not in STRANGERS:
            yield rule, TABLE[rule.endpoint]


_SHAPED = {"edition": "x", "language": "cy", "number": "99999999", "year": "2026"}
"""Parts of an address that are no free text."""


def address(app: Flask, rule: Rule) -> str:
    """Of a thing that there is not: who may not ask is told so before that is found out."""
    values = dict.fromkeys(rule.arguments - set(rule.defaults or {}), "nothing-like-it")
    values |= {name: like for name, like in _SHAPED.items() if name in rule.arguments}
    method = min((rule.methods or set()) - SAFE)
    adapter = app.url_map.bind("localhost")
    return adapter.build(rule.endpoint, {**(rule.defaults or {}), **values}, method=method)


def ask(browser: Browser, rule: Rule, token: str) -> dict[str, int]:
    """By each method that the route takes: the status of its answer."""
    app = browser.client.application
    return {
        method: browser.client.open(
            address(app, rule), method=method, data={"csrf_token": token}
        ).status_code
        for method in (rule.methods or set()) - SAFE
    }


def test_every_page_is_in_the_list_and_the_console_agrees_with_it(app: Flask) -> None:
    assert set(TABLE) | STRANGERS == set(app.view_functions)
    assert not set(TABLE) & STRANGERS
    for endpoint, act in ACCESS.items():
        if act is None:
            assert endpoint in STRANGERS, f"{endpoint} is open to everybody"
        else:
            assert {role for role in Role if may({role}, act)} == TABLE[endpoint], endpoint


@pytest.mark.parametrize("name", PEOPLE)
def test_every_page_lets_in_the_roles_of_its_list_and_nobody_else(
    app: Flask, browser: Open, name: str
) -> None:
    someone = browser(name)
    token = someone.token()
    for rule, roles in kept(app):
        for method, status in ask(someone, rule, token).items():
            if PEOPLE[name][1] in roles:
                assert status != 403, f"{name} was turned away from {method} {rule}"
            else:
                assert status == 403, f"{name} was let in to {method} {rule}"
            assert status < 500, rule


def test_somebody_without_any_role_is_let_in_nowhere(app: Flask, browser: Open, web: Web) -> None:
    acting.add(web, "nobody")
    someone = browser("nobody")
    token = csrf(someone.get("/sign-in").text)
    for rule, _roles in kept(app):
        assert set(ask(someone, rule, token).values()) == {403}, rule


def test_a_stranger_is_asked_to_sign_in_everywhere(app: Flask, browser: Open) -> None:
    stranger = browser("")
    token = stranger.token("/sign-in")
    for rule, _roles in kept(app):
        assert set(ask(stranger, rule, token).values()) <= {302, 401}, rule


def test_a_method_that_a_page_does_not_take_is_refused_also_in_disguise(
    app: Flask, browser: Open
) -> None:
    """TRACE, DELETE and the like, and the headers and fields that some servers take for them."""
    administrator = browser("administrator")
    token = administrator.token()
    rules = [one for one in app.url_map.iter_rules() if not one.endpoint.startswith("api.")]
    taken: dict[str, set[str]] = {}
    for rule in rules:
        taken.setdefault(address(app, rule), set()).update(rule.methods or set())
    for path, methods in taken.items():
        for method in {*EVERY_METHOD, "TRACE", "CONNECT"} - methods:
            answer = administrator.client.open(path, method=method, data={"csrf_token": token})
            # Nothing that others could match by another rule: `nothing-like-it` is no address.
            assert answer.status_code == 405, f"{method} {path}"
    who = next(one for one in people_of(administrator) if one)
    for disguise in (
        {"headers": {"X-HTTP-Method-Override": "POST"}},
        {"headers": {"X-HTTP-Method": "DELETE"}},
        {"query_string": {"_method": "POST"}},
    ):
        path = f"/people/{who}/sessions/end"
        assert administrator.client.get(path, **disguise).status_code == 405


def people_of(administrator: Browser) -> list[str]:
    return re.findall(r'href="/people/([a-z0-9]{16})"', administrator.get("/people").text)


def test_what_is_somebody_elses_is_not_found(web: Web, browser: Open) -> None:
    """Another approver's sign-off, another's upload, another's token: as if there were none."""
    acting.add(web, "second", Role.APPROVER)
    asked, second = acting.asked(web), browser("second")
    own = f"/approvals/{acting.link(web, asked.message, 'second')[0]}"
    theirs = f"/approvals/{asked.approval}"
    assert second.get(own).status_code == 200
    assert second.get(theirs).status_code == 404
    form = {
        "decision": "approve",
        "pin": PIN,
        "digest": acting.sheet(web, asked.message).message.digest,
    }
    assert second.post(theirs, form).status_code == 404
    assert acting.sheet(web, asked.message).message.state == "awaiting approval"


def test_whoever_only_reads_takes_nothing_out(web: Web, browser: Open) -> None:
    """The auditor reads the record and takes it out; a list of people's addresses is none of it.
    The custodian takes out lists, and not the record."""
    auditor, custodian = browser("auditor"), browser("custodian")
    assert auditor.post("/channels/residents-email/recipients/download").status_code == 403
    assert auditor.get("/channels/residents-email/recipients").status_code == 403
    assert auditor.get("/people").status_code == 403
    incident = f"/incidents/{acting.asked(web).incident}"
    for path in ("/record", "/record/verify", "/record/export", f"{incident}/record"):
        assert custodian.get(path).status_code == 403, path
    for path in ("/record/export", f"{incident}/record/export"):
        assert custodian.post(path, {"form": "csv"}).status_code == 403, path


def test_no_page_shows_an_administrator_a_secret(app: Flask, web: Web, browser: Open) -> None:
    """Hashes of passwords, PINs and tokens are in the database, and on no page, of anybody."""
    acting.add(web, "second", Role.ADMINISTRATOR)
    administrator = browser("administrator")
    administrator.post("/account/tokens", {"token-name": "mine"})
    with web.sessions.read() as db:
        rows = list(db.query(UserRow))
        hashes = {one.password_hash for one in rows} | {one.pin_hash for one in rows} - {""}
        hashes |= {one.token_hash for one in db.query(SignInRow)}
        hashes |= {one.token_hash for one in db.query(ApiTokenRow)}
    places = ["/people", "/people/invite", "/account/tokens", "/record", "/channels"]
    places += [f"/people/{one.id}" for one in rows]
    places += [f"/channels/handover/{one.id}" for one in rows]
    for path in places:
        page = administrator.get(path)
        assert page.status_code == 200, path
        assert not [one for one in hashes if one in page.text], path


def test_no_form_is_taken_without_the_token_of_its_page(app: Flask, browser: Open) -> None:
    everybody = {name: browser(name) for name in PEOPLE}
    for rule, roles in kept(app):
        if "POST" not in (rule.methods or ()):
            continue
        for name, someone in everybody.items():
            if PEOPLE[name][1] in roles:
                assert ask(someone, rule, "")["POST"] == 400, f"{rule} took a form of any site"
                assert ask(someone, rule, someone.token() + "x")["POST"] == 400, rule


def test_a_route_that_the_table_does_not_name_is_refused_at_the_start(app: Flask) -> None:
    app.view_functions["somebody.forgot"] = lambda: ""
    with pytest.raises(Unlisted) as refused:
        check(app)
    assert refused.value.endpoints == ["somebody.forgot"]


@pytest.mark.parametrize("name", ["auditor", "approver"])
def test_who_may_not_draft_is_told_so_plainly(browser: Open, name: str) -> None:
    answer = browser(name).get("/incidents/new/snow-ice")
    assert answer.status_code == 403
    assert "Only duty officers draft messages" in answer.text

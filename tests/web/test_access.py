"""Who may open which page: every route for every role, and for nobody."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from werkzeug.routing import Rule

from console.domain.policy import Act, may
from console.web.access import ACCESS, Unlisted, check
from tests.web.conftest import PEOPLE, Browser

Open = Callable[[str], Browser]
STRANGERS_MAY_SEE = {
    "static",
    "sign_in",
    "sign_off",
    "spoken",
    "public",
    "pictures",
    "unsubscribe",
    # The link that an administrator gives is the key.
    "resetting",
    "machines",
    "api",
}


def kept(app: Flask) -> Iterator[tuple[Rule, Act]]:
    """The routes that take a signed-in person, with the act that they are."""
    for rule in app.url_map.iter_rules():
        act = ACCESS[rule.endpoint]
        if act is not None:
            yield rule, act


def ask(browser: Browser, rule: Rule, token: str) -> int:
    values = dict.fromkeys(rule.arguments - set(rule.defaults or {}), "nothing-like-it")
    adapter = browser.client.application.url_map.bind("localhost")
    method = "POST" if "POST" in (rule.methods or ()) else "GET"
    path = adapter.build(rule.endpoint, {**(rule.defaults or {}), **values}, method=method)
    return browser.client.open(path, method=method, data={"csrf_token": token}).status_code


@pytest.mark.parametrize("name", PEOPLE)
def test_every_page_lets_in_the_roles_of_its_act_and_nobody_else(
    app: Flask, browser: Open, name: str
) -> None:
    someone = browser(name)
    token = someone.token()
    for rule, act in kept(app):
        status = ask(someone, rule, token)
        if may({PEOPLE[name][1]}, act):
            assert status != 403, f"{name} was turned away from {rule}"
        else:
            assert status == 403, f"{name} was let in to {rule}"
        assert status < 500, rule


def test_a_stranger_is_asked_to_sign_in_everywhere(app: Flask, browser: Open) -> None:
    stranger = browser("")
    token = stranger.token("/sign-in")
    for rule, _act in kept(app):
        assert ask(stranger, rule, token) in (302, 401), rule


def test_no_form_is_taken_without_the_token_of_its_page(app: Flask, browser: Open) -> None:
    everybody = {name: browser(name) for name in PEOPLE}
    for rule, act in kept(app):
        if "POST" not in (rule.methods or ()):
            continue
        for name, someone in everybody.items():
            if may({PEOPLE[name][1]}, act):
                assert ask(someone, rule, "") == 400, f"{rule} took a form of any site"
                assert ask(someone, rule, someone.token() + "x") == 400, rule


def test_what_is_open_to_strangers_is_only_what_has_to_be() -> None:
    opened = {endpoint.partition(".")[0] for endpoint, act in ACCESS.items() if act is None}
    assert opened == STRANGERS_MAY_SEE


def test_a_route_that_the_table_does_not_name_is_refused_at_the_start(app: Flask) -> None:
    app.view_functions["somebody.forgot"] = lambda: ""
    with pytest.raises(Unlisted) as refused:
        check(app)
    assert refused.value.endpoints == ["somebody.forgot"]


def test_the_table_names_no_page_that_there_is_not(app: Flask) -> None:
    assert set(ACCESS) == set(app.view_functions)


@pytest.mark.parametrize("name", ["auditor", "approver"])
def test_who_may_not_draft_is_told_so_plainly(browser: Open, name: str) -> None:
    answer = browser(name).get("/incidents/new/snow-ice")
    assert answer.status_code == 403
    assert "Only duty officers draft messages" in answer.text

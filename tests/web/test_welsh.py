"""The approver's pages in Welsh: who is offered them, how they are chosen, and that none of their
words is left in English."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser

import pytest
from babel.messages.pofile import read_po
from flask import Flask
from flask.testing import FlaskClient

from console import catalogue
from console.actions import public_side
from console.actions.errors import ReasonMissing
from console.domain.channel import Post
from console.domain.incident import Mode
from console.web.context import KEY, Web
from tests.web import acting
from tests.web.conftest import PIN, Browser, Clock
from tests.web.phone import WRONG, decide, hidden, states
from workers.channels.public_page import PublicPage

NEVER_WELSH = ("the", "and", "you", "your", "with", "this", "was", "not", "of", "for", "from", "it")
"""Words of whatever English was forgotten to be marked."""
Open = Callable[[str], Browser]
CYMRAEG = {"Accept-Language": "cy-GB,cy;q=0.9,en;q=0.5"}
TEXT = "Eira trwm ym Mwlch y Garn.\n\nArhoswch gartref."


def offering(app: Flask, web: Web, *languages: str) -> Web:
    settings = web.desk.settings
    council = settings.council.model_copy(update={"page_languages": languages})
    desk = replace(web.desk, settings=replace(settings, council=council))
    app.extensions[KEY] = replace(web, desk=desk)
    found: Web = app.extensions[KEY]
    return found


@pytest.fixture
def bilingual(app: Flask, web: Web) -> Web:
    return offering(app, web, "en", "cy")


@pytest.fixture
def phone(app: Flask, bilingual: Web) -> FlaskClient:
    """An approver's telephone that is set to Welsh."""
    client = app.test_client()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = CYMRAEG["Accept-Language"]
    return client


class _Texts(HTMLParser):
    """What a reader of the page's language is given: its text and its spoken attributes, without
    what says itself that it is in another."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[tuple[str, str]] = [("", "")]
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        got = {name: value or "" for name, value in attributes}
        language = got.get("lang", self.open[-1][1])
        if language == "cy":
            said = ("aria-label", "title", "data-none", "data-elsewhere", "data-lost", "data-said")
            self.found += [got[one] for one in said if one in got]
            self.found += [value for name, value in got.items() if name.startswith("data-i18n")]
        if tag not in ("meta", "link", "input", "img", "br", "hr"):
            self.open.append((tag, language))

    def handle_endtag(self, tag: str) -> None:
        while len(self.open) > 1 and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        tag, language = self.open[-1]
        if language == "cy" and tag not in ("script", "style", "textarea"):
            self.found.append(data)


def said(page: str) -> list[str]:
    """Its pieces of text in Welsh."""
    reader = _Texts()
    reader.feed(page)
    return [" ".join(one.split()) for one in reader.found if one.strip()]


@cache
def english() -> re.Pattern[str]:
    """Every piece of every English text that the catalogue has, between what is put in; but for
    what is the same in Welsh."""
    with catalogue.file("cy").open("rb") as written:
        known = read_po(written, locale="cy")
    found: set[str] = set()
    for one in known:
        ids = one.id if isinstance(one.id, tuple) else (one.id,)
        texts = one.string if isinstance(one.string, tuple) else (one.string,)
        for piece in (part for id_ in ids for part in _pieces(id_)):
            if len(piece) > 2 and not any(piece in text for text in texts):
                found.add(piece)
    longest_first = [*sorted(found, key=len, reverse=True), *NEVER_WELSH]
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")


def _pieces(text: str) -> list[str]:
    parts = re.split(r"%\(\w+\)s|\{\w+\}|<[^>]*>", text)
    return [" ".join(one.split()).strip(" :;,.()“”—[]") for one in parts]


def left_in_english(page: str, *data: str) -> list[str]:
    found = []
    for text in said(page):
        for one in data:
            text = text.replace(one, "")
        found += [f"{one!r} in {text!r}" for one in english().findall(text)]
    return found


def assert_welsh(page: str, web: Web, *data: str) -> None:
    assert '<html lang="cy"' in page
    titles = [one.title for one in web.desk.channels] + [one.account for one in web.desk.channels]
    names = ["Northbrae Council", "Snow in Cairn Pass", "Morag Bain", "Isla Grant", "English"]
    assert left_in_english(page, *titles, *names, *data) == []


def test_nothing_is_offered_where_the_council_has_one_language(app: Flask, web: Web) -> None:
    client, asked = app.test_client(), acting.asked(web)
    plain = _without_tokens(client.get(asked.link).text)
    assert '<html lang="en"' in plain
    assert "Cymraeg" not in plain
    client.set_cookie("skellat-language", "cy")
    answer = client.get(f"{asked.link}?language=cy", headers=CYMRAEG)
    assert "Set-Cookie" not in answer.headers
    assert _without_tokens(answer.text) == plain


def _without_tokens(page: str) -> str:
    return re.sub(r'nonce="[^"]+"', "", page)


def test_english_is_the_same_with_welsh_beside_it_but_for_the_link(app: Flask, web: Web) -> None:
    client, asked = app.test_client(), acting.asked(web)
    plain = _without_tokens(client.get(asked.link).text)
    offering(app, web, "en", "cy")
    both = _without_tokens(client.get(asked.link).text)
    without = re.sub(r'<nav class="[^"]*skellat-header__languages.*?</nav>\n', "", both, flags=re.S)
    assert without == plain
    assert both != plain


def test_the_whole_journey_from_the_mailed_link_is_in_welsh(
    bilingual: Web, phone: FlaskClient
) -> None:
    asked = acting.asked(bilingual)
    page = phone.get(asked.link).text
    assert "Mae Morag Bain am gyhoeddi ar 5 o sianeli" in page
    assert "Cymeradwywch erbyn 06:40, Gwen 16 Ion" in page
    assert acting.TEXT.splitlines()[0] in page
    assert_welsh(page, bilingual)

    wrong = decide(phone, asked, pin=WRONG)
    assert wrong.status_code == 400
    assert "Mae gennych 4 cynnig ar ôl" in wrong.text
    assert '<span class="govuk-visually-hidden">Gwall:</span>' in wrong.text
    assert "<title>Gwall: " in wrong.text
    assert_welsh(wrong.text, bilingual)
    assert "Rhowch eich PIN llofnodi" in decide(phone, asked, pin="").text

    assert decide(phone, asked).status_code == 303
    assert states(bilingual, asked) == ("released", "granted")
    outcome = phone.get(asked.link).text
    assert "Yn cyhoeddi, 06:10:00" in outcome
    assert "Llofnodwyd y geiriau hyn gennych am 06:10:00." in outcome
    assert "Cyhoeddwyd 0 o 5" in outcome
    assert_welsh(outcome, bilingual)


@pytest.mark.parametrize("decision", ["send-back", "reject"])
def test_refusing_is_in_welsh_and_the_reason_stays_as_it_was_typed(
    bilingual: Web, phone: FlaskClient, decision: str
) -> None:
    asked = acting.asked(bilingual)
    without = decide(phone, asked, decision, reason="", **{f"{decision}-pin": PIN})
    assert "Dywedwch pam, er mwyn i&#39;r swyddog ar ddyletswydd" in without.text
    assert_welsh(without.text, bilingual)
    reason = "The pass is open again"
    decide(phone, asked, decision, reason=reason, **{f"{decision}-pin": PIN})
    after = phone.get(asked.link).text
    assert f"Y rheswm: {reason}" in after
    assert_welsh(after, bilingual, reason)


def test_an_exercise_is_one_in_welsh_too(bilingual: Web, phone: FlaskClient) -> None:
    page = phone.get(acting.asked(bilingual, mode=Mode.EXERCISE).link).text
    assert "<strong>YMARFER</strong>" in page
    assert "<title>Ymarfer: " in page
    assert "Cymeradwyo ac ymarfer ar 5 o sianeli ymarfer" in page
    assert_welsh(page, bilingual)


def test_a_link_that_ended_or_leads_nowhere_says_so_in_welsh(
    bilingual: Web, phone: FlaskClient, clock: Clock
) -> None:
    nowhere = phone.get("/sign-off/nothing-like-it")
    assert nowhere.status_code == 404
    assert_welsh(nowhere.text, bilingual)
    asked = acting.asked(bilingual)
    clock.later(hours=3)
    late = phone.get(asked.link).text
    assert "Rhy hwyr i gymeradwyo hon" in late
    assert_welsh(late, bilingual)


def test_too_many_wrong_pins_are_told_in_welsh(bilingual: Web, phone: FlaskClient) -> None:
    asked = acting.asked(bilingual)
    left = [decide(phone, asked, pin=WRONG) for _ in range(5)]
    said_left = [re.search(r"Mae gennych (\d \w+) ar ôl", one.text) for one in left[:4]]
    assert [one and one[1] for one in said_left] == [
        "4 cynnig",
        "3 chynnig",
        "2 gynnig",
        "1 cynnig",
    ]
    page = phone.get(asked.link).text
    assert "Nid yw'r ddolen hon yn gweithio bellach" in page.replace("&#39;", "'")
    assert_welsh(page, bilingual)


def test_signed_in_the_whole_way_is_in_welsh(
    app: Flask, bilingual: Web, browser: Open, phone: FlaskClient
) -> None:
    form = phone.get("/sign-in").text
    assert '<h1 class="govuk-heading-l">Mewngofnodi</h1>' in form
    assert_welsh(form, bilingual)
    wrong = Browser(phone).post("/sign-in", {"email": "x", "password": "y"}, seen_at="/sign-in")
    assert wrong.status_code == 400
    assert_welsh(wrong.text, bilingual)
    approver = browser("approver")
    approver.headers = CYMRAEG
    page = approver.get(f"/approvals/{acting.asked(bilingual).approval}").text
    assert "Wedi mewngofnodi fel Isla Grant (cymeradwywr)" in page
    assert_welsh(page, bilingual)
    # No catalogue has the other pages, and they say which language they are in.
    assert '<html lang="en"' in approver.get("/").text


def test_the_code_that_was_read_out_is_typed_in_welsh(bilingual: Web, phone: FlaskClient) -> None:
    assert_welsh(phone.get("/s").text, bilingual)
    wrong = phone.post("/s", data={"code": "abc"})
    assert wrong.status_code == 400
    assert_welsh(wrong.text, bilingual)


def test_what_goes_wrong_there_is_told_in_welsh(bilingual: Web, phone: FlaskClient) -> None:
    asked = acting.asked(bilingual)
    form = hidden(phone.get(asked.link).text)
    twice = phone.post(asked.link, data={**form, "reason": ["<b>", "b"], "pin": PIN})
    assert twice.status_code == 400
    assert "Anfonwyd “reason” fwy nag unwaith" in twice.text
    assert_welsh(twice.text, bilingual, "reason")
    named = phone.post(asked.link, data={**form, "<b>%(x)s": ["a", "b"], "pin": PIN})
    assert "“&lt;b&gt;%(x)s”" in named.text
    stale = phone.post(asked.link, data={"decision": "approve", "pin": PIN})
    assert "Ni phenderfynwyd dim: roedd y dudalen yn rhy hen." in stale.text
    assert phone.get("/no-such-page").text.count("Nid oes tudalen o&#39;r fath") == 2


def test_words_that_no_catalogue_has_are_not_called_welsh(
    app: Flask, bilingual: Web, phone: FlaskClient
) -> None:
    def refuse() -> None:
        raise ReasonMissing

    app.view_functions["spoken.ask"] = refuse
    answer = phone.get("/s")
    assert answer.status_code == 409
    assert '<html lang="en"' in answer.text
    assert "It needs a reason." in answer.text
    assert "Go to the first page" in answer.text


def test_a_choice_is_kept_and_goes_before_what_the_browser_asks(
    bilingual: Web, phone: FlaskClient
) -> None:
    asked = acting.asked(bilingual)
    chosen = phone.get(f"{asked.link}?language=en")
    assert '<html lang="en"' in chosen.text
    cookie = chosen.headers["Set-Cookie"]
    assert cookie.startswith("skellat-language=en; ")
    for part in ("HttpOnly", "SameSite=Lax", "Path=/"):
        assert part in cookie
    assert asked.token not in cookie
    assert chosen.headers["Referrer-Policy"] == "no-referrer"
    assert '<html lang="en"' in phone.get(asked.link).text
    assert states(bilingual, asked) == ("awaiting approval", "asked")
    assert decide(phone, asked).status_code == 303


def test_on_https_the_choice_is_bound_to_this_host(app: Flask, bilingual: Web) -> None:
    app.config["SESSION_COOKIE_SECURE"] = True
    cookie = app.test_client().get("/sign-in?language=cy").headers.getlist("Set-Cookie")
    (chosen,) = [one for one in cookie if "language" in one]
    assert chosen.startswith("__Host-skellat-language=cy; ")
    assert "; Secure; " in chosen
    assert "Domain" not in chosen


def test_the_link_to_another_language_names_no_address(bilingual: Web, phone: FlaskClient) -> None:
    page = phone.get(acting.asked(bilingual).link).text
    assert '<a href="?language=en" lang="en" hreflang="en" rel="nofollow">English</a>' in page


def test_the_link_keeps_where_a_sign_in_leads_and_nothing_else(
    bilingual: Web, phone: FlaskClient
) -> None:
    page = phone.get("/sign-in?next=/policy").text
    assert 'href="?next=%2Fpolicy&amp;language=en"' in page
    hostile = phone.get('/sign-in?"><script>=1&next=//elsewhere.example').text
    assert "<script>=" not in hostile
    assert 'href="//' not in hostile


@pytest.mark.parametrize("value", ["de", "cy; Path=/x", "../cy", "", "CY", "en,cy", "%00"])
def test_a_language_that_is_not_offered_is_ignored(app: Flask, bilingual: Web, value: str) -> None:
    client, asked = app.test_client(), acting.asked(bilingual)
    client.set_cookie("skellat-language", value)
    assert '<html lang="en"' in client.get(asked.link).text
    answer = client.get(asked.link, query_string={"language": value})
    assert "Set-Cookie" not in answer.headers
    assert '<html lang="en"' in answer.text


@pytest.mark.parametrize(
    ("asks", "language"),
    [("cy", "cy"), ("en-GB,en", "en"), ("fr,de", "en"), ("fr,cy;q=0.1", "cy"), ("", "en")],
)
def test_the_browsers_language_counts_where_it_is_offered(
    app: Flask, bilingual: Web, asks: str, language: str
) -> None:
    answer = app.test_client().get("/sign-in", headers={"Accept-Language": asks})
    assert f'<html lang="{language}"' in answer.text


def test_a_council_may_put_welsh_first(app: Flask, web: Web) -> None:
    offering(app, web, "cy", "en")
    assert '<html lang="cy"' in app.test_client().get("/sign-in").text


def test_a_page_that_was_sent_has_no_link_that_would_lose_it(
    bilingual: Web, phone: FlaskClient
) -> None:
    asked = acting.asked(bilingual)
    assert "hreflang" not in decide(phone, asked, pin=WRONG).text


def test_each_language_is_signed_under_its_own_name(app: Flask, bilingual: Web) -> None:
    channels = tuple(
        replace(one, languages=("en", "cy")) if one.name == "mastodon" else one
        for one in bilingual.desk.channels
    )
    web = replace(bilingual, desk=replace(bilingual.desk, channels=channels))
    app.extensions[KEY] = web
    asked = acting.asked(web, translations={"cy": {"subject": "Eira", "text": TEXT}})
    page = app.test_client().get(asked.link, headers=CYMRAEG).text
    assert "Rwyf wedi darllen y geiriau: Cymraeg" in page
    assert "Rwyf wedi darllen y geiriau: Saesneg" in page
    assert_welsh(page, web)


def test_the_public_pages_of_the_console_are_there_in_welsh_only_where_it_is_offered(
    app: Flask, web: Web
) -> None:
    (folder,) = public_side.folders(web.desk, Mode.ACTUAL)
    post = Post(
        key="one",
        text="Snow on Glen Road.",
        language="en",
        subject="Snow",
        incident="snowday",
        kind="alert",
        exercise=False,
        link="https://northbrae.example/public/snowday",
        created_at=web.now,
    )
    PublicPage({"folder": str(folder)}).send(post)
    client = app.test_client()
    for path in ("/public/cy/", "/public/cy/snowday", "/public/cy/snowday/"):
        assert client.get(path, headers=CYMRAEG).status_code == 404
    plain = client.get("/public/snowday").text
    offering(app, web, "en", "cy")
    page = client.get("/public/cy/snowday")
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "public, max-age=10"
    assert '<html lang="cy">' in page.text
    assert "Snow on Glen Road." in page.text
    assert 'src="/public/look/' in page.text
    assert "Gwybodaeth argyfwng" in client.get("/public/cy/").text
    nothing = client.get("/public/cy/nothing-there")
    assert nothing.status_code == 404
    assert "Nid oes dim yn y cyfeiriad hwn" in nothing.text.replace("&#39;", "'")
    # One page for everybody: no cookie and no header changes what the caches keep.
    client.set_cookie("skellat-language", "cy")
    english = client.get("/public/snowday?language=cy", headers=CYMRAEG)
    assert '<html lang="en">' in english.text
    assert "Set-Cookie" not in english.headers
    assert plain.count("<article") == english.text.count("<article") == 1


def test_an_exercise_is_seen_in_welsh_by_who_is_signed_in_alone(
    bilingual: Web, browser: Open, phone: FlaskClient
) -> None:
    page = browser("officer").get("/exercise/public/cy/").text
    assert "<strong>YMARFER</strong>" in page
    assert phone.get("/exercise/public/cy/").status_code == 302
    assert browser("officer").get("/exercise/public/cy/nothing-there").status_code == 404

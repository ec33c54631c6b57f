"""The whole journey by program: drafted over HTTP, signed off from the mail, read by the API."""

from html.parser import HTMLParser
from typing import Any

import pytest
import requests

from tests.real.demo import Demo
from tests.waiting import until


class Forms(HTMLParser):
    """Every form of a page, with the names and values of its inputs."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[dict[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.forms.append({})
        elif tag == "input" and self.forms and "name" in found:
            self.forms[-1][found["name"]] = found.get("value", "")


def drafted(demo: Demo, **content: Any) -> str:
    """A message sent for approval; its id."""
    body = {"type": "snow-ice", "title": "Snow on Glen Road", "mode": content.pop("mode", "actual")}
    incident = demo.api("POST", "/incidents", body)
    assert incident.status_code == 201, incident.text
    where = f"/incidents/{incident.json()['id']}/messages"
    message = demo.api("POST", where, {"kind": "alert", **content})
    assert message.status_code == 201, message.text
    name = str(message.json()["id"])
    submitted = demo.api("POST", f"/messages/{name}/submit", {})
    assert submitted.status_code == 202, submitted.text
    return name


def link_for(demo: Demo, words: str) -> str:
    """The link in the newest mail that carries these words."""
    return until(lambda: demo.links(words))[-1]


def sign(demo: Demo, link: str, pin: str = "") -> requests.Response:
    page = requests.get(link, timeout=20)
    form = next(one for one in Forms(page.text).forms if "pin" in one)
    pin = pin or str(demo.user("approver")["pin"])
    return requests.post(link, data={**form, "pin": pin}, timeout=20)


def message(demo: Demo, name: str) -> dict[str, Any]:
    found: dict[str, Any] = demo.api("GET", f"/messages/{name}").json()
    return found


def states(demo: Demo, name: str) -> dict[str, str]:
    return {one["channel"]: one["state"] for one in message(demo, name)["deliveries"]}


def test_a_message_goes_from_draft_to_every_network_once(demo: Demo) -> None:
    words = "Heavy snow on Glen Road. Stay at home. Reference alpha."
    name = drafted(demo, text=words)
    link = link_for(demo, words)
    assert link.startswith(f"{demo.base}/sign-off/")
    for method in ("GET", "HEAD", "OPTIONS"):
        for _ in range(3):
            requests.request(method, link, timeout=20)
    assert message(demo, name)["state"] == "awaiting approval"
    assert sign(demo, link).status_code == 200
    until(lambda: set(states(demo, name).values()) == {"sent"}, 30)
    posts = [one for one in demo.log() if "Reference alpha" in one["text"]]
    assert sorted(one["network"] for one in posts) == ["bluesky", "mastodon", "smtp", "webhook"]
    texts = {one["channel"]: one["text"] for one in message(demo, name)["variants"]}
    assert {one["text"].rstrip("\n") for one in posts} == set(texts.values())
    public = requests.get(f"{demo.base}/public/", timeout=10)
    assert public.status_code == 200
    assert "Snow on Glen Road" in public.text


def test_facts_become_the_words(demo: Demo) -> None:
    types = demo.api("GET", "/types")
    assert types.status_code == 200
    assert "snow-ice" in types.text


def test_a_wrong_pin_publishes_nothing(demo: Demo) -> None:
    words = "Ice on Mill Road. Reference beta."
    name = drafted(demo, text=words)
    answer = sign(demo, link_for(demo, words), pin="000000")
    assert answer.status_code == 400
    assert "4 tries left" in answer.text
    assert message(demo, name)["state"] == "awaiting approval"
    assert not [one for one in demo.log() if "Reference beta" in one["text"]]


def test_a_link_that_was_used_shows_the_outcome(demo: Demo) -> None:
    words = "Snow on Church Street. Reference gamma."
    name = drafted(demo, text=words)
    link = link_for(demo, words)
    sign(demo, link)
    until(lambda: set(states(demo, name).values()) == {"sent"}, 30)
    again = requests.get(link, timeout=20)
    assert again.status_code == 200
    assert 'name="pin"' not in again.text
    assert len([one for one in demo.log() if "Reference gamma" in one["text"]]) == 4


@pytest.mark.parametrize("network", ["mastodon", "bluesky", "webhook"])
def test_a_network_that_stores_and_fails_gets_one_post(demo: Demo, network: str) -> None:
    words = f"Ice on Harbour Road. Reference {network} delta."
    name = drafted(demo, text=words)
    link = link_for(demo, words)
    demo.set_fault(network, "500 after storing", account=f"actual.{_channel(network)}")
    sign(demo, link)
    until(lambda: states(demo, name)[_channel(network)] == "sent", 60)
    assert (
        len([one for one in demo.log() if one["network"] == network and words in one["text"]]) == 1
    )


def test_an_exercise_never_uses_the_actual_accounts(demo: Demo) -> None:
    words = "Exercise snow. Reference epsilon."
    name = drafted(demo, text=words, mode="exercise")
    sign(demo, link_for(demo, words))
    until(lambda: set(states(demo, name).values()) == {"sent"}, 30)
    posts = [one for one in demo.log() if "Reference epsilon" in one["text"]]
    assert len(posts) == 4
    assert all(one["account"].startswith("exercise.") for one in posts)
    assert "Reference epsilon" not in requests.get(f"{demo.base}/public/", timeout=10).text


def test_the_record_can_be_read_and_is_unbroken(demo: Demo) -> None:
    entries = demo.api("GET", "/audit?after=0").json()["entries"]
    assert [one["number"] for one in entries] == list(range(1, len(entries) + 1))
    assert entries[1]["previous"] == entries[0]["digest"]


def _channel(network: str) -> str:
    return {"webhook": "radio"}.get(network, network)

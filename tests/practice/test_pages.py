"""The wall and the mailbox, as a browser gets them."""

import sys
from subprocess import run

import pytest
import requests

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
NASTY = "<script>alert(1)</script> & \"quoted\" https://northbrae.example/?a=1&b='x'<img>"


def page(practice, path):
    answer = requests.get(practice.url + path, headers=BROWSER, timeout=5)
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    return answer


def test_the_wall_says_that_nothing_is_public_and_needs_no_script(practice):
    answer = page(practice, "/")
    assert "Nothing on this page is public." in answer.text
    assert '<a href="/mail">Mailbox</a>' in answer.text
    assert "<script" not in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_everything_on_the_wall_is_escaped(practice, mastodon, put, post_webhook, send_mail, png):
    client = mastodon(NASTY)
    media = client.media_post(png, "image/png", description=NASTY)
    client.status_post(NASTY, media_ids=[media])
    put(NASTY)
    post_webhook(NASTY)
    send_mail(NASTY, channel="actual." + NASTY)
    text = page(practice, "/").text
    assert "<script" not in text
    assert "<img>" not in text
    assert text.count("&lt;script&gt;") >= 6
    assert 'href="https://northbrae.example/?a=1&amp;b=&#39;x"' in text


def test_everything_in_the_mailbox_is_escaped_and_links_can_be_clicked(practice, send_mail):
    link = "http://127.0.0.1:8000/sign-off/3bC0_mYb-q3"
    send_mail(f"Sign off here:\n{link}\n{NASTY}", channel="")
    text = page(practice, "/mail").text
    assert f'<a href="{link}" rel="noreferrer">{link}</a>' in text
    assert "<script" not in text


def test_a_program_gets_the_mailbox_as_json(practice, send_mail):
    send_mail()
    answer = requests.get(f"{practice.url}/mail", headers={"Accept": "*/*"}, timeout=5)
    assert answer.headers["Content-Type"] == "application/json"
    assert [set(mail) for mail in answer.json()] == [{"to", "subject", "text", "html"}]


def test_exercises_stand_apart_and_replies_below_what_they_reply_to(practice, mastodon):
    mastodon("exercise.mastodon").status_post("EXERCISE ice")
    client = mastodon("actual.mastodon")
    first = client.status_post("Road closed")
    client.status_post("Ice elsewhere")
    client.status_post("One lane open", in_reply_to_id=first)
    client.status_delete(client.status_post("Wrong words"))
    text = page(practice, "/").text
    places = [
        text.index(words)
        for words in (
            "Actual incidents",
            "Wrong words",
            "Road closed",
            "One lane open",
            "Ice elsewhere",
            "Exercises",
            "EXERCISE ice",
        )
    ]
    assert places == sorted(places)
    assert text.count(">Reply<") == 1
    assert text.count(">Deleted<") == 1


# atproto 0.0.73 hands a blob to httpx in a way that httpx will drop.
@pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")
def test_a_picture_that_is_none_is_never_served_as_a_page(practice, bluesky, log):
    client = bluesky()
    uploaded = client.upload_blob(b"<script>alert(1)</script>")
    sha256 = uploaded.blob.cid.hash.digest.hex()
    answer = requests.get(f"{practice.url}/media/{sha256}", timeout=5)
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_long_wall_says_how_much_it_leaves_out(practice, post_webhook):
    for number in range(30):
        post_webhook(f"Number {number}.", id=str(number))
    text = page(practice, "/").text
    assert "5 earlier not shown." in text
    assert "Number 29." in text
    assert "Number 4." not in text


def test_the_practice_networks_never_load_flask():
    code = "import sys, workers.practice; sys.exit('flask' in sys.modules)"
    assert run([sys.executable, "-c", code], check=False).returncode == 0

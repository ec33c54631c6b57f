"""A network that publishes nothing without a picture says so before anything is sent."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask

from console.actions.errors import NotReady
from console.channels import installed
from console.domain.message import MessageState
from console.web.context import KEY, Web
from tests.web import acting, html
from tests.web.conftest import Browser

Open = Callable[[str], Browser]
TEXT = "Snow on Glen Road. Stay at home."


@pytest.fixture
def photo(app: Flask, web: Web) -> Web:
    """The channel Mastodon is one of Instagram's."""
    channels = tuple(
        replace(one, adapter=installed()["instagram"], title="Instagram")
        if one.name == "mastodon"
        else one
        for one in web.desk.channels
    )
    found: Web = replace(web, desk=replace(web.desk, channels=channels))
    app.extensions[KEY] = found
    return found


def test_where_all_channels_are_meant_it_is_left_out_and_the_check_says_so(
    browser: Open, photo: Web
) -> None:
    message = acting.drafted(photo, text=TEXT)
    page = html.read(browser("officer").get(f"/messages/{message}/check").text)
    assert "Without a picture it does not go out on Instagram." in page.text
    assert f"/messages/{message}/edit#picture_file" in page.links
    assert not page.errors
    acting.submitted(photo, message)
    sheet = acting.sheet(photo, message)
    assert sheet.message.state is MessageState.AWAITING
    assert "mastodon" not in {one.channel for one in sheet.variants}


def test_where_it_was_chosen_the_message_waits_for_its_picture(browser: Open, photo: Web) -> None:
    message = acting.drafted(photo, text=TEXT, channels=["mastodon", "radio"])
    page = html.read(browser("officer").get(f"/messages/{message}/check").text)
    edit = f"/messages/{message}/edit#picture_file"
    assert page.errors == {
        edit: "Instagram takes no message without a picture. Choose one, or leave Instagram out"
    }
    with pytest.raises(NotReady):
        acting.submitted(photo, message)


def test_the_form_says_it_beside_the_channel_and_at_the_picture(browser: Open, photo: Web) -> None:
    officer = browser("officer")
    page = html.read(officer.get("/incidents/new/snow-ice").text)
    assert "Needs a picture: a message without one leaves this out" in page.text
    form = {"title": "Snow", "text": TEXT, "channels": ["mastodon", "radio"], "once": "x" * 32}
    answer = officer.post("/incidents/new/snow-ice", form)
    assert answer.status_code == 400
    assert html.read(answer.text).errors["#picture_file"].startswith("Instagram takes no message")


def test_with_a_picture_it_goes_out_there_too(browser: Open, photo: Web) -> None:
    picture = acting.picture(photo)
    message = acting.drafted(photo, text=TEXT, picture=picture, alt="A closed road")
    page = html.read(browser("officer").get(f"/messages/{message}/check").text)
    assert "Without a picture" not in page.text
    assert "channel-mastodon" in page.ids


def test_alone_it_leaves_nothing_to_send_and_that_is_said(browser: Open, photo: Web) -> None:
    only = replace(photo.desk, channels=(photo.desk.channel("mastodon"),))
    alone = replace(photo, desk=only)
    message = acting.drafted(alone, text=TEXT)
    with pytest.raises(NotReady) as refused:
        acting.submitted(alone, message)
    assert [one.field for one in refused.value.troubles] == ["channels"]

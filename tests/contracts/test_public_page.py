"""The public page's files: one entry per message, whole, and the same for ever."""

import errno
import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from console.domain.channel import Reason, Refused, Unavailable
from workers.channels.public_page import PublicPage
from workers.contract.posts import picture, post


@pytest.fixture
def page(tmp_path: Path) -> PublicPage:
    return PublicPage({"folder": str(tmp_path / "public")})


def files(page: PublicPage) -> list[str]:
    found = (path for path in page.folder.rglob("*") if path.is_file())
    return sorted(str(path.relative_to(page.folder)) for path in found)


def test_an_entry_holds_all_that_is_shown(page: PublicPage):
    shown = picture()
    expires = datetime(2026, 11, 23, 6, tzinfo=UTC)
    wanted = post(picture=shown, expires_at=expires, language="cy", reply_to="delivery-0")
    receipt = page.send(wanted)
    assert (receipt.reference, receipt.url) == (wanted.key, wanted.link)
    assert files(page) == [f"entries/incident-1/{wanted.key}.json", f"pictures/{shown.sha256}"]
    assert json.loads((page.folder / files(page)[0]).read_text()) == {
        "key": wanted.key,
        "message": "",
        "number": 0,
        "about": None,
        "incident": "incident-1",
        "kind": "alert",
        "subject": wanted.subject,
        "text": wanted.text,
        "language": "cy",
        "exercise": False,
        "created_at": wanted.created_at.isoformat(),
        "expires_at": "2026-11-23T06:00:00+00:00",
        "reply_to": "delivery-0",
        "picture": {
            "sha256": shown.sha256,
            "media_type": "image/png",
            "alt": shown.alt,
            "width": 40,
            "height": 30,
        },
    }
    assert (page.folder / files(page)[1]).read_bytes() == shown.content


def test_many_at_once_leave_one_entry_and_nothing_beside_it(page: PublicPage):
    wanted = post(picture=picture())
    with ThreadPoolExecutor(16) as threads:
        receipts = list(threads.map(page.send, [wanted] * 64))
    assert len(set(receipts)) == 1
    assert len(files(page)) == 2


def test_other_words_under_the_same_key_are_refused(page: PublicPage):
    wanted = post()
    page.send(wanted)
    with pytest.raises(Refused) as refused:
        page.send(replace(wanted, text="Something else"))
    assert refused.value.reason is Reason.CONTENT
    assert wanted.text in json.loads((page.folder / files(page)[0]).read_text())["text"]


@pytest.mark.parametrize("name", ["../outside", "a/b", "", ".", "..", "a\0b", "x" * 200])
def test_no_name_leads_out_of_the_folder(page: PublicPage, name: str):
    for chosen in ({"key": name}, {"incident": name}):
        with pytest.raises(Refused) as refused:
            page.send(post(**chosen))
        assert refused.value.reason is Reason.MISCONFIGURED
    assert not page.folder.exists()


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path):
    (tmp_path / "public").write_text("a file is in the way")
    page = PublicPage({"folder": str(tmp_path / "public")})
    with pytest.raises(Unavailable):
        page.send(post())
    with pytest.raises(Refused) as refused:
        page.check()
    assert os.strerror(errno.EEXIST) in refused.value.detail

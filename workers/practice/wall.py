"""The two pages for people: the wall, as the public would see it, and the mailbox."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from workers.practice.exchange import Answer
from workers.practice.links import linked
from workers.practice.log import Entry, moment
from workers.practice.mailbox import Mail
from workers.practice.networks import TITLES

MOST_THREADS = 25
"""Shown per account; the page is loaded every two seconds."""
MOST_MAILS = 100
_PAGES = Path(__file__).with_name("pages")
# The pages need a style and pictures from here, and nothing else.
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'"
)


@dataclass(frozen=True)
class Thread:
    first: Entry
    replies: list[Entry]


@dataclass(frozen=True)
class Account:
    name: str
    network: str
    threads: list[Thread]
    hidden: int
    """Threads too old to be shown."""


@dataclass(frozen=True)
class World:
    """The accounts whose names begin alike: ``actual.``, ``exercise.``, or neither."""

    heading: str
    kind: str
    accounts: list[Account]


def wall(entries: list[Entry]) -> Answer:
    return _page("wall.html", worlds=worlds(entries), posts=len(entries))


def mailbox(mails: list[Mail]) -> Answer:
    newest = list(reversed(mails))[:MOST_MAILS]
    return _page("mail.html", mails=newest, hidden=len(mails) - len(newest))


def style() -> Answer:
    return Answer(200, (_PAGES / "practice.css").read_bytes(), "text/css; charset=utf-8")


def worlds(entries: Iterable[Entry]) -> list[World]:
    """Grouped for reading: worlds, in them accounts, in them threads, the newest first."""
    by_account: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        by_account.setdefault((entry.account, entry.network), []).append(entry)
    accounts = [_account(*name, posts) for name, posts in sorted(by_account.items())]
    named = {"actual": "Actual incidents", "exercise": "Exercises", "": "Other accounts"}
    grouped = {world: [one for one in accounts if _world(one.name) == world] for world in named}
    return [
        World(named[world], world or "other", found) for world, found in grouped.items() if found
    ]


def _world(account: str) -> str:
    world = account.partition(".")[0]
    return world if world in ("actual", "exercise") else ""


def _account(name: str, network: str, posts: list[Entry]) -> Account:
    threads: list[Thread] = []
    thread_of: dict[str, Thread] = {}
    for post in posts:
        thread = thread_of.get(post.in_reply_to or "")
        if thread is None:
            thread = Thread(post, [])
        else:
            thread.replies.append(post)
            threads.remove(thread)
        threads.append(thread)
        thread_of[post.id] = thread
    shown = threads[::-1][:MOST_THREADS]
    return Account(name, network, shown, len(threads) - len(shown))


def _page(name: str, **shown: object) -> Answer:
    body = _environment.get_template(name).render(**shown).encode()
    headers = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-store"}
    return Answer(200, body, "text/html; charset=utf-8", headers)


def _day_and_time(at: str) -> str:
    return f"{moment(at).astimezone():%-d %B %Y, %H:%M:%S}"


_environment = Environment(
    loader=FileSystemLoader(_PAGES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.filters.update(
    linked=linked, day_and_time=_day_and_time, network_name=lambda name: TITLES[name]
)

"""How many people a message goes to, in a sentence for each list, for pages and mails."""

from collections.abc import Mapping
from gettext import NullTranslations

from console.actions.desk import Desk
from console.catalogue import PLAIN
from console.domain.recipient import Addresses


def audience(
    desk: Desk, people: Mapping[str, int], *, exercise: bool, said: NullTranslations = PLAIN
) -> list[str]:
    """``people`` are counted by channel, as the lists are now. ``said``: the reader's language."""
    return [_sentence(desk, name, number, exercise, said) for name, number in people.items()]


def count(number: int, said: NullTranslations = PLAIN) -> str:
    """``1,240 people``"""
    return said.ngettext("%(num)s person", "%(num)s people", number) % {"num": f"{number:,}"}


def _sentence(desk: Desk, name: str, number: int, exercise: bool, said: NullTranslations) -> str:
    channel = desk.channel(name)
    values = {"channel": channel.title if channel else name, "people": count(number, said)}
    if not number:
        nobody = said.gettext("%(channel)s: nobody is on the list, so this reaches nobody there.")
        return nobody % values
    if exercise:
        stand_ins = said.gettext(
            "%(channel)s: made-up addresses stand for %(people)s, who get nothing."
        )
        return stand_ins % values
    mail = channel is not None and channel.addresses is Addresses.EMAIL
    whom = said.gettext("%(channel)s: to %(people)s now, fewer if some unsubscribe before.")
    below = said.gettext(
        "Below the words each mail has a link to unsubscribe, which is no part of what is signed."
    )
    return f"{whom % values} {below}" if mail else whom % values

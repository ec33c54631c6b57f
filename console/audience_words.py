"""How many people a message goes to, in a sentence for each list, for pages and mails."""

from collections.abc import Mapping

from console.actions.desk import Desk
from console.domain.recipient import Addresses


def audience(desk: Desk, people: Mapping[str, int], *, exercise: bool) -> list[str]:
    """``people`` are counted by channel, as the lists are now."""
    return [_sentence(desk, name, number, exercise) for name, number in people.items()]


def count(number: int) -> str:
    """``1,240 people``"""
    return "1 person" if number == 1 else f"{number:,} people"


def _sentence(desk: Desk, name: str, number: int, exercise: bool) -> str:
    channel = desk.channel(name)
    title = channel.title if channel else name
    if not number:
        return f"{title}: nobody is on the list, so this reaches nobody there."
    if exercise:
        return f"{title}: made-up addresses stand for {count(number)}, who get nothing."
    mail = channel is not None and channel.addresses is Addresses.EMAIL
    whom = f"{title}: to {count(number)} now, fewer if some unsubscribe before."
    return f"{whom} {_BELOW}" if mail else whom


_BELOW = "Below the words each mail has a link to unsubscribe, which is no part of what is signed."

"""One delivery: the call to the network, and what its end means."""

import logging
import traceback
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime

from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_random

from console import connecting
from console.actions.desk import Desk
from console.configuration import SecretMissing
from console.domain.channel import (
    Channel,
    Editable,
    Post,
    Reason,
    Receipt,
    Refused,
    SendError,
    Unavailable,
    Uncertain,
)
from console.domain.delivery import DeliveryEvent
from console.domain.incident import Mode
from console.domain.recipient import without
from console.faultpoints import faultpoint
from workers.connections import public_internet
from workers.deadline import clock, deadline
from workers.errand import Errand, Outcome
from workers.secrecy import without_secrets

log = logging.getLogger(__name__)
EDITED, REPLIED = "edited", "replied"
"""Ways that words reach a network: see `DeliveryRow.way`."""
CANNOT_BE_CHANGED = frozenset({Reason.CONTENT, Reason.FORBIDDEN})
"""The post is gone, is too old to change, or the account may post and not change."""


def deliver(errand: Errand, desk: Desk) -> Outcome:
    """Sends, and says how it ended. Never raises."""
    begun = clock()
    receipt: Receipt | None = None
    way = ""
    error: SendError | None = None
    if begun > errand.start_by:
        error = Unavailable(Reason.UNREACHABLE, "the worker was too busy to start in time")
    else:
        try:
            sent, way = _send(errand, desk)
            receipt = _masked(sent, errand.post)
        except SendError as raised:
            raised.detail = without_secrets(raised.detail)
            error = raised
            error.detail = without(error.detail, errand.post.recipient)
        # An adapter's own fault means: uncertain. Also where it would end the whole worker.
        except (Exception, SystemExit) as raised:  # noqa: BLE001
            error = unexpected(errand.channel, raised)
    return Outcome(
        errand=errand,
        event=_event(error),
        ended_at=datetime.now(UTC),
        milliseconds=round((clock() - begun) * 1000),
        receipt=receipt,
        error=error,
        way=way if receipt else "",
    )


def unexpected(channel: str, raised: BaseException) -> Uncertain:
    """An adapter's own fault. Its text may hold anything, a secret too, so only its kind and the
    place are told."""
    place = "".join(traceback.format_tb(raised.__traceback__))
    log.error("channel %s raised %s\n%s", channel, type(raised).__name__, place)
    return Uncertain(Reason.UNEXPECTED, type(raised).__name__)


def connected(desk: Desk, name: str, mode: Mode) -> Channel:
    """The channel in this world. Raises `Refused` where it is not configured any more, or its
    plugin is broken."""
    configured = desk.channel(name)
    if configured is None and (broken := desk.left_out(name)):
        raise Refused(Reason.MISCONFIGURED, broken.fault.what)
    if configured is None:
        raise Refused(Reason.MISCONFIGURED, "the channel is no longer configured")
    try:
        return connecting.connect(configured, mode, desk.settings, desk.unseal)
    except SecretMissing as missing:
        raise Refused(Reason.MISCONFIGURED, f"no secret at {missing.where}") from None
    except connecting.NoPractice:
        raise Refused(Reason.MISCONFIGURED, "there is no practice network for it") from None


def within(desk: Desk, name: str, mode: Mode) -> AbstractContextManager[None]:
    """Where the channel may connect to: in the public internet alone, unless it is on the practice
    networks or its table says that its server is in a network of the council's own."""
    configured = desk.channel(name)
    return public_internet(only=configured is None or configured.is_public(mode))


def _send(errand: Errand, desk: Desk) -> tuple[Receipt, str]:
    """What the network answered, and in which way it has the words now."""
    seconds = desk.settings.timing.deadline.total_seconds()
    with deadline(seconds), within(desk, errand.channel, errand.mode):
        faultpoint("before-call")
        channel = connected(desk, errand.channel, errand.mode)
        receipt, way = in_its_way(channel, errand.post)
        faultpoint("after-call")
        if not isinstance(receipt, Receipt):  # nothing else keeps a plugin to what it says
            raise Uncertain(Reason.UNEXPECTED, f"the channel gave {type(receipt).__name__}")
        return receipt, way


def in_its_way(channel: Channel, post: Post) -> tuple[Receipt, str]:
    """Changes the post that is corrected, where that is wanted and the network does it; else a post
    of its own. A clear no has changed nothing, so that sending then is safe; an unknown outcome is
    left as one, and the next try changes the same post to the same words."""
    if post.in_place_of and isinstance(channel, Editable):
        try:
            return channel.edit(post.in_place_of, post), EDITED
        except Refused as refused:
            if refused.reason not in CANNOT_BE_CHANGED:
                raise
    receipt = _try_twice(channel, post)
    replied = post.reply_to and getattr(channel, "replies", False)
    return receipt, REPLIED if replied else ""


def _masked(receipt: Receipt, post: Post) -> Receipt:
    """What the network answered, for the record: without the person's address or link."""
    answer = without(receipt.answer, post.recipient)
    if post.unsubscribe:
        answer = answer.replace(post.unsubscribe, "(their link)")
    return replace(receipt, answer=answer)


def _try_twice(channel: Channel, post: Post) -> Receipt:
    """A connection that is refused once is tried again within milliseconds: servers restart."""
    retrying = Retrying(
        stop=stop_after_attempt(2),
        wait=wait_random(0.05, 0.2),
        retry=retry_if_exception(_refused_connection),
        reraise=True,
    )
    return retrying(channel.send, post)


def _refused_connection(error: BaseException) -> bool:
    return isinstance(error, Unavailable) and error.reason is Reason.UNREACHABLE


def _event(error: SendError | None) -> DeliveryEvent:
    match error:
        case None:
            return DeliveryEvent.ACCEPT
        case Refused():
            return DeliveryEvent.REFUSE
        case Unavailable():
            return DeliveryEvent.POSTPONE
        case _:
            return DeliveryEvent.LOSE

"""What programs may read: incidents, messages with their deliveries, the record, what to ask."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from itertools import islice
from typing import Any

from console.actions import cards, reading
from console.actions.estate import estate
from console.domain.audit import Entry
from console.domain.canonical import canonical
from console.domain.incident import Mode
from console.domain.incident_type import IncidentType
from console.domain.message import Kind, MessageState, Variant
from console.domain.policy import Act
from console.domain.register import Status
from console.store import audit
from console.web.api import answers, configured, questions
from console.web.api.endpoint import Call
from console.web.api.faults import of_trouble


def incidents(call: Call, _: questions.Nothing) -> answers.Incidents:
    call.by.must_be_able_to(Act.READ)
    front = reading.front(call.db)
    found = [incident_of(card) for card in (*front.open, *front.stood_down)]
    return answers.Incidents(incidents=tuple(found))


def incident(call: Call, _: questions.Nothing) -> answers.IncidentWithMessages:
    call.by.must_be_able_to(Act.READ)
    sheet = reading.incident(call.db, call.id)
    lines = tuple(answers.MessageLine.model_validate(card) for card in sheet.messages)
    return answers.IncidentWithMessages(**dict(incident_of(sheet.incident)), messages=lines)


def message(call: Call, _: questions.Nothing) -> answers.Message:
    call.by.must_be_able_to(Act.READ)
    return message_of(call, call.id)


def record(call: Call, query: questions.AuditQuery) -> answers.Audit:
    call.by.must_be_able_to(Act.AUDIT)
    if query.incident is not None:
        reading.incident(call.db, query.incident)
    found = audit.entries(
        call.db, after=query.after, incident=query.incident, limit=query.limit + 1
    )
    shown = tuple(islice(found, query.limit))
    more = next(found, None) is not None
    return answers.Audit(
        entries=tuple(map(_entry, shown)),
        next=shown[-1].number if more else None,
        erased={str(one.number): one.erased for one in shown if one.erased},
    )


def types(call: Call, _: questions.Nothing) -> configured.Types:
    call.by.must_be_able_to(Act.READ)
    return configured.Types(types=tuple(_type(one) for one in call.desk.types.values()))


def places(call: Call, _: questions.Nothing) -> configured.Places:
    call.by.must_be_able_to(Act.READ)
    lists = {
        name: tuple(configured.Place.model_validate(place) for place in known.values())
        for name, known in call.desk.places.items()
    }
    return configured.Places(places=lists)


def channels(call: Call, _: questions.Nothing) -> configured.Channels:
    call.by.must_be_able_to(Act.READ)
    accounts = {one.name: one for one in estate(call.db, by=call.by, now=call.now).accounts}
    found = (
        configured.Channel(
            name=one.name,
            title=one.title,
            network=one.network,
            languages=one.languages,
            modes=tuple(mode for mode in Mode if one.carries(mode)),
            # One that no start has brought into the register yet may be used.
            status=accounts[one.name].status if one.name in accounts else Status.ACTIVE,
            reds=accounts[one.name].reds if one.name in accounts else (),
        )
        for one in call.desk.channels
    )
    return configured.Channels(channels=tuple(found))


def incident_of(card: cards.Incident) -> answers.Incident:
    return answers.Incident.model_validate(card)


def message_of(call: Call, message_id: str) -> answers.Message:
    """Raises `NotFound`."""
    sheet = reading.message(call.db, call.desk, message_id)
    card = sheet.message
    order = {channel.name: place for place, channel in enumerate(call.desk.channels)}
    variants: Iterable[Variant] = sorted(
        sheet.variants, key=lambda one: order.get(one.channel, len(order))
    )
    troubles: tuple[answers.FieldFault, ...] = ()
    if draft := card.state is MessageState.DRAFT:
        proposals = reading.proposals(call.db, call.desk, message_id)
        variants = (one.variant for one in proposals.channels)
        troubles = tuple(of_trouble(one) for one in proposals.troubles)
    same = {name: getattr(card, name) for name in _SAME}
    return answers.Message(
        **same,
        incident=card.incident_id,
        mode=sheet.incident.mode,
        # A draft that was sent back still has the digest of what was not signed.
        digest=None if draft else card.digest or None,
        variants=tuple(answers.Variant.model_validate(one) for one in variants),
        troubles=troubles,
        deliveries=tuple(answers.Delivery.model_validate(one) for one in sheet.deliveries),
        groups=tuple(answers.Group.model_validate(one) for one in sheet.groups),
        progress=answers.Progress.model_validate(sheet.progress),
    )


_SAME = (
    set(answers.Message.model_fields)
    & set(cards.Message.__dataclass_fields__) - {"digest"}
)  # fmt: skip
"""What a message's card and its answer have alike."""


def _entry(entry: Entry) -> answers.Entry:
    fields = asdict(entry)
    del fields["erased"]  # no part of what is digested
    return answers.Entry(**fields | {"detail": _detail(entry.detail)})


def _detail(stored: str) -> dict[str, Any] | str:
    """As an object where that loses nothing; what somebody tampered with stays as it is."""
    try:
        found = json.loads(stored)
        same = isinstance(found, dict) and canonical(found).decode() == stored
    except (ValueError, RecursionError):
        return stored
    return found if same else stored


def _type(one: IncidentType) -> configured.IncidentType:
    kinds = tuple(
        configured.KindFields(
            kind=kind,
            fields=tuple(configured.TypeField.model_validate(field) for field in one.asks(kind)),
        )
        for kind in Kind
    )
    return configured.IncidentType(
        type=one.slug, title=one.title, lead=one.lead, relay=one.relay, kinds=kinds
    )

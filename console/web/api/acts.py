"""What programs may do: open an incident, draft, send for approval, settle a delivery. No more."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import timedelta

from console import partner_cap
from console.actions import (
    compose,
    deliveries,
    incidents,
    logbook,
    messages,
    partner_alerts,
    reading,
)
from console.actions.draft_words import Words
from console.actions.texts import edit_key
from console.domain.policy import Act
from console.partner_cap import NotCap
from console.web.api import answers, questions
from console.web.api.endpoint import Call
from console.web.api.faults import unknown
from console.web.api.reads import incident_of, message_of
from console.web.api.refusals import Refusal, invalid

EXPIRES_WITHIN = timedelta(days=366)


def open_incident(call: Call, asked: questions.NewIncident) -> answers.Incident:
    call.by.must_be_able_to(Act.DRAFT)
    if asked.type not in call.desk.types:
        raise invalid([unknown("type", asked.type, call.desk.types)])
    id_ = incidents.open_incident(
        call.db,
        call.desk,
        type_=asked.type,
        title=asked.title,
        mode=asked.mode,
        by=call.by,
        now=call.now,
    )
    return incident_of(reading.incident(call.db, id_).incident)


def draft(call: Call, asked: questions.NewMessage) -> answers.Message:
    """What is merely missing can still be put right, and shows in ``troubles``; a name that is
    not known is refused at once, since it is a mistake in the program."""
    call.by.must_be_able_to(Act.DRAFT)
    faults = _faults(call, asked)
    if faults:
        raise invalid(faults)
    words = Words(
        facts=asked.facts,
        text=asked.text,
        edits=asked.edits,
        translations=asked.translations,
        channels=asked.channels,
        publish_at=asked.publish_at,
        expires_at=asked.expires_at,
    )
    message_id = messages.draft(
        call.db,
        call.desk,
        incident_id=call.id,
        kind=asked.kind,
        words=words,
        by=call.by,
        now=call.now,
    )
    return message_of(call, message_id)


def submit(call: Call, asked: questions.Submission) -> answers.Submitted:
    messages.submit(
        call.db,
        call.desk,
        message_id=call.id,
        by=call.by,
        now=call.now,
        counted=asked.counted,
    )
    message = message_of(call, call.id)
    return answers.Submitted.model_validate(message)


def check_delivery(call: Call, _: questions.Nothing) -> answers.Message:
    message_id = deliveries.look_again(
        call.db, call.desk, delivery_id=call.id, by=call.by, now=call.now
    )
    return message_of(call, message_id)


def confirm_delivery(call: Call, _: questions.Nothing) -> answers.Message:
    message_id = deliveries.confirm(call.db, delivery_id=call.id, by=call.by, now=call.now)
    return message_of(call, message_id)


def resend_delivery(call: Call, _: questions.Nothing) -> answers.Message:
    message_id = deliveries.resend(call.db, delivery_id=call.id, by=call.by, now=call.now)
    return message_of(call, message_id)


def take_alert(call: Call, asked: questions.PartnerAlert) -> answers.PartnerDraft:
    call.by.must_be_able_to(Act.DRAFT)
    try:
        alert = partner_cap.read(asked.document)
    except NotCap as error:
        status, code = (422, "not cap") if error.readable else (400, "bad xml")
        what = f"This cannot be taken as a CAP 1.2 alert: {error.why}."
        raise Refusal(status, code, what) from None
    taken = partner_alerts.take(
        call.db,
        call.desk,
        alert=alert,
        digest=hashlib.sha256(asked.document).hexdigest(),
        by=call.by,
        now=call.now,
    )
    message = message_of(call, taken.message)
    return answers.PartnerDraft(
        incident=taken.incident,
        message=taken.message,
        kind=message.kind,
        mode=message.mode,
        again=taken.again,
    )


def add_to_log(call: Call, asked: questions.NewNote) -> answers.Noted:
    note = logbook.Note(asked.text, asked.kind, asked.party, asked.at, asked.because)
    logbook.add(call.db, incident_id=call.id, note=note, by=call.by, now=call.now)
    action = logbook.ACTIONS[asked.kind]
    return answers.Noted(incident=call.id, at=call.now, by=call.by.name, action=action)


def correct_entry(call: Call, asked: questions.NewCorrection) -> answers.Noted:
    wrong = logbook.correct(call.db, number=asked.entry, text=asked.text, by=call.by, now=call.now)
    return answers.Noted(
        incident=wrong.incident, at=call.now, by=call.by.name, action=logbook.CORRECTED
    )


def _faults(call: Call, asked: questions.NewMessage) -> list[answers.FieldFault]:
    incident = reading.incident(call.db, call.id).incident
    facts = [field.name for field in call.desk.types[incident.type].fields]
    channels = [channel.name for channel in call.desk.channels]
    texts = [edit_key(one, language) for one in call.desk.channels for language in one.languages]
    languages = {language for one in call.desk.channels for language in one.languages}
    others = sorted(languages - {call.desk.settings.council.language})
    faults = [
        *_unknown("facts.{}", asked.facts or (), facts),
        *_unknown("edits.{}", asked.edits or (), texts),
        *_unknown("translations.{}", asked.translations or (), others),
        *_unknown("channels", asked.channels or (), channels),
    ]
    if asked.facts is None and not asked.text:
        what = "Give facts, or a text."
        faults.append(answers.FieldFault(field="facts", reason="missing", message=what))
    return [*faults, *_times(call, asked)]


def _times(call: Call, asked: questions.NewMessage) -> Iterator[answers.FieldFault]:
    """What cannot be meant of when it goes out and when it ends."""
    starts, ends = asked.publish_at, asked.expires_at
    if starts and not call.now < starts <= call.now + compose.AHEAD_MOST:
        what = f"Give a time to come, within {compose.AHEAD_MOST.days} days."
        yield answers.FieldFault(field="publish_at", reason="wrong", message=what)
    if ends and not call.now < ends <= call.now + EXPIRES_WITHIN:
        what = "Give a time to come, within a year."
        yield answers.FieldFault(field="expires_at", reason="wrong", message=what)
    elif starts and ends and ends <= starts:
        what = "Give a time after it has gone out."
        yield answers.FieldFault(field="expires_at", reason="wrong", message=what)


def _unknown(field: str, names: Iterable[str], known: list[str]) -> list[answers.FieldFault]:
    return [unknown(field.format(name), name, known) for name in names if name not in known]

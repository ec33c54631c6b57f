"""The report on one incident as a PDF: the times, every version, what each channel did, the proof.

It is for the file and for print. The page with numbered lines has the same and more, and is the one
for people who have it read out to them.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

from console.actions.desk import Desk
from console.actions.history import IncidentHistory, MessageHistory, Revision
from console.actions.logbook import WRITTEN, Written
from console.domain.audit import Entry
from console.web import record_words
from console.web.pdf_parts import WIDE, colour, fonts, paragraph, shown, table
from console.web.timeline import LEFT, ROW, WIDTH, Timeline, timeline

CHECKPOINTS = 5
"""The newest ones; all of them are in the bundle."""
ENTRIES = 500
_COLOURS = ("#6b787c", "#b35a00", "#0f6674", "#0f7a52")


def report(
    *,
    history: IncidentHistory,
    log: Sequence[Written],
    desk: Desk,
    by: str,
    at: datetime,
    checkpoints: Sequence[str],
    public_key: str,
) -> bytes:
    # Loaded here: it takes 12 MB, and most processes never make a PDF.
    from reportlab.lib.pagesizes import A4
    from reportlab.platypus import SimpleDocTemplate

    fonts()
    out = BytesIO()
    title = f"{'Exercise: ' if history.incident.exercise else ''}{history.incident.title}"
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=42,
        rightMargin=42,
        topMargin=48,
        bottomMargin=48,
        title=shown(title),
        author=shown(desk.settings.council.name),
        subject="Report of an incident, from the record",
        lang="en-GB",
    )
    zone = desk.settings.zone
    foot = f"{desk.settings.council.name}. {title}. Taken by {by}, {record_words.stamped(at, zone)}"
    story = [
        *_head(history, desk, by, at),
        *_times(history, log, zone),
        *(part for one in history.messages for part in _message(one, zone)),
        *_log(log, zone),
        *_entries(history, zone),
        *_proof(history, checkpoints, public_key),
    ]

    def footer(canvas: Any, page: Any) -> None:
        canvas.setFont("Sans", 7)
        canvas.setFillColor("#47555a")
        canvas.drawString(48, 28, shown(foot)[:120])
        canvas.drawRightString(A4[0] - 48, 28, f"Page {page.page}")
        if history.incident.exercise:
            canvas.setFillColor("#5a2a82")
            canvas.setFont("Sans-Bold", 9)
            canvas.drawString(48, A4[1] - 32, "EXERCISE. Nothing here reached the public.")

    document.build(story, onFirstPage=footer, onLaterPages=footer)
    return out.getvalue()


def _head(history: IncidentHistory, desk: Desk, by: str, at: datetime) -> Iterator[Any]:
    incident, zone = history.incident, desk.settings.zone
    yield paragraph(f"{'Exercise' if incident.exercise else 'Incident'}: {incident.title}", "title")
    closed = ""
    if incident.closed_at:
        closed = f" since {record_words.stamped(incident.closed_at, zone)}"
    yield paragraph(
        f"{desk.settings.council.name}. {incident.id}, opened by {incident.opened_by}, "
        f"{record_words.stamped(incident.opened_at, zone)}; {incident.state}{closed}. "
        f"Signed under the policy with the code {incident.policy_digest[:8]}. "
        f"Taken from the record by {by}, {record_words.stamped(at, zone)}; "
        f"it has {history.count:,} entries about this incident."
    )
    if cut := _cut(history):
        yield paragraph(cut)


def _times(history: IncidentHistory, log: Sequence[Written], zone: Any) -> Iterator[Any]:
    found = timeline(history, log)
    yield paragraph("When", "heading")
    if found:
        yield _drawing(found, zone)
    for one in history.messages:
        rows = [["", "When", "After"]]
        for name, moment, before in record_words.five_times(history.incident, one.times):
            rows.append(
                [
                    name,
                    record_words.stamped(moment, zone) if moment else "–",
                    record_words.lasted(before, moment),
                ]
            )
        about = f"Message {one.message.number}: {one.message.kind}, {one.message.state}"
        yield paragraph(about, "small")
        yield table(rows, (130, 260, 120))


def _message(one: MessageHistory, zone: Any) -> Iterator[Any]:
    yield paragraph(f"Message {one.message.number}: {one.message.kind}", "heading")
    if one.message.reason:
        yield paragraph(f"Reason: {one.message.reason}")
    for revision in one.revisions:
        yield from _revision(revision, zone)
    rows = [["Channel", "State", "Tries", "Address or reference", "The network’s last answer"]]
    for delivery in one.deliveries:
        said = delivery.attempts[-1].detail if delivery.attempts else "not tried"
        where = delivery.url or delivery.reference
        name = f"{delivery.title} {delivery.recipient}"
        rows.append([name, str(delivery.state), str(delivery.tries), where, said])
    for group in one.groups:
        told = f"{group.progress.sent} of {group.progress.total} sent"
        rows.append([group.title, told, "", "to a list", f"{group.progress.failed} failed"])
    if len(rows) > 1:
        yield table(rows, (100, 60, 34, 166, 150))


def _revision(revision: Revision, zone: Any) -> Iterator[Any]:
    sent = f"{revision.sent_by}, {record_words.exact_time(revision.sent_at, zone)}"
    yield paragraph(f"Version {revision.number}, sent for approval by {sent}", "small")
    yield paragraph(f"Digest {revision.digest}", "fine")
    for one in revision.sign_offs:
        when = f", {record_words.stamped(one.decided_at, zone)}" if one.decided_at else ""
        because = f", because: {one.reason}" if one.reason else ""
        yield paragraph(f"{one.approver}: {one.state}{when}{because}")
    alike: dict[tuple[str, str], list[str]] = {}
    for variant in revision.variants:
        where = f"{variant.channel} ({variant.account})"
        alike.setdefault((variant.subject, variant.text), []).append(where)
    for (subject, words), places in alike.items():
        yield paragraph(", ".join(places), "fine")
        yield paragraph(f"{subject}\n{words}", "words")


def _log(log: Sequence[Written], zone: Any) -> Iterator[Any]:
    if not log:
        return
    yield paragraph("Log", "heading")
    rows = [["Entry", "Time", "Who", "What was written"]]
    for one in log:
        right = "".join(f" [corrected by entry {number}]" for number in one.corrected_by)
        wrong = f"Corrects entry {one.corrects}: " if one.corrects else ""
        more = record_words.more_of(one.entry)
        note = f"{wrong}{one.note}{right}{f' ({more})' if more else ''}"
        time = record_words.exact_time(one.entry.at, zone)
        rows.append([str(one.entry.number), time, one.entry.actor, note])
    yield table(rows, (34, 152, 70, 254))


def _entries(history: IncidentHistory, zone: Any) -> Iterator[Any]:
    yield paragraph("Entries", "heading")
    if cut := _cut(history):
        yield paragraph(cut)
    rows = [["Line", "Entry", "Time", "Who", "Action", "What"]]
    for line, one in enumerate(history.entries[:ENTRIES], 1):
        rows.append([str(line), str(one.number), *_entry(one, zone)])
    yield table(rows, (26, 34, 152, 70, 88, 140))
    if cut := _cut(history):
        yield paragraph(f"The list is cut here. {cut}")


def _cut(history: IncidentHistory) -> str:
    """Empty where every entry is in the report: a message to a long list has one for each of its
    people, and a PDF of them all would be hundreds of pages."""
    if history.count <= ENTRIES:
        return ""
    return (
        f"This report has the first {ENTRIES:,} of {history.count:,} entries. The other "
        f"{history.count - ENTRIES:,} are, with these, in record.html, record.csv and record.jsonl "
        "of the evidence bundle, and in Skellat on the page of the incident’s record."
    )


def _entry(one: Entry, zone: Any) -> list[str]:
    said = "see the log" if one.action in WRITTEN else record_words.said(one)
    return [
        record_words.exact_time(one.at, zone),
        one.actor,
        one.action,
        said if len(said) <= 400 else f"{said[:399]}…",
    ]


def _proof(history: IncidentHistory, checkpoints: Sequence[str], public_key: str) -> Iterator[Any]:
    yield paragraph("Proof", "heading")
    yield paragraph(
        "Every entry is bound to the one before it, and checkpoints are signed over the newest. "
        "This report proves nothing by itself: the proofs in the evidence bundle are checked with "
        "verify.py, and the checkpoints below say what they have to contain."
    )
    if public_key:
        yield paragraph(f"Public key: {public_key}", "fine")
    for note in checkpoints:
        yield paragraph(note.strip(), "fine")


def _drawing(found: Timeline, zone: Any) -> Any:
    from reportlab.graphics.shapes import Circle, Drawing, Rect, String

    scale = WIDE / WIDTH
    drawing = Drawing(WIDE, found.height * scale + 14)
    high = found.height * scale + 14

    def string(x: float, y: float, text: str, **more: Any) -> None:
        drawing.add(String(x, y, shown(text), fontName="Sans", fontSize=7, **more))

    string(LEFT * scale, high - 8, record_words.stamped(found.begin, zone))
    string(WIDE, high - 8, record_words.stamped(found.end, zone), textAnchor="end")
    for row in found.rows:
        y = high - (row.y + ROW - 6) * scale
        string(0, y + 4, row.name)
        for span in row.spans:
            shade = _COLOURS[span.place]
            box = (span.x * scale, y, span.width * scale, 14)
            drawing.add(Rect(*box, fillColor=colour(shade), strokeColor=None))
        for x, _ in row.dots:
            drawing.add(Circle(x * scale, y + 7, 3, fillColor=colour("#1a65a6"), strokeColor=None))
    for place, what in enumerate(("writing", "approval", "to the first channel", "to the last")):
        x = LEFT * scale + place * 100
        drawing.add(Rect(x, 0, 8, 8, fillColor=colour(_COLOURS[place]), strokeColor=None))
        string(x + 11, 1, what)
    return drawing

"""The report on one incident as a PDF: the times, every version, what each channel did, the proof.

It is for the file and for print. The page with numbered lines has the same and more, and is the one
for people who have it read out to them.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import cache
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any

from console.actions.desk import Desk
from console.actions.history import IncidentHistory, MessageHistory, Revision
from console.actions.logbook import WRITTEN, Written
from console.domain.audit import Entry
from console.web import record_words
from console.web.timeline import LEFT, ROW, WIDTH, Timeline, timeline

CHECKPOINTS = 5
"""The newest ones; all of them are in the bundle."""
ENTRIES = 500
_COLOURS = ("#6b787c", "#b35a00", "#0f6674", "#0f7a52")
_WIDE = 499.0
"""Points that a line of the page has."""


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

    _fonts()
    out = BytesIO()
    title = f"{'Exercise: ' if history.incident.exercise else ''}{history.incident.title}"
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=42,
        rightMargin=42,
        topMargin=48,
        bottomMargin=48,
        title=_shown(title),
        author=_shown(desk.settings.council.name),
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
        canvas.drawString(48, 28, _shown(foot)[:120])
        canvas.drawRightString(A4[0] - 48, 28, f"Page {page.page}")
        if history.incident.exercise:
            canvas.setFillColor("#5a2a82")
            canvas.setFont("Sans-Bold", 9)
            canvas.drawString(48, A4[1] - 32, "EXERCISE. Nothing here reached the public.")

    document.build(story, onFirstPage=footer, onLaterPages=footer)
    return out.getvalue()


def _head(history: IncidentHistory, desk: Desk, by: str, at: datetime) -> Iterator[Any]:
    incident, zone = history.incident, desk.settings.zone
    yield _text(f"{'Exercise' if incident.exercise else 'Incident'}: {incident.title}", "title")
    closed = ""
    if incident.closed_at:
        closed = f" since {record_words.stamped(incident.closed_at, zone)}"
    yield _text(
        f"{desk.settings.council.name}. {incident.id}, opened by {incident.opened_by}, "
        f"{record_words.stamped(incident.opened_at, zone)}; {incident.state}{closed}. "
        f"Signed under the policy with the code {incident.policy_digest[:8]}. "
        f"Taken from the record by {by}, {record_words.stamped(at, zone)}; "
        f"it has {history.count:,} entries about this incident."
    )
    if cut := _cut(history):
        yield _text(cut)


def _times(history: IncidentHistory, log: Sequence[Written], zone: Any) -> Iterator[Any]:
    found = timeline(history, log)
    yield _text("When", "heading")
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
        yield _text(about, "small")
        yield _table(rows, (130, 260, 120))


def _message(one: MessageHistory, zone: Any) -> Iterator[Any]:
    yield _text(f"Message {one.message.number}: {one.message.kind}", "heading")
    if one.message.reason:
        yield _text(f"Reason: {one.message.reason}")
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
        yield _table(rows, (100, 60, 34, 166, 150))


def _revision(revision: Revision, zone: Any) -> Iterator[Any]:
    sent = f"{revision.sent_by}, {record_words.exact_time(revision.sent_at, zone)}"
    yield _text(f"Version {revision.number}, sent for approval by {sent}", "small")
    yield _text(f"Digest {revision.digest}", "fine")
    for one in revision.sign_offs:
        when = f", {record_words.stamped(one.decided_at, zone)}" if one.decided_at else ""
        because = f", because: {one.reason}" if one.reason else ""
        yield _text(f"{one.approver}: {one.state}{when}{because}")
    alike: dict[tuple[str, str], list[str]] = {}
    for variant in revision.variants:
        where = f"{variant.channel} ({variant.account})"
        alike.setdefault((variant.subject, variant.text), []).append(where)
    for (subject, words), places in alike.items():
        yield _text(", ".join(places), "fine")
        yield _text(f"{subject}\n{words}", "words")


def _log(log: Sequence[Written], zone: Any) -> Iterator[Any]:
    if not log:
        return
    yield _text("Log", "heading")
    rows = [["Entry", "Time", "Who", "What was written"]]
    for one in log:
        right = "".join(f" [corrected by entry {number}]" for number in one.corrected_by)
        wrong = f"Corrects entry {one.corrects}: " if one.corrects else ""
        more = record_words.more_of(one.entry)
        note = f"{wrong}{one.note}{right}{f' ({more})' if more else ''}"
        time = record_words.exact_time(one.entry.at, zone)
        rows.append([str(one.entry.number), time, one.entry.actor, note])
    yield _table(rows, (34, 152, 70, 254))


def _entries(history: IncidentHistory, zone: Any) -> Iterator[Any]:
    yield _text("Entries", "heading")
    if cut := _cut(history):
        yield _text(cut)
    rows = [["Line", "Entry", "Time", "Who", "Action", "What"]]
    for line, one in enumerate(history.entries[:ENTRIES], 1):
        rows.append([str(line), str(one.number), *_entry(one, zone)])
    yield _table(rows, (26, 34, 152, 70, 88, 140))
    if cut := _cut(history):
        yield _text(f"The list is cut here. {cut}")


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
    yield _text("Proof", "heading")
    yield _text(
        "Every entry is bound to the one before it, and checkpoints are signed over the newest. "
        "This report proves nothing by itself: the proofs in the evidence bundle are checked with "
        "verify.py, and the checkpoints below say what they have to contain."
    )
    if public_key:
        yield _text(f"Public key: {public_key}", "fine")
    for note in checkpoints:
        yield _text(note.strip(), "fine")


def _drawing(found: Timeline, zone: Any) -> Any:
    from reportlab.graphics.shapes import Circle, Drawing, Rect, String

    scale = _WIDE / WIDTH
    drawing = Drawing(_WIDE, found.height * scale + 14)
    high = found.height * scale + 14

    def string(x: float, y: float, text: str, **more: Any) -> None:
        drawing.add(String(x, y, _shown(text), fontName="Sans", fontSize=7, **more))

    string(LEFT * scale, high - 8, record_words.stamped(found.begin, zone))
    string(_WIDE, high - 8, record_words.stamped(found.end, zone), textAnchor="end")
    for row in found.rows:
        y = high - (row.y + ROW - 6) * scale
        string(0, y + 4, row.name)
        for span in row.spans:
            shade = _COLOURS[span.place]
            box = (span.x * scale, y, span.width * scale, 14)
            drawing.add(Rect(*box, fillColor=_colour(shade), strokeColor=None))
        for x, _ in row.dots:
            drawing.add(Circle(x * scale, y + 7, 3, fillColor=_colour("#1a65a6"), strokeColor=None))
    for place, what in enumerate(("writing", "approval", "to the first channel", "to the last")):
        x = LEFT * scale + place * 100
        drawing.add(Rect(x, 0, 8, 8, fillColor=_colour(_COLOURS[place]), strokeColor=None))
        string(x + 11, 1, what)
    return drawing


def _colour(code: str) -> Any:
    from reportlab.lib.colors import HexColor

    return HexColor(code)


def _table(rows: Sequence[Sequence[str]], widths: Iterable[float]) -> Any:
    from reportlab.platypus import LongTable, TableStyle

    cells = [[_text(cell, "head" if not place else "cell") for cell in row]
             for place, row in enumerate(rows)]  # fmt: skip
    line = _colour("#c9d3d5")
    style = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, line),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), 5),
        ("TOPPADDING", (0, 0), (-1, -1), 1.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
    ]
    wide = list(widths)
    return LongTable(
        cells,
        colWidths=[one / sum(wide) * _WIDE for one in wide],
        repeatRows=1,
        hAlign="LEFT",
        style=TableStyle(style),
    )


def _text(text: str, style: str = "body") -> Any:
    from xml.sax.saxutils import escape

    from reportlab.platypus import Paragraph

    # A paragraph of thousands of characters may not break over a page; no channel takes as many.
    said = escape(_shown(text)[:8000]).replace("\n", "<br/>")
    return Paragraph(said, _styles()[style])


def _shown(text: str) -> str:
    """What the font has no sign for stands as its number: a report must not lose a character."""
    known = _signs()
    return "".join(
        sign if sign == "\n" or ord(sign) in known else f"[U+{ord(sign):04X}]" for sign in text
    )


@cache
def _signs() -> frozenset[int]:
    from reportlab.pdfbase import pdfmetrics

    _fonts()
    return frozenset(pdfmetrics.getFont("Sans").face.charToGlyph)


@cache
def _fonts() -> None:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    package = find_spec("font_source_sans_pro")
    assert package
    assert package.origin
    files = Path(package.origin).parent / "files"
    pdfmetrics.registerFont(TTFont("Sans", files / "SourceSansPro-Regular.ttf"))
    pdfmetrics.registerFont(TTFont("Sans-Bold", files / "SourceSansPro-Bold.ttf"))


@cache
def _styles() -> dict[str, Any]:
    from reportlab.lib.styles import ParagraphStyle

    def style(size: float, font: str = "Sans", **more: Any) -> Any:
        return ParagraphStyle(
            f"{font}{size}{sorted(more)}", fontName=font, fontSize=size, leading=size * 1.35,
            splitLongWords=1, **more,
        )  # fmt: skip

    return {
        "title": style(17, "Sans-Bold", spaceAfter=6),
        "heading": style(12.5, "Sans-Bold", spaceBefore=14, spaceAfter=5),
        "small": style(9.5, "Sans-Bold", spaceBefore=7, spaceAfter=3),
        "body": style(9, spaceAfter=4),
        "fine": style(7, spaceAfter=3, textColor=_colour("#47555a"), wordWrap="CJK"),
        "words": style(
            9.5, leftIndent=10, spaceAfter=10, borderColor=_colour("#c9d3d5"), borderWidth=0.6,
            borderPadding=(4, 6, 4, 6), rightIndent=8, spaceBefore=7,
        ),
        "head": style(7.5, "Sans-Bold"),
        "cell": style(7.5),
    }  # fmt: skip

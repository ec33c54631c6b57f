"""What a PDF's pages are set from: text in an embedded font, tables, and their styles."""

from collections.abc import Iterable, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

WIDE = 499.0
"""Points that a line of the page has."""


def colour(code: str) -> Any:
    from reportlab.lib.colors import HexColor

    return HexColor(code)


def table(rows: Sequence[Sequence[str]], widths: Iterable[float]) -> Any:
    from reportlab.platypus import LongTable, TableStyle

    cells = [[paragraph(cell, "head" if not place else "cell") for cell in row]
             for place, row in enumerate(rows)]  # fmt: skip
    line = colour("#c9d3d5")
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
        colWidths=[one / sum(wide) * WIDE for one in wide],
        repeatRows=1,
        hAlign="LEFT",
        style=TableStyle(style),
    )


def paragraph(text: str, style: str = "body") -> Any:
    from xml.sax.saxutils import escape

    from reportlab.platypus import Paragraph

    # A paragraph of thousands of characters may not break over a page; no channel takes as many.
    said = escape(shown(text)[:8000]).replace("\n", "<br/>")
    return Paragraph(said, _styles()[style])


def shown(text: str) -> str:
    """What the font has no sign for stands as its number: a report must not lose a character."""
    known = _signs()
    return "".join(
        sign if sign == "\n" or ord(sign) in known else f"[U+{ord(sign):04X}]" for sign in text
    )


@cache
def _signs() -> frozenset[int]:
    from reportlab.pdfbase import pdfmetrics

    fonts()
    return frozenset(pdfmetrics.getFont("Sans").face.charToGlyph)


@cache
def fonts() -> None:
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
        "fine": style(7, spaceAfter=3, textColor=colour("#47555a"), wordWrap="CJK"),
        "words": style(
            9.5, leftIndent=10, spaceAfter=10, borderColor=colour("#c9d3d5"), borderWidth=0.6,
            borderPadding=(4, 6, 4, 6), rightIndent=8, spaceBefore=7,
        ),
        "head": style(7.5, "Sans-Bold"),
        "cell": style(7.5),
    }  # fmt: skip

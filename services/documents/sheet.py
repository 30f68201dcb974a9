"""Papers: a sheet in, a PDF out. Set by Typst in a thread, as PDF/A-2a and PDF/UA-1.

The same sheet always gives the same bytes: its day is the paper's date, and no clock is asked.
"""

from __future__ import annotations

import asyncio
import json
import logging
import math
import re
import unicodedata
from collections.abc import Callable, Collection, Sequence
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, assert_never

from services.documents.glyphs import Glyphs
from services.documents.model import DrawingFailed, Fact, Facts, Paragraph, Part, Sheet, Table, Total
from services.texts.dates import numeric
from services.texts.i18n import texts

_TEMPLATE = Path(__file__).with_name("sheet.typ")
_PROBE = b'#set document(title: "-")\n#set text(font: sys.inputs.font)\n#sys.inputs.text'
_FONT = "Libertinus Serif"
"""Typst carries it within itself, Cyrillic and all, so a paper is the same wherever it is set."""
_WIDE_FROM = 6
"""Columns of a table for which the page is turned."""
_UPRIGHT, _TURNED = 64, 133
"""Letters of a line, wide ones; those of a page that is turned are smaller."""
_LONGEST_WORD = 24
"""Letters that a line of anything but a table has room for, whatever they are; a longer word may be broken anywhere."""
_FOOT = 60
"""Letters of the number that stand at the foot of each page."""
_LETTERS = re.compile(r"\W*(?:([^\W\d_])(?!\1\1))+\W*", re.IGNORECASE)
"""A word as people write them, which Typst finds syllables in."""
_NOTHING = "—"
_MAY_BREAK = "\N{ZERO WIDTH SPACE}"

logger = logging.getLogger(__name__)

Clean = Callable[[str], str]


class Sheets:
    """Sets papers; what it has learned of the fonts is kept."""

    def __init__(self) -> None:
        self._glyphs = Glyphs(_sets)

    async def compile(self, sheet: Sheet) -> bytes:
        """The PDF. Raises `DrawingFailed`, whatever the reason; nothing that a text may hold is one."""
        return await asyncio.to_thread(compiled, sheet, self._glyphs)


def compiled(sheet: Sheet, glyphs: Glyphs) -> bytes:
    """The PDF, set here and now; for a thread. Raises `DrawingFailed`."""
    try:
        data = json.dumps(_data(sheet, _cleaning(sheet, glyphs)), ensure_ascii=False)
        return _pdf(_TEMPLATE.read_bytes(), {"sheet": data})
    except BaseException as error:  # a panic of Typst's is no Exception
        # Whoever the paper is about stands in no log: the kind of the error tells enough.
        logger.error("a paper could not be set: %s", type(error).__name__)
        raise DrawingFailed from None


def _pdf(template: bytes, inputs: dict[str, str]) -> bytes:
    import typst  # takes its time, and most processes never set anything

    compiler = typst.Compiler(template, font_paths=_fonts(), sys_inputs=inputs)
    pdf = compiler.compile(format="pdf", pdf_standards=["a-2a", "ua-1"])
    if not isinstance(pdf, bytes):
        raise TypeError("no PDF")
    return pdf


@cache
def _fonts() -> Any:
    import typst

    return typst.Fonts(include_system_fonts=False)


def _sets(characters: Collection[str]) -> bool:
    import typst

    try:
        _pdf(_PROBE, {"font": _FONT, "text": " ".join(characters)})
    except typst.TypstError:
        return False
    return True


def _cleaning(sheet: Sheet, glyphs: Glyphs) -> Clean:
    """Makes of any text of this sheet one that can be set."""
    stand_ins = glyphs.stand_ins(letter for text in _texts(sheet) for letter in _composed(text))

    def clean(text: str) -> str:
        return _composed(text).translate(stand_ins).strip()

    return clean


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _texts(sheet: Sheet) -> list[str]:
    """Every text of the sheet that somebody else has written."""
    found = [sheet.title, sheet.clinic.name, sheet.clinic.address, sheet.clinic.phone, sheet.number]
    found += [text for each in sheet.person for text in (each.caption, each.value)]
    for part in sheet.parts:
        found.append(part.heading)
        match part:
            case Facts(facts):
                found += [text for each in facts for text in (each.caption, each.value)]
            case Table(columns, rows):
                found += [*columns, *(cell for row in rows for cell in _cells(row))]
            case Paragraph(text):
                found.append(text)
    return found


def _data(sheet: Sheet, clean: Clean) -> dict[str, Any]:
    """What `sheet.typ` reads. Official papers are Russian, whatever language the chat speaks."""
    t, clinic = texts("ru"), sheet.clinic
    number, day = clean(sheet.number), numeric(sheet.day)
    numbered = t.label("No. {number} of {day}", number=number, day=day) if number else t.label("Of {day}", day=day)
    return {
        "font": _FONT,
        "wide_from": _WIDE_FROM,
        "wide": any(isinstance(part, Table) and len(part.columns) >= _WIDE_FROM for part in sheet.parts),
        "title": clean(sheet.title) or _NOTHING,
        "heading": _line(clean(sheet.title) or _NOTHING),
        "day": {"year": sheet.day.year, "month": sheet.day.month, "day": sheet.day.day},
        "clinic": {
            "name": _line(clean(clinic.name) or _NOTHING),
            "lines": [_line(clean(each)) for each in (clinic.address, clinic.phone) if clean(each)],
        },
        "person": [_fact(each, clean) for each in sheet.person],
        "parts": [_part(each, clean) for each in sheet.parts],
        "qr": _qr(sheet.link) if sheet.link is not None else None,
        "words": {
            "numbered": _line(numbered),
            "foot": numbered if len(numbered) <= _FOOT else numbered[:_FOOT] + "…",
            "page": t.label("p. {page} of {pages}", page="{page}", pages="{pages}"),
            "qr": t.label("QR code with a link to the bot"),
            "made": t.label(
                "This document was made by the bot “Nomerok”. The QR code leads to the bot and says nothing about the "
                "patient."
            ),
        },
    }


def _part(part: Part, clean: Clean) -> dict[str, Any]:
    data: dict[str, Any] = {"heading": _line(clean(part.heading))}
    match part:
        case Facts(facts):
            data |= {"kind": "facts", "facts": [_fact(each, clean) for each in facts]}
        case Paragraph(text):
            data |= {"kind": "paragraph", "lines": [_line(each) for each in clean(text).split("\n") if each]}
        case Table():
            data |= {"kind": "table", **_table(part, clean)}
        case _:
            assert_never(part)
    return data


def _fact(fact: Fact, clean: Clean) -> dict[str, str]:
    return {"caption": _line(clean(fact.caption) or _NOTHING), "value": _line(clean(fact.value) or _NOTHING)}


def _table(table: Table, clean: Clean) -> dict[str, Any]:
    """Columns are as wide as their words ask for; words that no column has room for may be broken anywhere."""
    columns = len(table.columns)
    longest = (_TURNED if columns >= _WIDE_FROM else _UPRIGHT) // max(columns, 1) - 2
    rows = [[clean(cell) or _NOTHING for cell in _cells(row)] for row in table.rows]
    names = [clean(name) or _NOTHING for name in table.columns]
    whole = [row for row in rows if len(row) == columns]
    return {
        "columns": [_line(each, longest) for each in names],
        # A row that sums up has two cells, of which the first is as wide as all columns but the last.
        "rows": [[_line(cell, longest) for cell in row] for row in rows],
        "shares": [_share([name, *cells]) for name, *cells in zip(names, *whole, strict=True)],
    }


def _cells(row: Sequence[str] | Total) -> Sequence[str]:
    return (row.caption, row.value) if isinstance(row, Total) else row


def _share(cells: Sequence[str]) -> int:
    """How wide a column is, beside others: by its longest word, and a little by its longest text."""
    word = max(len(word) for cell in cells for word in (cell.split() or [""]))
    return 4 + min(word, _LONGEST_WORD) + math.isqrt(max(len(cell) for cell in cells))


def _line(text: str, longest: int = _LONGEST_WORD) -> str:
    """The text, in which a word that may be wider than its line can be broken anywhere, unless it is hyphenated."""

    def broken(word: re.Match[str]) -> str:
        hyphenated = len(word[0]) <= _LONGEST_WORD and _LETTERS.fullmatch(word[0])
        return word[0] if hyphenated else _MAY_BREAK.join(word[0])

    return re.sub(rf"\S{{{longest + 1},}}", broken, text)


def _qr(link: str) -> str:
    """As SVG."""
    import segno

    picture = BytesIO()
    segno.make_qr(link, error="m").save(picture, kind="svg", border=4, light="white", xmldecl=False)
    return picture.getvalue().decode()

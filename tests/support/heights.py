"""How tall a screen stands on a small phone: the chat page's own rules, reckoned without a browser.

Measures are rem of `emulator/page/style.css`, so a larger text makes all of them larger, and the phone stays as wide as
it is. `tests/gallery/test` is no part of it: `bot/test_heights.py` holds the reckoning against Chromium.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import zip_longest

from PIL import ImageFont

from bot.keyboards.markup import Button
from bot.views.screen import Screen
from services.documents.layout import HEIGHT, WIDTH
from tests.support.telegram_limits import formatted

PHONE = (360, 640)
"""Width and height of a small phone, in CSS pixels."""
ROOM = 526
"""Pixels of it between the chat's head and the line one types in."""
SCALES = (1.0, 1.5)
"""Of the text: as a phone comes, and as it is set by who sees badly."""

_REM = 16
_EM = 2048
_FONTS = "/usr/share/fonts/truetype/dejavu"  # what Chromium takes for `system-ui` here: wider than a phone's own
_CODE = 0.95, 0.602
"""Size of `code` beside its text, and how wide each of its letters is, in em."""
_PICTURE = 1.25
"""Width of an emoji, in em."""
_LINE, _LABEL_LINE = 1.38, 1.2
_LOG, _WIDE, _GAP, _BETWEEN = 2 * 0.6, 0.88, 0.2, 0.25
_BUBBLE = 0.4 + 0.45, 2 * 0.7
_STAMP = 3.2
_KEY, _KEY_PADDING, _KEY_LINES = 2.75, (2 * 0.35, 2 * 0.5), 2
_PHOTO = 0.35 - 0.4
_HIGHEST_PHOTO = 26
_JOINERS = "\N{VARIATION SELECTOR-16}\N{ZERO WIDTH JOINER}"
_FIRST_PICTURE = "\N{BLACK SUN WITH RAYS}"


@dataclass(frozen=True, slots=True)
class Letter:
    """One of a text. `style`: 0 as it comes, 1 bold, 2 code."""

    sign: str
    style: int


def height(screen: Screen, scale: float) -> float:
    """Pixels of a screen with its buttons, at a scale of the text."""
    rem = _REM * scale
    wide = (PHONE[0] - _LOG * rem) * _WIDE
    text = text_lines(screen.text, (wide - _BUBBLE[1] * rem) / rem)
    bubble = _BUBBLE[0] + _LINE * text
    rows = sum(max(_key(each, len(row), wide / rem) for each in row) for row in screen.markup.inline_keyboard)
    keys = rows + _BETWEEN * (len(screen.markup.inline_keyboard) - 1)
    return _photo(screen, wide, rem) + (bubble + _GAP + keys) * rem


def text_lines(html: str, width: float) -> int:
    """Lines of a text in a bubble of so many em, the moment of sending among them."""
    letters = list(_letters(html))
    lines = 0
    for line in _split(letters):
        count, last = _wrapped(line, width)
        lines += count
    return lines + (last + _STAMP > width)


def label_lines(label: str, width: float) -> int:
    """Lines of a button's label, however many there are; the page shows two."""
    return _wrapped([Letter(sign, 0) for sign in label], width)[0]


def _key(button: Button, beside: int, wide: float) -> float:
    width = (wide - _BETWEEN * (beside - 1)) / beside - _KEY_PADDING[1]
    lines = min(_KEY_LINES, label_lines(button.text, width))
    return max(_KEY, lines * _LABEL_LINE + _KEY_PADDING[0])


def _photo(screen: Screen, wide: float, rem: float) -> float:
    if screen.picture is None:
        return 0
    return min(wide * HEIGHT / WIDTH, _HIGHEST_PHOTO * rem) + _PHOTO * rem


def _letters(html: str) -> Iterator[Letter]:
    told = formatted(html)
    units = told.text.encode("utf-16-le")
    styles = [0] * (len(units) // 2)
    for entity in told.entities:
        style = {"bold": 1, "code": 2, "bot_command": 0, "url": 0, "email": 0}[entity["type"]]
        for place in range(entity["offset"], entity["offset"] + entity["length"]):
            styles[place] = max(style, styles[place])
    place = 0
    for sign in told.text:
        yield Letter(sign, styles[place])
        place += len(sign.encode("utf-16-le")) // 2


def _split(letters: list[Letter]) -> Iterator[list[Letter]]:
    line: list[Letter] = []
    for letter in letters:
        if letter.sign == "\n":
            yield line
            line = []
        else:
            line.append(letter)
    yield line


def _wrapped(line: list[Letter], width: float) -> tuple[int, float]:
    """How many lines this one takes, and how far the last one goes."""
    lines, x = 1, 0.0
    for piece in _pieces(line):
        whole, seen = sum(map(_width, piece)), sum(_width(each) for each in piece if each.sign != " ")
        if x and x + seen > width:
            lines, x = lines + 1, 0.0
        if seen <= width:
            x += whole
            continue
        for each in piece:  # a word that no line holds is broken anywhere
            if x and each.sign != " " and x + _width(each) > width:
                lines, x = lines + 1, 0.0
            x += _width(each)
    return lines, min(x, width)


def _pieces(line: list[Letter]) -> Iterator[list[Letter]]:
    """Parts between which a line may be broken, each with the spaces behind it."""
    piece: list[Letter] = []
    for letter, after in zip_longest(line, line[1:]):
        piece.append(letter)
        if after is not None and _breaks(letter.sign, after.sign):
            yield piece
            piece = []
    yield piece


def _breaks(sign: str, after: str) -> bool:
    if after == " " or after in _JOINERS:
        return False
    if sign in " –—" or after == "—" or sign >= _FIRST_PICTURE or after >= _FIRST_PICTURE:
        return True
    return sign in "-/…" and after.isalpha()


def _width(letter: Letter) -> float:
    return _advance(letter.sign, letter.style)


@cache
def _advance(sign: str, style: int) -> float:
    """In em of the text around it."""
    if sign in _JOINERS:
        return 0
    if sign >= _FIRST_PICTURE:
        return _PICTURE
    if style == 2:
        return _CODE[0] * _CODE[1]
    return float(_font(style).getlength(sign)) / _EM


@lru_cache(maxsize=2)
def _font(style: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(f"{_FONTS}/{('DejaVuSans', 'DejaVuSans-Bold')[style]}.ttf", _EM)

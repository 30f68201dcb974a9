"""What Telegram takes, and what every screen of ours must have: the checks of rendered screens."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from bot.keyboards.buttons.common import GO_HOME
from bot.keyboards.kit import TWO_LINES
from bot.keyboards.markup import Button, Markup
from bot.views.screen import Screen
from emulator.entities import Formatted, parse_html, trim, utf16_length

TEXT, CAPTION, TOAST, DATA, BUTTON_TEXT, BUTTONS, IN_ROW = 4096, 1024, 200, 64, 64, 100, 8
HOME = GO_HOME.pack()
_NUMBERED = re.compile(r"^\d+ · ")
_TURNS = re.compile(r"^◀️ \d|\d ▶️$")
_PLACE = re.compile(r"\{\w*\}")
_LATIN = re.compile(r"[A-Za-z]{2,}")
_CYRILLIC = re.compile(r"[А-Яа-яЁё]+")
LATIN_IN_RUSSIAN = frozenset(
    {"start", "help", "cancel", "language", "English", "Telegram", "OpenStreetMap", "python", "bot", "confirm"}
)
LATIN_IN_RUSSIAN |= {"export", "delete", "me", "large"}
"""Commands, and languages and services that name themselves."""
LATIN_IN_RUSSIAN |= {"sig", "pdf", "zip", "Windows", "Mac", "macOS", "Linux", "CSP"}
"""Endings of files, and what one signs with."""
_ADDRESS = re.compile(r"(?:https://|www\.)\S+|\S+@\S+|\b[a-z\d-]+(?:\.[a-z\d-]+)+\b")
"""Addresses are the same in every language."""
_COMMAND = re.compile(r"^cryptcp -.*$|certmgr -list|/opt/\S+|\balt-csp-cryptopro\b", re.MULTILINE)
"""So is what is typed into a computer."""


@lru_cache(maxsize=16)
def formatted(html: str) -> Formatted:
    """The text as Telegram would keep it; raises on broken markup."""
    return trim(parse_html(html))


def check_text(html: str, *, limit: int = TEXT) -> str:
    """Well-formed, not empty, within the limit; gives what is read."""
    text = formatted(html).text
    assert 1 <= utf16_length(text) <= limit, f"{utf16_length(text)} characters: {text[:300]}"
    check_words(text)
    return text


def check_words(text: str) -> None:
    """No place of a sentence is left unfilled."""
    assert not _PLACE.search(text), f"an unfilled place: {text}"
    assert "None" not in text, text


def check_markup(markup: Markup) -> list[str]:
    """Rows, labels and data within the limits; gives the labels."""
    buttons = [button for row in markup.inline_keyboard for button in row]
    assert 1 <= len(buttons) <= BUTTONS
    assert all(1 <= len(row) <= IN_ROW for row in markup.inline_keyboard)
    for button in buttons:
        assert type(button) is Button
        assert type(button.callback_data) is str
        assert isinstance(button.text, str)
        assert 1 <= len(button.callback_data.encode()) <= DATA, button.callback_data
        assert button.text.strip(), button.callback_data
        assert utf16_length(button.text) <= BUTTON_TEXT, button.text
        if _NUMBERED.match(button.text):
            assert len(button.text) <= TWO_LINES, button.text
        check_words(button.text)
    labels = [(button.text, button.callback_data) for button in buttons]
    assert len(set(labels)) == len(labels) or all(text == "·" for text, _ in _repeated(labels)), "a button twice"
    return [button.text for button in buttons]


def check_screen(screen: Screen) -> tuple[str, list[str]]:
    """All of it; gives what is read and the labels. Only a message that stays may be without buttons."""
    limit = TEXT if screen.picture is None else CAPTION
    labels = check_markup(screen.markup) if screen.markup.inline_keyboard or not screen.stays else []
    return check_text(screen.text, limit=limit), labels


def has_pager(screen: Screen) -> bool:
    """Whether a button leads to another page of what is shown: «2 из 5 ▶️», and so does a month of a calendar."""
    return any(_TURNS.search(button.text) for row in screen.markup.inline_keyboard for button in row)


def data_of(screen: Screen) -> list[str]:
    return [button.callback_data for row in screen.markup.inline_keyboard for button in row]


def check_russian(text: str) -> None:
    """No English in a Russian screen: whatever is Latin is one of the names that are so in Russian too."""
    foreign = set(_LATIN.findall(_COMMAND.sub("", _ADDRESS.sub("", text)))) - LATIN_IN_RUSSIAN
    assert not foreign, f"{sorted(foreign)} in: {text[:600]}"


def beginnings(data: Iterable[str]) -> frozenset[str]:
    """Every beginning of every Russian word of the data: buttons cut long names."""
    known = {word for value in data for word in _CYRILLIC.findall(value)}
    return frozenset(word[:end] for word in known for end in range(1, len(word) + 1))


def check_english(text: str, known: frozenset[str]) -> None:
    """No Russian in an English screen but what people and clinics are called (`beginnings`)."""
    foreign = set(_CYRILLIC.findall(text)) - known
    assert not foreign, f"{sorted(foreign)} in: {text[:600]}"


def _repeated(labels: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [each for each in labels if labels.count(each) > 1]

"""Rows of buttons as the topics declare them, for samples of the screens that bear them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from bot.keyboards.kit import Row, button
from bot.topic import Entry, Place
from bot.topics import ALL
from services.texts.i18n import Html, Texts


def rows(t: Texts, place: Place, count: int = 0, *, rare: bool = True) -> Sequence[Row]:
    """`count`: of new things, wherever they are counted; `rare`: with those that stand there at times alone."""
    return [
        [button(_label(t, each, count), each.button) for each in of_rank]
        for _, of_rank in groupby(_at(place, rare=rare), key=lambda each: each.rank)
    ]


def told(t: Texts, place: Place, *, rare: bool = True) -> Sequence[Html]:
    return [t(each.about) for each in _at(place, rare=rare) if each.about]


def _at(place: Place, *, rare: bool) -> list[Entry]:
    entries = [each for topic in ALL for each in topic.entries if each.place is place]
    return sorted((each for each in entries if rare or each.when is None), key=lambda each: each.rank)


def _label(t: Texts, entry: Entry, count: int) -> str:
    return t.label(entry.counted, count=count) if count and entry.counted else t.label(entry.label)

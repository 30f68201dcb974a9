"""«Ещё»."""

from __future__ import annotations

from bot.topic import Place
from bot.views import more
from bot.views.screen import Screen
from services.texts.i18n import Texts
from tests.samples.common import Sample, Samples, usual
from tests.support import entries


def page(t: Texts, *, rare: bool = False) -> Screen:
    return more.more(t, entries.told(t, Place.MORE, rare=rare), entries.rows(t, Place.MORE, rare=rare))


SAMPLES = Samples(screens=[usual(page, of=more.more), Sample(page, (), {"rare": True}, of=more.more)])

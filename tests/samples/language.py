"""Choosing the language."""

from __future__ import annotations

from bot.views import language
from tests.samples.common import Samples, usual

SAMPLES = Samples(
    screens=[usual(language.choose)],
    words=("Русский",),
)

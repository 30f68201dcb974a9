"""Choosing the language."""

from __future__ import annotations

from bot.views import language
from tests.samples.common import Sample, Samples

SAMPLES = Samples(
    screens=[Sample(language.choose)],
    words=("Русский",),
)

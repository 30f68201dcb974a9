"""Choosing the language."""

from __future__ import annotations

from bot.keyboards.buttons.help import GO_HELP
from bot.views import language
from tests.samples.common import Samples, usual

SAMPLES = Samples(
    screens=[usual(language.choose), usual(language.choose, GO_HELP)],
    words=("Русский",),
)

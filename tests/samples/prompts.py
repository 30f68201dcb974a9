"""Keyboards below the chat."""

from __future__ import annotations

from bot.views import prompts
from bot.views.prompts import Prompt
from tests.samples.common import Sample, Samples

SAMPLES = Samples(
    prompts=[Sample(prompts.prompt, (kind,)) for kind in Prompt],
)

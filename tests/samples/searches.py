"""Searching a list."""

from __future__ import annotations

from bot.fsm.searches import KIND
from bot.views import searches
from services.searches.model import LONGEST_LIST
from tests.samples.common import Sample, Samples, StepSample

ASKED = searches.Asked("Choose a region, or write the beginning of its name.", "w" * LONGEST_LIST, "W" * 12)

SAMPLES = Samples(
    steps={KIND: {"sought": [StepSample("asked", ASKED, full=True, ordinary=True)]}},
    notes=[Sample(searches.too_long), Sample(searches.nothing_typed)],
    sentences=[Sample(searches.stopped)],
)

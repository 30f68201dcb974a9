"""What doctors are called."""

from __future__ import annotations

from bot.views import specialties
from tests.samples.common import Sample, Samples

SAMPLES = Samples(
    sentences=[Sample(specialties.specialty, (post, "Терапевт")) for post in (*specialties.BY_POST, "v999")],
)

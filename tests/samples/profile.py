"""What Telegram shows of the bot."""

from __future__ import annotations

from bot.views import profile
from tests.samples.common import Sample, Samples

SAMPLES = Samples(
    sentences=[Sample(profile.description), Sample(profile.short_description)],
)

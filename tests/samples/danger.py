"""What whoever speaks of danger is told first."""

from __future__ import annotations

from bot.views import danger
from services.texts.danger import Danger
from tests.samples.common import CLINICS, EVIL, Sample, Samples

SAMPLES = Samples(
    sentences=[
        *(
            Sample(danger.alarm, (each, clinic, line))
            for each in Danger
            for clinic in (None, *CLINICS)
            for line in ("", EVIL)
        ),
    ],
)

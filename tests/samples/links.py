"""Links of posters, and where they lead."""

from __future__ import annotations

from dataclasses import replace

from bot.views import links
from services.booking.links import LONGEST as LONGEST_LINK
from services.booking.model import LinkKind, LinkTarget
from services.registry.model import AgeGroup
from tests.samples.common import (
    BARE,
    EVIL,
    EVIL_CLINIC,
    LONGEST,
    LONGEST_DOCTOR,
    LONGEST_SERVICE,
    PLAIN,
    Sample,
    Samples,
    usual,
)

TARGETS = [
    LinkTarget(LONGEST, "v999", LONGEST_SERVICE, "d1", LONGEST_DOCTOR),
    LinkTarget(EVIL_CLINIC, "v999", EVIL, "d1", EVIL),
    LinkTarget(PLAIN, "110", "Терапевт"),
    LinkTarget(BARE),
]
"""Where links lead."""


SAMPLES = Samples(
    screens=[
        usual(links.unfinished, TARGETS[2], "W" * 12),
        *(Sample(links.unfinished, (target, "W" * LONGEST_LINK)) for target in (None, *TARGETS)),
    ],
    notes=[
        Sample(links.clinic_gone),
        Sample(links.not_for_age, (LONGEST_DOCTOR,)),
        *(Sample(links.other_age, (replace(LONGEST, age_group=each),)) for each in (AgeGroup.CHILD, AgeGroup.ADULT)),
        *(Sample(links.lost, (LinkTarget(PLAIN, lost=each),)) for each in (LinkKind.DOCTOR, LinkKind.SERVICE)),
    ],
    sentences=[
        *(Sample(links.target_lines, (target,)) for target in TARGETS),
        *(Sample(links.form_first, (target,)) for target in (None, *TARGETS)),
        *(
            Sample(links.other_age, (replace(EVIL_CLINIC, age_group=each),))
            for each in (AgeGroup.CHILD, AgeGroup.ADULT)
        ),
        *(Sample(links.not_for_age, (each,)) for each in ("Терапевт", EVIL)),
        Sample(links.before_consent),
    ],
)

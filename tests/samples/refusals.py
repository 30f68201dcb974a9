"""Why something was not done."""

from __future__ import annotations

from bot.views import refusals
from services.errors import Denial
from tests.samples.common import BARE, CLINICS, EVIL_CLINIC, LONGEST, PLAIN, REAL, Sample, Samples, usual

SAMPLES = Samples(
    screens=[usual(refusals.denied, reason) for reason in Denial],
    notes=[
        *(Sample(refusals.refusal, (reason, each)) for reason in refusals.REFUSALS for each in (BARE, LONGEST)),
        *(Sample(refusals.not_for, (reason,)) for reason in Denial),
        *(Sample(each) for each in (refusals.hold_renewed, refusals.hold_lost, refusals.still_checking)),
    ],
    sentences=[
        *(
            Sample(refusals.refusal, (reason, each))
            for reason in refusals.REFUSALS
            for each in (PLAIN, REAL, EVIL_CLINIC)
        ),
        *(
            Sample(refusals.unexplained, (reason, each))
            for reason in (Denial.HIDDEN_CLASH, Denial.TOO_MANY_CLASHES)
            for each in CLINICS
        ),
        *(Sample(refusals.kept, (reason,)) for reason in refusals.CANCEL_REFUSALS),
        *(Sample(refusals.move_refusal, (reason, each)) for reason in refusals.MOVE_REFUSALS for each in CLINICS),
        *(Sample(refusals.not_cancelled, (reason,)) for reason in (None, *refusals.CANCEL_REFUSALS)),
        *(Sample(each) for each in (refusals.checking_cancel, refusals.under_way)),
    ],
)

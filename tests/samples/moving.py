"""Moving a visit."""

from __future__ import annotations

from dataclasses import replace

from bot.fsm import moving as moving_wizard
from bot.views import moving
from services.texts.i18n import Html
from tests.samples.common import EVIL_SLOT, LONGEST_SLOT, LONGEST_VISIT, NOW, Sample, Samples, StepSample, slot
from tests.samples.times import days, doctors, each_place, held_or_not, places, times_of_day, unexplained


def _moves() -> list[StepSample]:
    return [
        StepSample(
            f"{number} {place.clinic.id} {old is None} {state}",
            moving.MoveConfirmation(place, old, held),
            full=not number,
            ordinary=(number, spot, state) == (2, 1, 0),
        )
        for number, at in enumerate((LONGEST_SLOT, EVIL_SLOT, slot(room="")))
        for spot, place in enumerate(places())
        for old in (LONGEST_VISIT.visit, None)
        for state, held in enumerate(held_or_not(at))
    ]


SAMPLES = Samples(
    steps={
        moving_wizard.KIND: {
            "doctor": doctors(),
            "day": days(),
            "time": times_of_day(),
            "unexplained": unexplained(moves=True),
            "confirm": _moves(),
            "giveup": [each for each in _moves() if each.data.old is not None],
            "checking": [
                replace(each, name=f"{each.name} {gives_up}", data=moving.MoveChecking(each.data, gives_up))
                for each in each_place(lambda place: replace(place, moved_from=NOW))
                for gives_up in (True, False)
            ],
        }
    },
    sentences=[
        *(Sample(moving.with_state, (Html("⚠️"),), {"given_up": given_up}) for given_up in (True, False)),
        *(Sample(moving.stopped, (), {"given_up": given_up}) for given_up in (True, False)),
        *(Sample(moving.not_moved, (), {"stands": stands}) for stands in (True, False)),
        Sample(moving.kept),
        Sample(moving.moved, (LONGEST_VISIT.visit, NOW)),
    ],
)

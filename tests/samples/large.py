"""«Крупно»: on and off, and when it has just been chosen."""

from __future__ import annotations

from bot.views import large
from bot.views.screen import Screen
from services.texts.i18n import Texts
from tests.samples.common import NOW, Sample, Samples


def just_chosen(t: Texts, *, on: bool) -> Screen:
    return large.setting(t, NOW, on=on, note=large.chosen(t, on=on))


SAMPLES = Samples(
    screens=[
        *(Sample(large.setting, (NOW,), {"on": on}, ordinary=not on) for on in (False, True)),
        *(Sample(just_chosen, (), {"on": on}, of=large.setting) for on in (False, True)),
    ],
    notes=[Sample(large.chosen, (), {"on": on}) for on in (False, True)],
)

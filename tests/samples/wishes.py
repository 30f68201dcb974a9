"""Where typed wishes lead: each by itself, and as many as are offered at once."""

from __future__ import annotations

from bot.keyboards.kit import button
from bot.topic import Wish
from bot.topics import ALL
from bot.views import wishes
from bot.views.screen import Screen
from services.registry.model import Clinic
from services.texts.i18n import Texts
from tests.samples.common import CLINICS, PLAIN, Sample, Samples

EVERY = [wish for topic in ALL for wish in topic.wishes]


def offers(t: Texts, wanted: list[Wish], clinic: Clinic | None) -> Screen:
    """As `bot.wishes` puts them together."""
    found = [
        wishes.Offer(
            button(t.label(each.label), each.button), t(each.said) if each.said else None, by_phone=each.by_phone
        )
        for each in wanted
    ]
    return wishes.offers(t, found, clinic)


SAMPLES = Samples(
    screens=[
        *(Sample(offers, ([wish], PLAIN), of=wishes.offers, ordinary=True) for wish in EVERY),
        *(
            Sample(offers, (sorted(EVERY, key=lambda each: -len(each.said))[:3], clinic), of=wishes.offers)
            for clinic in (None, *CLINICS)
        ),
        Sample(offers, (EVERY[-3:], None), of=wishes.offers),
    ],
)

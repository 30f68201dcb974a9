"""Documents as files, what is asked before they are sent, and what is told of it."""

from __future__ import annotations

from bot.fsm import documents as wizard
from bot.keyboards.buttons.visits import VisitCard
from bot.views import documents
from services.documents.model import KIND_LENGTH, Subject
from services.notify.model import LetterEnd
from services.texts.i18n import Html, escape
from tests.samples.common import ANNA, EVIL, LONG_NAME, PERSONS, Sample, Samples, StepSample, usual, words
from tests.samples.mail import ADDRESS, EVIL_ADDRESS, LONGEST_ADDRESS

PDF = b"%PDF-1.7"
OF = Subject("w" * KIND_LENGTH, "s" * 12)
WHAT = (Html("Рецепт № 16-0001234"), Html(words(300)), escape(EVIL))
BACK = VisitCard(visit="v" * 12)


def _sending(*addresses: str) -> list[StepSample]:
    whose = (ANNA.full_name, " ".join([LONG_NAME] * 3), EVIL)
    return [
        StepSample(
            f"{address[:9]} {place}",
            documents.Sending(what, whose[place], address),
            full=True,
            ordinary=not place and address in ("", ADDRESS),
        )
        for address in addresses
        for place, what in enumerate(WHAT)
    ]


_ADDRESSES = _sending(ADDRESS, LONGEST_ADDRESS, EVIL_ADDRESS)

SAMPLES = Samples(
    screens=[
        usual(documents.printing, home=False),
        usual(documents.link),
        *(usual(documents.sent, back) for back in (None, BACK)),
        *(usual(documents.not_sent, OF, end) for end in LetterEnd if end is not LetterEnd.SENT),
    ],
    steps={
        wizard.KIND: {
            "known": _ADDRESSES,
            "address": _sending(""),
            "check": _ADDRESSES,
            "sure": _ADDRESSES,
        }
    },
    sentences=[
        *(Sample(each) for each in (documents.used_up, documents.used_up_unconfirmed)),
        *(Sample(each) for each in (documents.not_going, documents.linked)),
    ],
    toasts=[Sample(documents.not_made), Sample(documents.off)],
    documents=[
        Sample(documents.document, (OF, name, what, person, PDF), {"mails": mails})
        for name, what in zip(("recept", "r" * 60, "spravka"), WHAT, strict=True)
        for person in PERSONS
        for mails in (True, False)
    ],
    words=["Рецепт № 16-0001234"],
)

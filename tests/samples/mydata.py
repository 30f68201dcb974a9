"""«О проекте», what is kept, and the end of it."""

from __future__ import annotations

from bot.build import export_words
from bot.views import consent, mydata
from bot.views.screen import Screen
from services.accounts.agreement import PUBLISHED
from services.accounts.model import Consent
from services.mydata.model import Given, Obligations, Planned
from services.personal import Moment, Obligation, ObligationKind
from services.texts.i18n import Html, Texts
from tests.samples.common import (
    ENTRIES,
    EVIL,
    LONG_NAME,
    LONGEST_VISIT,
    NOW,
    SHORT_VISIT,
    Sample,
    Samples,
    usual,
    words,
)

HALF_CANCELLED = (Given(kept=1), Given(over=2, kept=3, checking=4))
_MOMENT = Moment(NOW, "Europe/Moscow")
_OBLIGATIONS = tuple(Obligation(kind, name, _MOMENT) for kind in ObligationKind for name in (None, EVIL, LONG_NAME))
STANDINGS = (
    Obligations(),
    Obligations(answers=False),
    Obligations(planned=tuple(Planned("v", name, _MOMENT) for name in (None, EVIL, *[LONG_NAME] * 9)), answers=False),
    *(Obligations((entry,), others=_OBLIGATIONS) for entry in ENTRIES),
    Obligations((LONGEST_VISIT,) * 12, others=_OBLIGATIONS * 4),
)


def the_consent_itself(t: Texts, version: str) -> Screen:
    """As long as it is in this language."""
    text = consent.consent_text(t, words(300), PUBLISHED.current)
    return mydata.consent_given(t, Consent(version, text, NOW), PUBLISHED.current)


def question_with_every_note(t: Texts, obligations: Obligations) -> Screen:
    """The longest of them."""
    told = [mydata.changed(t), *(mydata.not_cancelled(t, each) for each in HALF_CANCELLED)]
    return mydata.question(t, obligations, NOW, max(told, key=len))


def _my_data() -> list[Sample]:
    """The longest of everything at once, and nothing at all."""
    given = [Consent(version, "<b>Ваш город</b>", NOW) for version in (PUBLISHED.current, "2025-01")]
    todays = given[0]
    return [
        *(usual(mydata.about, mydata.About("Больница", "0.1.0", each, PUBLISHED.current)) for each in (None, todays)),
        usual(mydata.consent_given, todays, PUBLISHED.current),
        *(usual(mydata.question, each, NOW) for each in (Obligations(), Obligations((SHORT_VISIT,)))),
        usual(mydata.erased, Obligations(), NOW, demo=False, home=False),
        *(
            Sample(mydata.about, (mydata.About(name, "0.1.0", each, PUBLISHED.current),))
            for name in ("Больница", EVIL, words(300))
            for each in (None, *given)
        ),
        *(Sample(mydata.consent_given, (each, PUBLISHED.current)) for each in given),
        *(Sample(the_consent_itself, (each.version,), of=mydata.consent_given) for each in given),
        usual(mydata.consent_to_read, Html("<b>Ваш город</b>")),
        *(Sample(mydata.question, (each, NOW)) for each in STANDINGS),
        *(Sample(question_with_every_note, (each,), of=mydata.question) for each in STANDINGS),
        *(Sample(mydata.erased, (each, NOW), {"demo": demo}, False) for each in STANDINGS for demo in (True, False)),
        Sample(mydata.erased, (Obligations(), NOW), {"demo": True, "cancelled": 1}, False),
        *(usual(each) for each in (mydata.exported, mydata.exported_enough, mydata.under_way)),
        usual(mydata.nothing_kept, home=False),
    ]


_EXPORTED = mydata.Exported({"account": {"telegram_chat": "1", "since": NOW, "email": EVIL}, "persons": []}, {}, {})


SAMPLES = Samples(
    screens=_my_data(),
    documents=[Sample(mydata.document, (_EXPORTED, export_words(), NOW))],
    sentences=[Sample(mydata.changed), *(Sample(mydata.not_cancelled, (each,)) for each in HALF_CANCELLED)],
)

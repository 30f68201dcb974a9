"""The consent that comes first."""

from __future__ import annotations

from bot.views import consent
from services.accounts.agreement import PUBLISHED
from services.texts.i18n import LOCALES, Html
from tests.samples.common import EVIL, Sample, Samples, usual, words

SAMPLES = Samples(
    screens=[
        usual(consent.ask, "ГБУЗ «Поликлиника № 1»", PUBLISHED.current, LOCALES, home=False),
        usual(consent.ask_anew, "ГБУЗ «Поликлиника № 1»", PUBLISHED.current, home=False),
        *(
            Sample(consent.ask, (name, PUBLISHED.current, LOCALES), home=False)
            for name in ("Больница", EVIL, words(300))
        ),
        *(
            Sample(consent.whole, (name, PUBLISHED.current), {"anew": anew}, home=False)
            for name in ("Больница", EVIL, words(300))
            for anew in (False, True)
        ),
        usual(consent.refused, home=False),
        *(Sample(consent.ask_anew, (name, PUBLISHED.current), home=False) for name in ("Больница", EVIL)),
        *(
            Sample(consent.ask, ("Больница", PUBLISHED.current, LOCALES, note), home=False)
            for note in (Html("<b>Ваш город</b>"), None)
        ),
    ],
    sentences=[
        *(Sample(each) for each in (consent.demo_operator, consent.still_closed)),
        *(Sample(each, ("Больница", PUBLISHED.current)) for each in (consent.consent_text, consent.short_lines)),
    ],
)

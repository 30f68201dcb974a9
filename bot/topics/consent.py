"""Consent: the first screen."""

from __future__ import annotations

from collections.abc import Mapping

from bot.handlers import consent
from bot.kernel import Kernel
from bot.topic import Topic
from bot.views.export import consent as consent_words


def build(kernel: Kernel) -> Mapping[str, object]:
    return {"consent": consent.ConsentDesk(kernel)}


TOPIC = Topic(
    "consent",
    build=build,
    routes=consent.ROUTES,
    words=(consent_words.WORDS,),
)

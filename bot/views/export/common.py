"""Names that mean the same in the sections of several topics."""

from __future__ import annotations

from bot.views.export.words import ANYWHERE, ExportWords
from services.texts.i18n import N_

WORDS = ExportWords(
    {
        ANYWHERE: {
            "kind": N_("what it is"),
            "status": N_("status"),
            "person": N_("whom it is about"),
            "clinic": N_("clinic"),
            "visit": N_("the visit, as the registry has it now"),
            "visit_at": N_("when the visit begins"),
            "day": N_("day"),
            "at": N_("when"),
            "since": N_("since when"),
            "until": N_("until when"),
            "given_at": N_("when it was given"),
            "asked_at": N_("when it was asked for"),
            "sent_at": N_("when it was sent"),
            "allows": N_("what is allowed"),
            "outcome": N_("what came of it"),
            "refusal": N_("why it was refused"),
            "language": N_("language"),
        }
    }
)

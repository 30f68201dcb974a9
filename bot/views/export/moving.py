"""A booking that is being moved."""

from __future__ import annotations

from bot.views.export.words import ExportWords
from services.texts.i18n import N_

WORDS = ExportWords(
    {
        "answers": {
            "moving": N_("which booking is moved, as the registry calls it"),
            "moved_from": N_("when the booking that is moved begins"),
            "giveup": N_("step “give up the old booking first”"),
            "given_up": N_("whether the old booking goes first"),
        }
    },
    codes={"draft": {"moving": N_("moving a booking")}, "action": {"visit_moved": N_("a visit was moved")}},
)

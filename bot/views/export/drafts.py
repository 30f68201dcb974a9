"""What was begun; what each wizard's answers and kinds mean, its own topic says."""

from __future__ import annotations

from bot.views.export.words import DOCUMENT, ExportWords
from services.texts.i18n import N_

WORDS = ExportWords(
    {
        DOCUMENT: {"drafts": N_("what was begun in the chat")},
        "drafts": {
            "state": N_("state"),
            "touched_at": N_("when it was last changed"),
            "answers": N_("what was chosen and written so far"),
        },
    },
    codes={"draft_state": {"open": N_("not finished"), "done": N_("finished")}},
)

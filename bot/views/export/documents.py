"""Documents that were made, and those that were sent."""

from __future__ import annotations

from bot.views.export.words import DOCUMENT, ExportWords
from services.texts.i18n import N_

WORDS = ExportWords(
    {
        DOCUMENT: {
            "documents": N_("documents that were made for you lately; each is opened in the chat"),
            "documents_by_mail": N_("documents that you have sent by e-mail lately"),
        },
        "documents": {"document": N_("which document it is"), "made_at": N_("when the file was made")},
        "documents_by_mail": {
            "document": N_("which document it is"),
            "address_until_sent": N_("where it is to go; forgotten once it has gone"),
        },
        "answers": {
            "document": N_("which document is to be sent, as it is called here"),
            "offered": N_("whether your own address could be chosen"),
            "known": N_("step “Send it to your address?”"),
            "sure": N_("step “Send it all the same?”"),
        },
    },
    codes={"draft": {"document": N_("sending a document by e-mail")}},
)

"""What is counted of a chat for a while."""

from __future__ import annotations

from bot.views.export.words import DOCUMENT, ExportWords
from services.limits.model import Act
from services.texts.i18n import N_

WORDS = ExportWords(
    {
        DOCUMENT: {"counted": N_("what is counted for a day at most, so that nobody does too much of it")},
        "counted": {"counted_act": N_("what is counted"), "how_much": N_("how much")},
    },
    {
        Act: {
            Act.GUESS: N_("codes that did not fit"),
            Act.GUESS_OF_ALL: N_("codes that did not fit, in all chats"),
            Act.LOOK_UP: N_("people looked up in the registry"),
            Act.CODE: N_("codes made"),
            Act.PERSON: N_("people added to the list"),
            Act.DECLARED_BOOKING: N_("bookings for people whose documents the clinic has not checked"),
            Act.HIDDEN_CLASH: N_("times that could not be booked, and were not explained"),
            Act.REQUEST: N_("requests sent"),
            Act.COST_APPLICATION: N_("applications for a statement of costs"),
            Act.SIGNATURE: N_("files that were checked to be a signature"),
            Act.PHOTO: N_("photos sent"),
            Act.PHOTO_BYTES: N_("photos sent, in bytes"),
            Act.LETTER: N_("letters by e-mail"),
            Act.MAIL_CODE: N_("letters with a code for an e-mail address"),
            Act.MAIL_CODE_TO: N_("letters with a code to one address, from all chats"),
            Act.DOCUMENT_LETTER: N_("documents by e-mail"),
            Act.DOCUMENT_LETTER_UNCONFIRMED: N_("documents by e-mail to addresses that nobody has confirmed"),
            Act.EXPORT: N_("files with all data"),
            Act.HOLD: N_("seconds for which a time was held"),
        }
    },
)

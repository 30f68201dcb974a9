"""Documents: a file that is opened from any card, and what is done with it."""

from __future__ import annotations

from bot.keyboards.data import CallbackData


class DocumentOpen(CallbackData, prefix="do1"):
    """Sends the file. `kind`: a `DocumentSpec`'s; `subject`: a short id, as that kind has it."""

    kind: str
    subject: str


class DocumentPrint(CallbackData, prefix="dp1"):
    """«Распечатать»: says how, beside the file."""

    kind: str
    subject: str


class DocumentMail(CallbackData, prefix="dm1"):
    """«На электронную почту»: asks where to."""

    kind: str
    subject: str

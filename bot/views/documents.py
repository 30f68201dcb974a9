"""Documents: the file in the chat, how to print it, and sending it to an address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.keyboards.buttons.common import Close
from bot.keyboards.buttons.documents import DocumentMail, DocumentOpen, DocumentPrint
from bot.keyboards.data import CallbackData
from bot.keyboards.kit import back_row, button, home_button, markup, side_by_side
from bot.keyboards.markup import Markup
from bot.keyboards.wizard import StepButtons
from bot.views.common import Scene
from bot.views.screen import Document, Screen
from services.accounts.model import Person
from services.documents.model import Subject
from services.documents.notices import DocumentNews
from services.notify.model import LetterEnd
from services.texts.i18n import N_, Html, Texts, blocks, bold, lines

HEADINGS: Mapping[str, str] = {
    DocumentNews.LETTER: N_("Document by e-mail"),
    DocumentNews.NOT_SENT: N_("The document has not gone out by e-mail"),
}
"""What a line of «Уведомления» is headed by."""

_WHY: Mapping[LetterEnd, str] = {
    LetterEnd.NO_MAILBOX: N_("The mail says that there is no such address."),
    LetterEnd.REFUSED: N_("The mail server has not taken the letter."),
    LetterEnd.GIVEN_UP: N_("The mail has not taken the letter for three days."),
    LetterEnd.CLOSED: N_("The document cannot be opened any more."),
}


class SendAct(StrEnum):
    """`YES`: send it; `OTHER`: to another address; `FIX`: the address was misspelt."""

    YES = "yes"
    OTHER = "other"
    FIX = "fix"


@dataclass(frozen=True, slots=True)
class Sending:
    """A document that is about to be sent. `what`: its caption; `whose`: a full name; `address`: where to, if known."""

    what: Html
    whose: str
    address: str = ""


def document(t: Texts, of: Subject, name: str, what: Html, person: Person, pdf: bytes, *, mails: bool) -> Document:
    """The file. `name`: its own, without the ending; `what`: its caption; `mails`: letters can be sent."""
    about = {"kind": of.kind, "subject": of.id}
    return Document(
        f"{name}.pdf",
        pdf,
        _about(t, what, person.full_name),
        markup(
            [button(t.label("✉️ By e-mail"), DocumentMail(**about))] if mails else [],
            [button(t.label("🖨 Print"), DocumentPrint(**about))],
            [button(t.label("✖️ Close the file"), Close())],
        ),
    )


def printing(t: Texts) -> Screen:
    """Beside the file."""
    return Screen(
        t("🖨 Open the file and choose “Print” in its menu. On a phone it may stand under “Share”."),
        markup([button(t.label("✖️ Close"), Close())]),
    )


def not_made(t: Texts) -> str:
    """The toast where the document could not be set."""
    return t.label("The document cannot be made just now. Please try again later.")


def off(t: Texts) -> str:
    """The toast where there is no mail server any more."""
    return t.label("No letters are sent at present.")


def link(t: Texts) -> Screen:
    """For whoever has read the code of a document: the same for all, whether there is such a one or not."""
    return Screen(linked(t), markup([home_button(t)]))


def linked(t: Texts) -> Html:
    return t(
        "Such a code stands on documents of the bot “Nomerok”. A document is opened here, in the bot, by whoever it "
        "was made for."
    )


# --- sending --------------------------------------------------------------------------------------


def known(data: Sending, buttons: StepButtons, scene: Scene) -> Screen:
    """To the account's own address, or to another one?"""
    t = scene.t
    return Screen(
        scene.text(
            lines(bold(t("Send it to {address}?", address=data.address)), _about(t, data.what, data.whose)),
        ),
        markup(
            [button(t.label("✅ Yes, send it"), buttons.act(SendAct.YES))],
            [button(t.label("✏️ To another address"), buttons.act(SendAct.OTHER))],
            back_row(t, buttons.back()),
        ),
    )


def address(data: Sending, buttons: StepButtons, scene: Scene) -> Screen:
    t = scene.t
    return Screen(
        scene.text(
            lines(bold(t("Which e-mail address is the document to go to?")), _about(t, data.what, data.whose)),
            t("For example: anna@example.com"),
        ),
        markup(back_row(t, buttons.back())),
    )


def check(data: Sending, buttons: StepButtons, scene: Scene) -> Screen:
    """The address is shown back before anything goes there."""
    t = scene.t
    return Screen(
        scene.text(
            lines(bold(t("Is the address right?")), bold(data.address), _about(t, data.what, data.whose)),
        ),
        _sending(t, buttons),
    )


def sure(data: Sending, buttons: StepButtons, scene: Scene) -> Screen:
    """Asked once more where nobody has confirmed the address."""
    t = scene.t
    return Screen(
        scene.text(
            lines(
                bold(t("This address is not confirmed. Send the document all the same?")),
                t("Whoever reads this mailbox will read the personal data in it."),
            ),
            lines(bold(data.address), _about(t, data.what, data.whose)),
        ),
        _sending(t, buttons),
    )


def sent(t: Texts, back: CallbackData | None) -> Screen:
    """It is in the outbox. `back`: the card that the document was opened from."""
    return Screen(
        lines(
            Html("✅ ") + t("The document goes out by e-mail."),
            t("If the mail does not take it, we will tell you here."),
        ),
        markup(back_row(t, back)),
    )


def not_sent(t: Texts, of: Subject, end: LetterEnd) -> Screen:
    """A letter that has not arrived."""
    again = [button(t.label("📄 Open the document"), DocumentOpen(kind=of.kind, subject=of.id))]
    return Screen(
        blocks(bold(t(HEADINGS[DocumentNews.NOT_SENT])), Html("⚠️ ") + t(_WHY[end])),
        markup(again if end is not LetterEnd.CLOSED else [], [home_button(t)]),
    )


def used_up(t: Texts) -> Html:
    return Html("⚠️ ") + t("No more documents can be sent by e-mail today. Please try again tomorrow.")


def used_up_unconfirmed(t: Texts) -> Html:
    return Html("⚠️ ") + t(
        "Today no more documents can be sent to addresses that are not confirmed. Please try again tomorrow."
    )


def not_going(t: Texts) -> Html:
    """Sending was given up half-way."""
    return t("The document has not been sent.")


def _sending(t: Texts, buttons: StepButtons) -> Markup:
    return markup(
        *side_by_side(
            button(t.label("✅ Yes, send it"), buttons.act(SendAct.YES)),
            button(t.label("✏️ Correct it"), buttons.act(SendAct.FIX)),
        ),
        back_row(t, buttons.back()),
    )


def _about(t: Texts, what: Html, whose: str) -> Html:
    return lines(bold(what), t("Patient: {name}", name=whose))

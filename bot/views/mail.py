"""E-mail: the address that letters go to, and the two questions that it takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.keyboards.buttons.mail import GO_MAIL, MailRemove
from bot.keyboards.buttons.more import GO_MORE
from bot.keyboards.buttons.wizard import WizardOpen
from bot.keyboards.kit import back_row, button, home_button, markup
from bot.keyboards.wizard import StepButtons
from bot.views.common import Scene
from bot.views.screen import Screen
from services.accounts.model import MailAddress
from services.accounts.notices import AccountNews
from services.notify.model import EmailProblem
from services.texts.i18n import N_, Html, Texts, blocks, bold

HEADINGS: Mapping[str, str] = {AccountNews.MAIL_REFUSED: N_("Letters do not arrive")}
"""What a line of «Уведомления» is headed by."""

PROBLEMS: Mapping[EmailProblem, str] = {
    EmailProblem.NOT_AN_ADDRESS: N_("This is no e-mail address. An example of one: anna@example.com"),
    EmailProblem.NAME_NOT_LATIN: N_("Before the @ sign an address has Latin letters. An example: anna@example.com"),
    EmailProblem.MIXED_LETTERS: N_(
        "Russian and Latin letters are mixed after the @ sign: some of them look the same. Please write the address "
        "anew."
    ),
    EmailProblem.TOO_LONG: N_("The address is too long. Please check it and write it again."),
}
_KIND = "mail"


class MailAct(StrEnum):
    YES = "yes"
    FIX = "fix"


@dataclass(frozen=True, slots=True)
class MailQuestion:
    """`address`: what is to be replaced on the first question, what was typed on the second; None: nothing yet."""

    address: str | None


def mail(t: Texts, address: MailAddress, *, on: bool, note: Html | None = None) -> Screen:
    """Where letters go. `on`: there is a mail server at all."""
    state = t("Letters about bookings come to: {address}", address=bold(address.text))
    if address.refused:
        state = blocks(
            bold(t("Letters do not arrive")),
            Html("⚠️ ") + t("The mail says that there is no such address: {address}", address=bold(address.text)),
            t("Nothing is sent there any more. Your bookings are not touched by this. Please write the address anew."),
        )
    return Screen(
        blocks(
            note or "",
            Html("") if address.refused else bold(t("✉️ E-mail")),
            state,
            "" if on else t("No letters are sent at present."),
        ),
        markup(
            [button(t.label("✏️ Change the address"), WizardOpen(kind=_KIND, anew=True))] if on else [],
            [button(t.label("✖️ No more letters"), MailRemove(sure=False))],
            back_row(t, GO_MORE),
        ),
    )


def none(t: Texts, *, on: bool, note: Html | None = None) -> Screen:
    """No address is given."""
    return Screen(
        blocks(
            note or "",
            bold(t("✉️ E-mail")),
            t("No letters are sent to you. Everything stands here in the chat."),
            "" if on else t("No letters are sent at present."),
        ),
        markup(
            [button(t.label("✏️ Give an address"), WizardOpen(kind=_KIND, anew=True))] if on else [],
            back_row(t, GO_MORE),
        ),
    )


def remove(t: Texts, address: MailAddress) -> Screen:
    """Asked before the address is forgotten."""
    return Screen(
        blocks(
            bold(t("Send no more letters?")),
            t("We will forget the address {address}. Messages here in the chat come as before.", address=address.text),
        ),
        markup(
            [button(t.label("No, go on writing"), GO_MAIL)],
            [button(t.label("Yes, no more letters"), MailRemove(sure=True))],
            [home_button(t)],
        ),
    )


def address(data: MailQuestion, buttons: StepButtons, scene: Scene) -> Screen:
    t = scene.t
    return Screen(
        scene.text(
            bold(t("Which e-mail address?")),
            t(
                "We write when a booking is confirmed, moved or cancelled: with the patient’s name, the doctor, the "
                "time and a file for the calendar."
            ),
            t("Letters come now to: {address}", address=data.address) if data.address else "",
            t("Write the address in a message. For example: anna@example.com"),
        ),
        markup(back_row(t, buttons.back() or GO_MORE)),
    )


def check(data: MailQuestion, buttons: StepButtons, scene: Scene) -> Screen:
    """Nothing is sent before this is answered with yes."""
    t = scene.t
    return Screen(
        scene.text(
            t("We will write to: {address}", address=bold(data.address or "")),
            t("Is everything right? Whoever reads this mailbox will read about the bookings."),
        ),
        markup(
            [button(t.label("✅ Yes, write there"), buttons.act(MailAct.YES))],
            [button(t.label("✏️ Correct"), buttons.act(MailAct.FIX))],
            back_row(t, buttons.back()),
        ),
    )


def problem(t: Texts, found: EmailProblem) -> Html:
    """Why the text is no address."""
    return Html("⚠️ ") + t(PROBLEMS[found])


def saved(t: Texts) -> Html:
    return Html("✅ ") + t("The address is kept.")


def removed(t: Texts) -> Html:
    return Html("✅ ") + t("The address is forgotten.")

"""E-mail: the address that letters go to, and the two questions that it takes: which, and the code sent there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.keyboards.buttons.mail import GO_MAIL, GO_MAIL_CONFIRM, GO_MAIL_LATER, MailRemove
from bot.keyboards.buttons.more import GO_MORE
from bot.keyboards.buttons.wizard import WizardOpen
from bot.keyboards.kit import back_row, button, home_button, markup
from bot.keyboards.wizard import StepButtons
from bot.views.common import Scene
from bot.views.screen import Screen
from services.accounts.model import AwaitedMail, MailAddress, MailCodeProblem, MailCodeState
from services.accounts.notices import AccountNews
from services.notify.model import EmailProblem
from services.texts.i18n import N_, Html, Texts, blocks, bold

HEADINGS: Mapping[str, str] = {
    AccountNews.MAIL_REFUSED: N_("Letters do not arrive"),
    AccountNews.MAIL_CODE: N_("Code for the e-mail address"),
    AccountNews.MAIL_CODE_REFUSED: N_("The letter with the code has not arrived"),
    AccountNews.MAIL_UNCONFIRMED: N_("Please confirm the e-mail address"),
}
"""What a line of «Уведомления» is headed by."""

PROBLEMS: Mapping[EmailProblem, str] = {
    EmailProblem.NOT_AN_ADDRESS: N_("This is no e-mail address. An example of one: anna@example.com"),
    EmailProblem.NAME_NOT_LATIN: N_("Before the @ sign an address has Latin letters. An example: anna@example.com"),
    EmailProblem.MIXED_LETTERS: N_(
        "After the @ sign there are both Russian and Latin letters: some look the same. Please write the address anew."
    ),
    EmailProblem.TOO_LONG: N_("The address is too long. Please check it and write it again."),
}
CODE_PROBLEMS: Mapping[MailCodeProblem, str] = {
    MailCodeProblem.NOT_A_CODE: N_("The code is six digits. You will find it in the letter. For example: 123456"),
    MailCodeProblem.WRONG: N_("The code does not fit. Please look at the letter and write the six digits once more."),
}
"""The others are told by the screen itself."""
_KIND = "mail"


class MailAct(StrEnum):
    """`YES`: the first code, `AGAIN`: one more letter; `FIX`: another address."""

    YES = "yes"
    FIX = "fix"
    AGAIN = "again"


@dataclass(frozen=True, slots=True)
class MailQuestion:
    """`address`: where letters go until there is another; None: nowhere."""

    address: str | None


def mail(
    t: Texts,
    address: MailAddress,
    *,
    on: bool,
    note: Html | None = None,
    awaited: str | None = None,
    back: str | None = None,
) -> Screen:
    """Where letters go. `on`: there is a mail server at all; `awaited`: the address whose code is awaited.

    `back`: the button of where it was opened from, None: «Ещё».
    """
    title = t("✉️ E-mail")
    state = t("Letters about bookings come to: {address}", address=bold(address.text))
    asks = on and not (address.confirmed or address.refused or awaited)
    if not address.confirmed:
        title = t("Please confirm the e-mail address")
        state = blocks(
            t("Your address: {address}", address=bold(address.text)),
            t(
                "We write to confirmed addresses only, so that nobody else reads your letters. They wait, and come "
                "when you have confirmed the address by a code."
            ),
        )
    if address.refused:
        state = blocks(
            bold(t("Letters do not arrive")),
            Html("⚠️ ") + t("The mail says that there is no such address: {address}", address=bold(address.text)),
            t("Nothing is sent there any more. Your bookings are not touched by this. Please write the address anew."),
        )
    return Screen(
        blocks(
            note or "",
            Html("") if address.refused else bold(title),
            state,
            t("We wait for the code that was sent to: {address}", address=bold(awaited)) if on and awaited else "",
            "" if on else t("No letters are sent at present."),
        ),
        markup(
            [button(t.label("✅ Confirm the address"), GO_MAIL_CONFIRM)] if asks else [],
            [button(t.label("🔢 Enter the code"), WizardOpen(kind=_KIND, anew=False))] if on and awaited else [],
            [button(t.label("✏️ Change the address"), WizardOpen(kind=_KIND, anew=True))] if on else [],
            [button(t.label("✖️ No more letters"), MailRemove(sure=False))],
            back_row(t, back or GO_MORE),
        ),
    )


def none(t: Texts, *, on: bool, note: Html | None = None, back: str | None = None) -> Screen:
    """No address is given. `back`: as in `mail`."""
    return Screen(
        blocks(
            note or "",
            bold(t("✉️ E-mail")),
            t("No letters are sent to you. Everything stands here in the chat."),
            "" if on else t("No letters are sent at present."),
        ),
        markup(
            [button(t.label("✏️ Give an address"), WizardOpen(kind=_KIND, anew=True))] if on else [],
            back_row(t, back or GO_MORE),
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
            t("Write the address in a message. For example: anna@example.com"),
            t("Letters come now to: {address}", address=data.address) if data.address else "",
            t(
                "First a letter with a code comes there. Then letters about your bookings, with the patient’s name, "
                "the doctor and the time. Whoever reads this mailbox will read them."
            ),
            t("Letters about bookings of the last three days come at once, too."),
        ),
        markup(back_row(t, buttons.back() or GO_MORE)),
    )


def check(data: AwaitedMail, buttons: StepButtons, scene: Scene) -> Screen:
    """Nothing but the code's letter is sent before it is typed here."""
    t, state = scene.t, data.state
    first = state is MailCodeState.UNSENT
    send = (
        button(t.label("✉️ Send the code"), buttons.act(MailAct.YES))
        if first
        else button(t.label("🔁 Send it again"), buttons.act(MailAct.AGAIN))
    )
    return Screen(
        scene.text(*_asked(t, data)),
        markup(
            [send] if state is not MailCodeState.REFUSED else [],
            [button(t.label("✏️ Change the address"), buttons.act(MailAct.FIX))],
            [button(t.label("Not now"), GO_MAIL_LATER)],
            back_row(t, buttons.back()),
        ),
    )


def _asked(t: Texts, data: AwaitedMail) -> tuple[Html, ...]:
    """The question for the code, or why there is none to be typed."""
    address = bold(data.address)
    match data.state:
        case MailCodeState.SENT:
            return (
                bold(t("Which code is in the letter?")),
                t("We have sent a letter with a code to: {address}", address=address),
                t(
                    "Write the six digits here in a message. The code is good for 30 minutes. No letter? Look into "
                    "“Spam” and check the address."
                ),
            )
        case MailCodeState.UNSENT:
            return (
                bold(t("Please confirm the e-mail address")),
                t("We will send a letter with a code to: {address}", address=address),
                t("Press “✉️ Send the code”, then write the six digits of the letter here."),
            )
        case MailCodeState.REFUSED:
            return (
                bold(t("The letter with the code has not arrived")),
                t("The mail says that there is no such address: {address}", address=address),
                t("Press “✏️ Change the address” and write it anew."),
            )
        case MailCodeState.BURNT:
            over = t("The code did not fit five times, so it is good no longer.")
        case MailCodeState.EXPIRED:
            over = t("The time of the code is over.")
    return (
        bold(over),
        t("The address: {address}", address=address),
        t("Nothing is lost. Press “🔁 Send it again”, and a new code comes by letter."),
    )


def code_refused(t: Texts, address: str, *, on: bool) -> Screen:
    """A letter with a code has found no mailbox."""
    return Screen(
        blocks(
            bold(t("The letter with the code has not arrived")),
            Html("⚠️ ") + t("The mail says that there is no such address: {address}", address=bold(address)),
            t("Please write the address anew."),
        ),
        markup(
            [button(t.label("✏️ Change the address"), WizardOpen(kind=_KIND, anew=True))] if on else [],
            [home_button(t)],
        ),
    )


def problem(t: Texts, found: EmailProblem) -> Html:
    """Why the text is no address."""
    return Html("⚠️ ") + t(PROBLEMS[found])


def code_problem(t: Texts, found: MailCodeProblem) -> Html | None:
    """Why what was typed is not the code; None where the screen says so."""
    return Html("⚠️ ") + t(CODE_PROBLEMS[found]) if found in CODE_PROBLEMS else None


def used_up(t: Texts) -> Html:
    """No more letters with a code today; whether by this chat or to this address is not told."""
    return Html("⚠️ ") + t(
        "No more letters with a code can be sent today. A code that has come is still good. Please try again tomorrow."
    )


def sent_again(t: Texts) -> Html:
    return Html("✅ ") + t("The letter has been sent once more.")


def confirmed(t: Texts) -> Html:
    """What was booked before that is told of now (`Outbox.add_letters`)."""
    return blocks(
        Html("✅ ") + t("The address is confirmed."),
        t("If there were bookings in the last three days, letters about them are on their way."),
    )


def known(t: Texts) -> Html:
    return Html("✅ ") + t("This address is confirmed already.")


def later(t: Texts, back: str | None) -> Screen:
    """`back`: as in `mail`."""
    said = t("The e-mail address is not confirmed yet. To write the code later, open “☰ More” and “✉️ E-mail”.")
    return Screen(said, markup(back_row(t, back or GO_MORE)))


def removed(t: Texts) -> Html:
    return Html("✅ ") + t("The address is forgotten.")

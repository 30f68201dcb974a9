"""Help: a page a topic; what can be done here, what to press, and which page of Gosuslugi tells the rest.

The pages of Gosuslugi are those that the portals' own instruction names.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.keyboards.buttons.access import HowToConfirm
from bot.keyboards.buttons.booking import GO_BOOKING
from bot.keyboards.buttons.family import GO_POLICIES
from bot.keyboards.buttons.help import GO_HELP, HelpPage, HelpTopic
from bot.keyboards.buttons.more import GO_MORE
from bot.keyboards.buttons.wizard import WizardOpen
from bot.keyboards.data import CallbackData
from bot.keyboards.help import TOPICS, topic_row
from bot.keyboards.kit import Row, back_row, button, markup
from bot.keyboards.visits import my_bookings
from bot.views.screen import Screen
from services.registry.model import ADULT_AGE
from services.texts.i18n import Html, Texts, blocks, bold, escape, lines

_FAQ = "www.gosuslugi.ru/help/faq/"
REGISTER_PAGE = f"{_FAQ}login/1"
CENTRE_PAGE = f"{_FAQ}login/70000002"
BANK_PAGE = f"{_FAQ}login/2"
POST_PAGE = f"{_FAQ}login/2752"
CHILD_POLICY_PAGE = f"{_FAQ}oms/3212"


def show(t: Texts, entries: Sequence[Row], unfinished: str | None = None, *, guest: bool) -> Screen:
    """The list of pages, `entries` below; the page of signing up leads to that of confirming.

    `unfinished`: the kind of wizard that was left half-way, to go back to; `guest`: to whom «Ещё» is not open yet.
    """
    return Screen(
        lines(bold(t("Help")), _emergency(t)),
        markup(
            _go_on(t, unfinished),
            *(topic_row(t, each) for each in TOPICS if each is not HelpPage.CONFIRM),
            *entries,
            back_row(t, None if guest else GO_MORE),
        ),
    )


def topic(
    t: Texts,
    chosen: HelpPage,
    commands: Sequence[tuple[str, str]],
    own_word_from: int,
    unfinished: str | None = None,
    person: str | None = None,
) -> Screen:
    """One page. `person`: whose «Как подтвердить» it was opened from.

    `commands`: every command of the chat and what it does, an msgid. `own_word_from`: the age from which parents need a
    teenager's own consent here.
    """
    if chosen is HelpPage.LOST:
        text, buttons = _when_lost(t, commands)
    elif chosen is HelpPage.FAMILY:
        text, buttons = _family(t, own_word_from)
    else:
        text, buttons = _PAGES[chosen](t)
    return Screen(
        blocks(bold(t(TOPICS[chosen])), text),
        markup(_go_on(t, unfinished), *buttons, back_row(t, _before(chosen, person))),
    )


def _before(chosen: HelpPage, person: str | None) -> CallbackData:
    """What leads to a page: a person's «Как подтвердить», the page of signing up, or the list of pages."""
    if person:
        return HowToConfirm(person=person)
    return HelpTopic(topic=HelpPage.REGISTER, person=None) if chosen is HelpPage.CONFIRM else GO_HELP


def _book(t: Texts) -> tuple[Html, list[Row]]:
    return (
        blocks(
            lines(
                t("1. Press “🩺 Book a doctor”."),
                t("2. Choose who it is for, the clinic, the specialist and the time."),
                t("3. Check all and press “Yes, I confirm”."),
            ),
            t("We will remind you on the eve of the visit and two hours before it."),
            t("No free times? New ones appear every day, usually in the morning."),
        ),
        [[button(t.label("🩺 Book a doctor"), GO_BOOKING)]],
    )


def _change(t: Texts) -> tuple[Html, list[Row]]:
    return (
        blocks(
            t("Press “📋 My bookings” and open the booking."),
            t(
                "To another time: press “🔁 Move the booking” and choose a time. The old booking stands until the new "
                "one is made."
            ),
            t("To cancel: press “✖️ Cancel the booking”, then “Yes, cancel”."),
            t("A visit that has begun can be neither moved nor cancelled."),
        ),
        [[my_bookings(t)]],
    )


def _family(t: Texts, own_word_from: int) -> tuple[Html, list[Row]]:
    return (
        blocks(
            t("Press “👪 Policies”, then “➕ Add”."),
            lines(
                t("At first you see only the bookings made here. To see all of them:"),
                t("• a child: show the birth certificate at the clinic’s desk;"),
                t("• an adult, or a teenager from {age}: they open access in their own chat.", age=own_word_from)
                if own_word_from < ADULT_AGE
                else t("• an adult: they open access in their own chat."),
            ),
            t("More stands on the person’s card: “🔎 How to confirm”."),
        ),
        [[button(t.label("👪 Policies"), GO_POLICIES)]],
    )


def _policy(t: Texts) -> tuple[Html, list[Row]]:
    return (
        blocks(
            _page(t("Any insurance company makes the policy, and so does Gosuslugi. It is free."), CHILD_POLICY_PAGE),
            lines(
                t("Take along: the birth certificate, your passport, and SNILS, if there is one."),
                t(
                    "Until the policy is made, a newborn is treated on the policy of the mother, the father or a "
                    "guardian."
                ),
            ),
            t("When you have the number, add the child:"),
        ),
        [[button(t.label("👪 Policies"), GO_POLICIES)]],
    )


def _register(t: Texts) -> tuple[Html, list[Row]]:
    return (
        blocks(
            t("Gosuslugi is the state’s portal. You can book a doctor here without an account there."),
            t("Have your passport, SNILS and phone at hand."),
            _page(t("Step by step:"), REGISTER_PAGE),
            t("Then confirm the account: without that only a part of the services is open."),
        ),
        [topic_row(t, HelpPage.CONFIRM)],
    )


def _confirm(t: Texts) -> tuple[Html, list[Row]]:
    return (
        blocks(
            t("It opens all services of the portal. There are three ways:"),
            lines(
                _page(t("1. At a service centre, with passport and SNILS:"), CENTRE_PAGE),
                _page(t("2. Through your bank, from home:"), BANK_PAGE),
                _page(t("3. By post, a letter brings a code:"), POST_PAGE),
            ),
            t("For this chat documents are shown at the clinic’s desk: see “🔎 How to confirm” on the person’s card."),
        ),
        [],
    )


def _when_lost(t: Texts, commands: Sequence[tuple[str, str]]) -> tuple[Html, list[Row]]:
    return (
        blocks(
            _lost(t),
            t("What you have chosen is kept. Nothing is booked or cancelled until you press “Yes”."),
            lines(
                *(t("/{name} – {does}", name=name, does=t.label(does)) for name, does in commands),
            ),
            _emergency(t),
        ),
        [],
    )


_PAGES = {
    HelpPage.BOOK: _book,
    HelpPage.CHANGE: _change,
    HelpPage.POLICY: _policy,
    HelpPage.REGISTER: _register,
    HelpPage.CONFIRM: _confirm,
}


def _page(what: Html, address: str) -> Html:
    """A page of Gosuslugi: what it tells, and where it is."""
    return lines(what, escape(address))


def _lost(t: Texts) -> Html:
    return t("“⬅️ Back” returns to the previous question, “🏠 Main menu” leads to the beginning.")


def _emergency(t: Texts) -> Html:
    return Html("🚑 ") + t("In an emergency call 103 or 112.")


def _go_on(t: Texts, unfinished: str | None) -> Row:
    return [button(t.label("▶️ Go on"), WizardOpen(kind=unfinished, anew=False))] if unfinished else []

"""Help: a page a topic; what can be done here, what to press, and which page of Gosuslugi tells the rest.

The pages of Gosuslugi are those that the portals' own instruction names.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.keyboards.buttons.access import HowToConfirm
from bot.keyboards.buttons.booking import GO_BOOKING
from bot.keyboards.buttons.family import GO_POLICIES
from bot.keyboards.buttons.help import GO_HELP, HelpPage
from bot.keyboards.buttons.visits import Tab, VisitList
from bot.keyboards.buttons.wizard import WizardOpen
from bot.keyboards.help import TOPICS, topic_row
from bot.keyboards.kit import Row, back_row, button, home_button, markup
from bot.views.screen import Screen
from services.registry.model import ADULT_AGE
from services.texts.i18n import Html, Texts, blocks, bold, lines

_FAQ = "www.gosuslugi.ru/help/faq/"
REGISTER_PAGE = f"{_FAQ}login/1"
CENTRE_PAGE = f"{_FAQ}login/70000002"
BANK_PAGE = f"{_FAQ}login/2"
POST_PAGE = f"{_FAQ}login/2752"
CHILD_POLICY_PAGE = f"{_FAQ}oms/3212"


def show(t: Texts, entries: Sequence[Row], unfinished: str | None = None) -> Screen:
    """The list of pages, `entries` below. `unfinished`: the kind of wizard that was left half-way, to go back to."""
    return Screen(
        blocks(bold(t("Help")), t("What do you want to know? Press a button."), _lost(t), _emergency(t)),
        markup(
            _go_on(t, unfinished),
            *(topic_row(t, each) for each in TOPICS),
            *entries,
            [home_button(t)],
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
    """One page. `person`: whose «Как подтвердить» it was opened from; else «Назад» leads to the list of pages.

    `commands`: every command of the chat and what it does, an msgid. `own_word_from`: the age from which parents need a
    teenager's own consent here.
    """
    if chosen is HelpPage.LOST:
        text, buttons = _when_lost(t, commands)
    elif chosen is HelpPage.FAMILY:
        text, buttons = _family(t, own_word_from)
    else:
        text, buttons = _PAGES[chosen](t)
    back = HowToConfirm(person=person) if person else GO_HELP
    return Screen(
        blocks(bold(t(TOPICS[chosen])), text),
        markup(_go_on(t, unfinished), *buttons, back_row(t, back)),
    )


def _book(t: Texts) -> tuple[Html, list[Row]]:
    return (
        blocks(
            lines(
                t("1. Press “🏠 Main menu”, then “🩺 Book a doctor”."),
                t("2. Choose who the visit is for, the clinic, the specialist and the time."),
                t("3. Check everything and press “Yes, I confirm”. You will get a ticket with a number."),
            ),
            t("I will remind you on the eve of the visit and two hours before it."),
            t(
                "If there are no free times: new ones appear every day, usually in the morning. You can also call the "
                "clinic."
            ),
        ),
        [[button(t.label("🩺 Book a doctor"), GO_BOOKING)]],
    )


def _change(t: Texts) -> tuple[Html, list[Row]]:
    return (
        blocks(
            t("Press “📋 My bookings” and open the visit."),
            lines(
                t("To another time: press “🔁 Move the booking” and choose a time."),
                t("The old booking stands until the new one is made."),
            ),
            lines(
                t("To give it up: press “✖️ Cancel the booking”, then “Yes, cancel”."),
                t("Somebody else can take the time then."),
            ),
            t("A visit that has begun can be neither moved nor cancelled."),
        ),
        [[button(t.label("📋 My bookings"), VisitList(tab=Tab.UPCOMING, page=0))]],
    )


def _family(t: Texts, own_word_from: int) -> tuple[Html, list[Row]]:
    return (
        blocks(
            t(
                "You can book a child, husband or wife, parents and others from one chat: press “👪 Policies”, then "
                "“➕ Add”."
            ),
            t("At first you see only the visits that were booked from this chat. To see all of them:"),
            lines(
                t("• a child: show the birth certificate at the desk of the child’s clinic and get a code;"),
                t(
                    "• an adult, or a teenager from {age}: they open access themselves, in their own chat.",
                    age=own_word_from,
                )
                if own_word_from < ADULT_AGE
                else t("• an adult: they open access themselves, in their own chat."),
            ),
            t("What to bring stands on the person’s card, under “🔎 How to confirm”."),
        ),
        [[button(t.label("👪 Policies"), GO_POLICIES)]],
    )


def _policy(t: Texts) -> tuple[Html, list[Row]]:
    return (
        blocks(
            t("The policy is free. Any insurance company of your region makes it, and so does Gosuslugi."),
            t("Take along: the child’s birth certificate, your passport, and SNILS of both, if there is one."),
            t(
                "Until the policy is made, a newborn is treated on the policy of the mother or of another legal "
                "representative."
            ),
            _page(t, t("How to get a policy for a child, step by step"), CHILD_POLICY_PAGE),
            t("When you have the number, add the child here: “👪 Policies”, then “➕ Add”."),
        ),
        [[button(t.label("👪 Policies"), GO_POLICIES)]],
    )


def _register(t: Texts) -> tuple[Html, list[Row]]:
    return (
        blocks(
            t("Gosuslugi is the state’s portal. Booking here needs no account there; other services of the portal do."),
            t("Have your passport, SNILS and phone at hand."),
            _page(t, t("Signing up, step by step"), REGISTER_PAGE),
            t("Then confirm the account: without that only a part of the services is open."),
        ),
        [topic_row(t, HelpPage.CONFIRM)],
    )


def _confirm(t: Texts) -> tuple[Html, list[Row]]:
    return (
        blocks(
            t("A confirmed account at Gosuslugi opens all services of the portal. Confirm it in one of three ways:"),
            _page(t, t("1. At a service centre: come with your passport and SNILS"), CENTRE_PAGE),
            _page(t, t("2. Through your bank: in its application or on its site, from home"), BANK_PAGE),
            _page(t, t("3. By Russian Post: a letter brings a code, enter it on the portal"), POST_PAGE),
            t(
                "This chat is another matter: here documents are confirmed at the desk of your clinic. See "
                "“👪 Policies”, the person’s card, “🔎 How to confirm”."
            ),
        ),
        [topic_row(t, HelpPage.REGISTER)],
    )


def _when_lost(t: Texts, commands: Sequence[tuple[str, str]]) -> tuple[Html, list[Row]]:
    return (
        blocks(
            _lost(t),
            t("What you have chosen is kept: come back and go on from the same place."),
            t("Nothing is booked or cancelled until you press “Yes”."),
            lines(
                bold(t("Commands: they can be written at any time")),
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


def _page(t: Texts, what: Html, address: str) -> Html:
    """A page of Gosuslugi: what it tells, and where it is."""
    return lines(what, t("Page of Gosuslugi: {address}", address=address))


def _lost(t: Texts) -> Html:
    return t("“⬅️ Back” returns to the previous question, “🏠 Main menu” leads to the beginning.")


def _emergency(t: Texts) -> Html:
    return Html("🚑 ") + t("In an emergency call 103 or 112.")


def _go_on(t: Texts, unfinished: str | None) -> Row:
    return [button(t.label("▶️ Go on"), WizardOpen(kind=unfinished, anew=False))] if unfinished else []

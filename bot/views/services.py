"""«Услуги»: services by their full names, their terms, and what is said where the account's level is not enough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.keyboards.buttons.access import GO_ENTER_CODE, HowToConfirm
from bot.keyboards.buttons.common import Go
from bot.keyboards.buttons.services import GO_SERVICES, ServiceList, ServiceTerms
from bot.keyboards.data import CallbackData
from bot.keyboards.kit import LABEL, Row, back_row, button, markup, page_of
from bot.keyboards.layout import Layout
from bot.views.lists import Item, Listing, Whose, draw
from bot.views.screen import Screen
from services.accounts.model import Action, Area, Person
from services.accounts.rights import Shut, why_shut
from services.texts.i18n import N_, Html, Texts, blocks, bold, lines

NAME_LENGTH = 16
"""Of a service's short name, in characters: buttons bear it."""


class Level(StrEnum):
    """Which account a service is for, in the portal's words."""

    SIMPLE = "simple"
    CONFIRMED = "confirmed"


_FOR_WHOM = {
    Level.SIMPLE: N_("Free. A simplified account is enough."),
    Level.CONFIRMED: N_("Free. A confirmed account is needed."),
}


@dataclass(frozen=True, slots=True)
class Service:
    """A service, in words.

    `name`: as buttons bear it; `title`: its full name, `short`: what a button may call it; `about`: its terms, a
    sentence each; all msgids. `opens`: what «Получить услугу» leads to. `ValueError` for a name that is too long.
    """

    name: str
    title: str
    short: str
    level: Level
    about: Sequence[str]
    opens: CallbackData

    def __post_init__(self) -> None:
        if len(self.name) > NAME_LENGTH:
            raise ValueError(f"{self.name!r} is too long a name for a service")


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands on the terms besides: a text, and rows of buttons."""

    told: Html = field(default_factory=Html)
    rows: Sequence[Row] = ()


def services(t: Texts, found: Sequence[Service], shown: Whose, page: int, *, layout: Layout) -> Screen:
    """All of them, by their full names."""
    return draw(
        t,
        Listing(
            title=t.label("🏛 Services"),
            items=[_item(t, each) for each in page_of(found, page, layout.page)],
            page=page,
            total=len(found),
            count=t("Services in all: {count}", count=len(found)),
            nothing=t("No data. Services that can be had here will appear here."),
            turned=lambda each: ServiceList(page=each),
            size=layout.page,
            whose=shown,
        ),
    )


def terms(t: Texts, service: Service, beside: Beside) -> Screen:
    return Screen(
        blocks(
            lines(bold(t(service.title)), *(t(each) for each in service.about), t(_FOR_WHOM[service.level])),
            beside.told,
        ),
        markup(
            [button(t.label("▶️ Get the service"), service.opens)],
            *beside.rows,
            back_row(t, GO_SERVICES),
        ),
    )


def not_reached(t: Texts, service: Service, action: Action, person: Person, shown: Whose, now: datetime) -> Screen:
    """The account's level is not enough for this person: which is needed, why, and how it is reached."""
    why = why_shut(person, Area.INSURANCE, action, now)
    by_papers = why is Shut.DECLARED
    return Screen(
        blocks(
            lines(bold(t(service.title)), t("Patient: {name}", name=bold(shown.name))),
            _why(t, why, person),
            _ways(t) if by_papers else "",
        ),
        markup(
            [button(t.label("🔑 Enter a code"), GO_ENTER_CODE)] if by_papers else [],
            [button(t.label("🔎 How to confirm"), HowToConfirm(person=person.id))],
            [button(t.label("👤 Change person"), shown.change)] if shown.change is not None else [],
            back_row(t, ServiceTerms(service=service.name)),
        ),
    )


def went_on(screen: Screen, way: Row) -> Screen:
    """The same with the way back to a service that was wanted, above all other buttons."""
    return Screen(screen.text, markup(way, *screen.markup.inline_keyboard), screen.picture, screen.stays)


def way_back(t: Texts, service: Service) -> Row:
    return [button(t.label("▶️ {service}", service=t.label(service.short)), service.opens)]


def section(opens: CallbackData) -> Go:
    """The screen of a service, as «Сменить» comes back to it."""
    assert isinstance(opens, Go), "only a screen that needs nothing but its name shows the active person"
    return opens


def _item(t: Texts, service: Service) -> Item:
    """A name that a button bears whole needs no line."""
    title, opens = t.label(service.title), ServiceTerms(service=service.name)
    if len(title) <= LABEL:
        return Item((), title, opens)
    return Item([t(service.title)], (title, t.label(service.short)), opens)


def _why(t: Texts, why: Shut, person: Person) -> Html:
    match why:
        case Shut.OVER:
            return t("The access is over: nothing of this person is seen from here any more.")
        case Shut.OWN_WORD:
            return t(
                "From the age of {age} the teenager’s own word comes first. They get this service in their own chat, "
                "or open it to you on the screen “Who has access”.",
                age=person.own_word_from,
            )
        case Shut.CONSENT:
            return t(
                "This person has not opened their insurance to you. They can open it in their own chat, on the screen "
                "“Who has access”."
            )
        case Shut.ONLY_SEEN:
            return t("You may look, but the application is made by the person alone, in their own chat.")
        case Shut.DECLARED:
            return t("A confirmed account is needed. So far the data are only typed.")


def _ways(t: Texts) -> Html:
    return lines(
        t("Show your documents at the clinic’s desk, you will get a code. Then you come back to this service."),
        t("On Gosuslugi it is confirmed in three ways: at a centre, through a bank, by post."),
    )

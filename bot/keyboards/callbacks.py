"""Every callback prefix of the bot, in one register.

A prefix carries the number of its layout: adding a field to a button makes a new prefix, so that buttons of
years ago are either understood or answered by `handlers.last`. Values are short stable ids, never personal data.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

PageNumber = Annotated[int, Field(ge=0, le=99_999)]
"""A page of a list. A number that no list of ours has makes a button that nobody knows."""
CoversBits = Annotated[int, Field(ge=0, le=3)]
Months = Annotated[int, Field(ge=1, le=12)]


class Page(StrEnum):
    """Screens that need nothing but their name."""

    HOME = "home"
    HELP = "help"
    LANGUAGE = "lang"
    FORM = "form"
    BOOKING = "book"
    DEMO_FAMILY = "family"
    ENTER_CODE = "code"
    GRANTS = "grants"
    MORE = "more"
    POLICIES = "pol"
    ADD_PERSON = "add"
    PROBLEM = "problem"
    FEEDBACK = "feedback"
    MAIL = "mail"
    ABOUT = "about"
    CONSENT = "agreed"
    EXPORT = "export"
    ERASE = "erase"


class Tab(StrEnum):
    """Halves of «Мои записи»."""

    UPCOMING = "up"
    PAST = "past"


class Topic(StrEnum):
    """Pages of help."""

    BOOK = "book"
    CHANGE = "change"
    FAMILY = "family"
    REGISTER = "reg"
    CONFIRM = "conf"
    POLICY = "pol"
    LOST = "lost"


class Verb(StrEnum):
    """What a wizard's button does: choose an option by its place, act by name, turn a page, go back."""

    OPTION = "o"
    ACT = "a"
    PAGE = "p"
    BACK = "b"


class Way(StrEnum):
    """How data are erased: visits ahead are cancelled first, or left as they stand."""

    CANCEL = "c"
    LEAVE = "l"


class Go(CallbackData, prefix="g1"):
    to: Page


class WizardPress(CallbackData, prefix="w1"):
    draft: str
    step: str
    version: int
    verb: Verb
    arg: str


class WizardOpen(CallbackData, prefix="wo1"):
    """Opens a wizard where it was left, or anew."""

    kind: str
    anew: bool


class BookByLink(CallbackData, prefix="bl1"):
    """Begins a booking where a link leads; `sure`: the one that was left half-way is given up for it.

    `payload`: the link's own (`services.booking.links`), 58 characters at most.
    """

    payload: str
    sure: bool


class ConsentPress(CallbackData, prefix="cs2"):
    """`locale` is the language that the text was read in, `digest` says which text it was."""

    agree: bool
    locale: str
    digest: str


class ConsentAgain(CallbackData, prefix="ca1"):
    locale: str


class SetLocale(CallbackData, prefix="sl1"):
    locale: str


class VisitList(CallbackData, prefix="vl1"):
    tab: Tab
    page: PageNumber


class VisitCard(CallbackData, prefix="vc1"):
    visit: str


class VisitVenue(CallbackData, prefix="vv1"):
    visit: str


class VisitCalendar(CallbackData, prefix="vk1"):
    """«В календарь»: the visit's calendar file, or the one that takes it out again."""

    visit: str


class VisitCancel(CallbackData, prefix="vx1"):
    """«Отменить запись»; `sure`: the question has been answered with yes."""

    visit: str
    sure: bool


class VisitMove(CallbackData, prefix="vr1"):
    visit: str


class VisitAgain(CallbackData, prefix="va1"):
    """«Записаться ещё раз»: the same specialist for the same person; `soonest`: at the nearest time."""

    visit: str
    soonest: bool


class VisitReply(CallbackData, prefix="vy1"):
    """«Приду» of a reminder."""

    visit: str


class NotificationList(CallbackData, prefix="nl1"):
    page: PageNumber


class NotificationOpen(CallbackData, prefix="no1"):
    notification: str


class NotificationReadAll(CallbackData, prefix="nr1"):
    """«Прочитать все»; the list stays on its page."""

    page: PageNumber


class RegionList(CallbackData, prefix="rl1"):
    """The read-only directory: regions that have clinics."""

    page: PageNumber


class ClinicList(CallbackData, prefix="cl1"):
    region: str
    page: PageNumber


class ClinicCard(CallbackData, prefix="cc1"):
    clinic: str


class ClinicVenue(CallbackData, prefix="cv1"):
    clinic: str


class Close(CallbackData, prefix="xv1"):
    """Takes a venue, a photo or a file away, so that the screen above it is the last message again."""


class PolicyList(CallbackData, prefix="pl1"):
    """«Полисы»: everybody on the account's list."""

    page: PageNumber


class PersonCard(CallbackData, prefix="pc1"):
    """Opens a person's card, and makes the person the active one."""

    person: str


class PersonPolicy(CallbackData, prefix="pv1"):
    """What the mark beside the policy means, or what to do without a policy."""

    person: str


class PersonBook(CallbackData, prefix="pb1"):
    """«Записать к врачу»."""

    person: str


class PersonEdit(CallbackData, prefix="pe1"):
    person: str


class PersonRemove(CallbackData, prefix="pr1"):
    """Takes a person off the list; `sure`: the question has been answered with yes."""

    person: str
    sure: bool


class HelpTopic(CallbackData, prefix="ht1"):
    """A page of help. `person`: whose «Как подтвердить» it was opened from, to go back there."""

    topic: Topic
    person: str | None


class HowToConfirm(CallbackData, prefix="hc1"):
    """What confirms this person: documents at the clinic's desk, or their own consent."""

    person: str


class GrantList(CallbackData, prefix="gl1"):
    """«Кому открыт доступ»."""

    page: PageNumber


class GrantDraft(CallbackData, prefix="gd1"):
    """What a consent is to allow, as ticked so far. `covers`: 1 to see, 2 to manage; `months`: for how long."""

    covers: CoversBits
    months: Months


class GrantCode(CallbackData, prefix="gk1"):
    """«Получить код»."""

    covers: CoversBits
    months: Months


class GrantRevoke(CallbackData, prefix="gr1"):
    """Ends a consent; `sure`: the question has been answered with yes."""

    grant: str
    sure: bool


class RequestList(CallbackData, prefix="ql1"):
    """«Статусы заявлений»."""

    page: PageNumber


class RequestCard(CallbackData, prefix="qc1"):
    request: str


class RequestText(CallbackData, prefix="qt1"):
    """The whole text of a request whose card has no room for it."""

    request: str
    page: PageNumber


class RequestPhoto(CallbackData, prefix="qp1"):
    """Shows a photo of a request, by its place, below the card."""

    request: str
    place: PageNumber


class MailRemove(CallbackData, prefix="mr1"):
    """No more letters; `sure`: the question has been answered with yes."""

    sure: bool


class EraseMe(CallbackData, prefix="em1"):
    """Erases the account; `digest` says which visits ahead had been read of."""

    way: Way
    digest: str


class Idle(CallbackData, prefix="id1"):
    """A cell that only stands in a table (a weekday, a page number)."""

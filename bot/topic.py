"""A topic is one declaration: what it builds, which buttons it takes, what it tells, keeps and does by the clock.

`bot/topics/<topic>.py` holds it, `bot/topics/__init__.py` lists all of them, `bot/build.py` makes a house of the list.
Functions ask for services by the names of their keyword-only parameters (`bot.kernel.bind`).
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from aiogram.fsm.state import StatesGroup

from bot.fsm.wizard import Table
from bot.keyboards.buttons.notifications import NotificationList, NotificationOpen
from bot.keyboards.data import CallbackData
from bot.keyboards.layout import Layout, layout_of
from bot.operator import Operator
from bot.routing import Handler, Route
from bot.views.export.words import ExportWords
from bot.views.screen import Screen
from bot.views.services import Beside, Service
from services.accounts.model import Account, Area, Person
from services.cases.model import Case, CaseKind, StaffStep, check_staff
from services.clock import Clock
from services.documents.model import Sheet
from services.drafts.model import Draft
from services.imports.columns import Format
from services.imports.importing import Importer
from services.notify.model import Letter
from services.notify.outbox import Outbox
from services.personal import PersonalData, RestsOnRights
from services.registry.following import Followed
from services.searches.model import LONGEST_LIST
from services.texts.dates import MOSCOW
from services.texts.i18n import Html, Texts

Revived = Callable[..., Awaitable[None]]
"""Tells whoever lets the bot in again what was missed; takes the bot and the account."""
Build = Callable[..., Mapping[str, object]]
"""Takes the kernel and services of topics listed before; gives the topic's own services by their names."""


async def never_kept(_t: Texts, _draft: Draft) -> Html | None:
    """A wizard that can be given up at any moment."""
    return None


def says_nothing(_t: Texts, _draft: Draft) -> Html | None:
    """A wizard that has no word of its own for being given up."""
    return None


@dataclass(frozen=True, slots=True)
class WizardSpec:
    """A wizard: its table of steps and what is around it.

    `kind`: as drafts and buttons name it; `form`: the states of its steps; `lifetime`: how long a draft is kept after
    the last touch; `table`: makes its steps. `begin`: «Начать заново» (takes the visitor). `kept`: why /cancel cannot
    end it now (takes texts and the draft), None: it can; `stopped`: what is said when it has.
    """

    kind: str
    form: type[StatesGroup]
    lifetime: timedelta
    table: Callable[..., Table]
    begin: Handler
    kept: Callable[..., Awaitable[Html | None]] = never_kept
    stopped: Callable[[Texts, Draft], Html | None] = says_nothing


class Place(StrEnum):
    """Where an entry stands."""

    HOME = "home"
    MORE = "more"
    RECORD = "record"
    HELP = "help"


@dataclass(frozen=True, slots=True)
class Entry:
    """A button of Home, «Ещё», «Медкарта» or help that leads into the topic.

    `label`: an msgid; `rank`: its row, from above; those of one rank stand side by side. `when`: whether it stands
    there now (takes the visitor); `about`: what «Ещё» or «Медкарта» says of it beside its name. `count`: how many new
    things there are (takes the visitor), which `counted`, an msgid with {count}, says in the label's stead where there
    are any.
    """

    place: Place
    label: str
    button: CallbackData
    rank: int
    about: str = ""
    when: Callable[..., Awaitable[bool]] | None = None
    count: Callable[..., Awaitable[int]] | None = None
    counted: str = ""


@dataclass(frozen=True, slots=True)
class ServiceSpec:
    """A service of «Услуги». `rank`: its place there; `when`: whether it stands there now, `beside`: what stands on its
    terms besides (`bot.views.services.Beside`); both take the visitor.
    """

    service: Service
    rank: int
    when: Callable[..., Awaitable[bool]] | None = None
    beside: Callable[..., Awaitable[Beside]] | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """What people type who want something of the topic, where no question is open.

    `words`: the section of its phrases in the topic's file of `services/texts/words`. `label`, `button`, `when`: as of
    an `Entry`; `leads`: where the button leads for this visitor in the stead of `button` (takes the visitor), None:
    there. `said`: an msgid, what is to be known of it. `by_phone`: what helps is a call to the clinic, whose phone is
    told. `yields`: it is meant only where nothing else is.
    """

    words: str
    label: str
    button: CallbackData
    leads: Callable[..., Awaitable[CallbackData | None]] | None = None
    when: Callable[..., Awaitable[bool]] | None = None
    said: str = ""
    by_phone: bool = False
    yields: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """A command of the chat, `/name`. `does`: an msgid, as Telegram's menu and help tell it; `rank`: its place there.

    `handler` takes the visitor and what stood behind the command; `guests`: open to those without consent.
    """

    name: str
    does: str
    rank: int
    handler: Handler
    guests: bool = False


@dataclass(frozen=True, slots=True)
class Saying:
    """What people type in the stead of a press: one of these words, and nothing else. `handler` takes the visitor.

    `words`: an msgid, with commas between; those of every language are heard, with a full stop too. `anywhere`: they
    answer no question of ours, so they are heard while a wizard awaits typed text, too; the others only where none
    does.
    """

    words: str
    handler: Handler
    anywhere: bool = False


@dataclass(frozen=True, slots=True)
class StartLink:
    """What a link to the bot may bring behind `/start`.

    `read`: the payload as this topic knows it, None: it is not its. `keep`: for a guest, it waits for consent (takes
    the visitor and what was read); `take`: what has waited (takes the visitor), once. `follow`: goes where it leads.
    `alone`: nothing else is told along.
    """

    read: Callable[[str | None], object | None]
    keep: Handler
    take: Callable[..., Awaitable[object | None]]
    follow: Handler
    alone: bool = False


@dataclass(frozen=True, slots=True)
class NoticeContext:
    """A notification that is to be drawn for an account, as things are now. `person_id`: whom it is about, if one.

    `opened_by`: the line of «Уведомления» that opens it; None: it goes out by itself.
    """

    account: Account
    kind: str
    subject_id: str
    t: Texts
    now: datetime
    person_id: str | None = None
    opened_by: NotificationOpen | None = None

    @property
    def back(self) -> NotificationList | None:
        """The page of that line."""
        return NotificationList(page=self.opened_by.page) if self.opened_by is not None else None

    @property
    def layout(self) -> Layout:
        return layout_of(self.account)


@dataclass(frozen=True, slots=True)
class Told:
    """A message that makes others superfluous. `instead_of`: their outbox keys."""

    screen: Screen
    instead_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Later:
    """Not now, but then."""

    until: datetime


Rendered = Screen | Told | Later | None
"""What comes of a notification now; None: it no longer applies."""
Render = Callable[..., Awaitable[Rendered]]


@dataclass(frozen=True, slots=True)
class OwnAddress:
    """A kind of letters that go to an address of their own, and not to the account's. Both take a `NoticeContext`.

    `of`: where to, None: nowhere any more. `ended`: takes what has become of the letter, too (`LetterEnd`), once.
    """

    of: Callable[..., Awaitable[str | None]]
    ended: Callable[..., Awaitable[None]]


@dataclass(frozen=True, slots=True)
class NoticeSpec:
    """A kind of notification.

    `headline`: an msgid, what its line in the list is headed by. `render`: what is sent now, None where it no longer
    applies; `opened`: what its line leads to, None: the same as is sent; `letter`: the same by e-mail. All take a
    `NoticeContext`. `letter_alone`: it goes by e-mail only, and stands in no list; `own_address`: and not to the
    account's address. `transient`: one that is not sent never happened; `ahead`: it says that there is something to
    come to, so it is told anew to an address that is given later; `of_a_day`: its subject is a day, as ISO writes it.
    """

    kind: str
    headline: str
    render: Render
    opened: Callable[..., Awaitable[Screen]] | None = None
    letter: Callable[..., Awaitable[Letter | None]] | None = None
    letter_alone: bool = False
    own_address: OwnAddress | None = None
    transient: bool = False
    ahead: bool = False
    of_a_day: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """What a line of «Уведомления» says beyond its headline.

    `headline`: in the stead of the kind's own; `about`: when and what; `names`: what its button may call it, where
    `about` alone is not enough; `person`: whom it is about, where the notification does not say; `tz`: where «reported»
    is told by the clock.
    """

    headline: str = ""
    about: str = ""
    names: tuple[str, ...] = ()
    person: str | None = None
    tz: str = MOSCOW


@dataclass(frozen=True, slots=True)
class LinesSpec:
    """How lines of these kinds are drawn, a page at once. Kinds without one say their headline alone.

    `draw`: takes account, notifications, texts and now; gives lines by the ids of their notifications.
    """

    kinds: Collection[str]
    draw: Callable[..., Awaitable[Mapping[str, Line]]]


class CaseCard(Protocol):
    """Draws a case as it stands. `title`: in the person's language; `back`: where «Назад» leads, None: to the list.

    `whom`: the name of whoever it is for, None: nobody's who is on the account's list, or the holder's own word.
    """

    def __call__(
        self, t: Texts, title: str, case: Case, now: datetime, back: CallbackData | None, whom: str | None, /
    ) -> Screen: ...


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A file that goes with a case, for whoever answers it. `name`: `.pdf`, `.pdf.sig`: what follows the number."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class CaseSpec:
    """A kind of case, in words.

    `title`: an msgid with {number}; `statuses`, `next`: msgids by each status of the kind's machine, what it is called
    and what comes after it. `card`: what its line leads to, from the case's id. `told`: what is sent when it has come
    to a status, the first one too (as `CaseCard`, but for `back`); `drawn`: its card; `short`: what a button calls the
    statuses, where their words are long. `staff`: what the demo's staff does with it. `files`: gives
    a case's files besides its photos, from its id and the services that it asks for; raises `NotFound` where they are
    kept no more. `ValueError` where a status has no word, or a word no status, and for a step of the staff's that is
    none (`check_staff`).
    """

    kind: CaseKind
    title: str
    statuses: Mapping[str, str]
    next: Mapping[str, str]
    card: Callable[[str], CallbackData]
    told: Callable[[Texts, str, Case, datetime, str | None], Screen]
    drawn: CaseCard
    short: Mapping[str, str] = field(default_factory=dict)
    staff: Sequence[StaffStep] = ()
    files: Callable[..., Awaitable[Sequence[CaseFile]]] | None = None

    def __post_init__(self) -> None:
        if not set(self.statuses) == set(self.next) == set(self.kind.machine):
            raise ValueError(f"the statuses of {self.kind.name!r} and the words for them are not the same")
        check_staff(self.kind, self.staff)


@dataclass(frozen=True, slots=True)
class SearchSpec:
    """A list that can be searched by typed text.

    `list`: its short name, 24 letters at most, as buttons bear it; `asks`: an msgid, what is to be typed. `shown`: its
    first screen; takes account, texts, now, whose list it is (a person's id, empty: nobody's), and the id of a search
    (`services.searches`), None: the whole list. `ValueError` for a name that is too long.
    """

    list: str
    asks: str
    shown: Callable[..., Awaitable[Screen]]

    def __post_init__(self) -> None:
        if len(self.list) > LONGEST_LIST:
            raise ValueError(f"{self.list!r} is too long a name for a list")


@dataclass(frozen=True, slots=True)
class DocumentContext:
    """A document that somebody asks for, or that is about to be sent to them. `subject_id`: as its button has it."""

    account: Account
    subject_id: str
    t: Texts
    now: datetime


@dataclass(frozen=True, slots=True)
class Composed:
    """A document, not set yet.

    `sheet`: in Russian, without a link; bytes: a PDF that there is already, such as one that is to be signed, handed
    out byte for byte. `person`: whom it is about, as the account is shown them. `name`: of the file, without its
    ending, of nothing personal; `caption`: what it is, in the person's language; `back`: the card that it is opened
    from.
    """

    sheet: Sheet | bytes
    person: Person
    name: str
    caption: Html
    back: CallbackData


@dataclass(frozen=True, slots=True)
class DocumentSpec:
    """A kind of document; a button `DocumentOpen(kind, subject)` opens one.

    `kind`: as buttons and rows name it, up to 16 characters; `title`: an msgid, what it is called; `area`: what of the
    person it tells. `compose`: takes a `DocumentContext`, asks the topic's own service, which checks the rights as
    ever, and raises as it does (`NotFound`, `NotAllowed`).
    """

    kind: str
    title: str
    area: Area
    compose: Callable[..., Awaitable[Composed]]


@dataclass(frozen=True, slots=True)
class Tick:
    """What is done again and again, beside everything else. `name`: for the log; `when`: whether this process does."""

    name: str
    every: timedelta
    run: Callable[..., Awaitable[object]]
    when: Callable[..., bool] | None = None


@dataclass(frozen=True, slots=True)
class CliCommand:
    """A command of the operator's, `python -m bot NAME`. `run`: gives the exit code."""

    name: str
    help: str
    arguments: Callable[[ArgumentParser], None]
    run: Callable[[Namespace, Operator], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class ImportSpec:
    """Kinds of files that `python -m bot import` takes for the topic. `importer`: reads and writes them."""

    format: Format
    importer: Callable[[Operator], Importer]


@dataclass(frozen=True, slots=True)
class Topic:
    """All that a topic brings.

    `build`: takes the kernel; `serve`: the same, for services that work with screens and so need the wizards and Home.
    `offers`: its services of «Услуги»; `wishes`: what is typed that leads to it, `sayings`: what is typed instead of
    pressed. `cases`: what of the topic is sent and answered; `searches`: its lists that can be searched; `documents`:
    what it gives as papers; `personal`: its part of «Мои данные», `words`: what its names and codes mean there.
    `follows`: changes of the registry that it hears of, and what it does about them. `sweeps`: what is tidied up every
    ten minutes. `cli`: commands of the operator's, `imports`: files that one of them takes. `areas`: what of a person
    it stands for: a consent may name these, and no others. `rests`: what it keeps that goes along with a right that
    ends.
    """

    name: str
    build: Build | None = None
    serve: Build | None = None
    routes: Sequence[Route] = ()
    commands: Sequence[Command] = ()
    sayings: Sequence[Saying] = ()
    links: Sequence[StartLink] = ()
    wizards: Sequence[WizardSpec] = ()
    entries: Sequence[Entry] = ()
    offers: Sequence[ServiceSpec] = ()
    wishes: Sequence[Wish] = ()
    notices: Sequence[NoticeSpec] = ()
    lines: LinesSpec | None = None
    cases: Sequence[CaseSpec] = ()
    searches: Sequence[SearchSpec] = ()
    personal: Callable[..., PersonalData] | None = None
    words: Sequence[ExportWords] = ()
    follows: Callable[..., Sequence[Followed[Any]]] | None = None
    ticks: Sequence[Tick] = ()
    sweeps: Sequence[Callable[..., Awaitable[object]]] = ()
    documents: Sequence[DocumentSpec] = ()
    rests: Callable[[Outbox, Clock], RestsOnRights] | None = None
    revived: Revived | None = None
    cli: Sequence[CliCommand] = ()
    imports: Sequence[ImportSpec] = ()
    areas: Collection[Area] = ()

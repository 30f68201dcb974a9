"""The house: storage → kernel → topics → dispatcher. The only place that puts things together; tests use it too."""

from __future__ import annotations

import asyncio
import tomllib
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar, cast

from aiogram import Dispatcher, Router
from aiogram.enums import UpdateType
from aiogram.filters import Command as CommandFilter
from aiogram.filters import CommandObject
from aiogram.types import CallbackQuery, Message, TelegramObject

from bot.casebook import Casebook
from bot.catalogue import Catalogue
from bot.common import Common
from bot.entries import Entries
from bot.front import ConsentFirst, HomeScreen, OwnClinic
from bot.fsm.storage import DraftStorage
from bot.fsm.wizard import Wizard
from bot.handlers import chat_member, last
from bot.handlers.start import StartLinks
from bot.handlers.wizard import RunningWizard, Wizards, typing
from bot.kernel import Kernel, Services, bind
from bot.middlewares.danger import AlarmFirst, BelowAlarm
from bot.middlewares.errors import Errors
from bot.middlewares.guest import Guest, GuestLocales
from bot.middlewares.order import ChatOrder, Duplicates
from bot.middlewares.presses import PressesFirst
from bot.middlewares.slow import SlowPress
from bot.notices.notices import Notices, mailed, of_a_day, to_come, unlisted
from bot.papers import DocumentKinds
from bot.routing import Handler, Presses, Replay
from bot.signing import OFF, Signing
from bot.storage import Storage
from bot.topic import Command, OwnAddress, SearchSpec, Topic, Wish
from bot.topics import ALL
from bot.views import common as common_views
from bot.views.export.words import ExportWords, combined
from bot.visitor import Visitor
from bot.wishes import TopicsWish, Wishes
from services.accounts.accounts import Accounts
from services.accounts.agreement import PUBLISHED, Agreements
from services.accounts.concerns import undeclared
from services.accounts.ended import RightsEnded
from services.accounts.model import OWN_WORD_FROM
from services.accounts.persons import Persons, ReadyFamily
from services.drafts.drafts import Drafts
from services.drafts.narrowed import DraftsBegun
from services.limits.limits import Limits
from services.notify.outbox import Outbox
from services.registry.following import Following
from services.registry.ports.port import REGISTRY_PATIENCE
from services.registry.ports.registry import Registry
from services.texts.i18n import LOCALES, texts
from services.texts.names import folded

Service = TypeVar("Service")


@dataclass(frozen=True, slots=True)
class House:
    """All that one process works with. `services`: by the names that handlers ask for."""

    kernel: Kernel
    services: Services
    topics: Sequence[Topic]
    presses: Presses
    commands: Sequence[Command]

    def service(self, kind: type[Service]) -> Service:
        """The one service of a kind. `LookupError` where there is none, or more."""
        found = [each for each in self.services.values() if type(each) is kind]
        if len(found) != 1:
            raise LookupError(f"{len(found)} services are {kind.__name__}")
        return found[0]

    @property
    def wizards(self) -> Wizards:
        return self.service(Wizards)

    def wizard(self, kind: str) -> Wizard:
        """The wizard of a kind."""
        return self.wizards.running[kind].wizard

    @property
    def consent(self) -> ConsentFirst:
        return cast(ConsentFirst, self.services["consent"])

    @property
    def own_clinic(self) -> OwnClinic:
        return cast(OwnClinic, self.services["own_clinic"])

    @property
    def notices(self) -> Notices:
        return self.service(Notices)

    @property
    def entries(self) -> Entries:
        return self.service(Entries)


def product_version() -> str:
    """The version that `pyproject.toml` bears: the product runs from its folder."""
    with (Path(__file__).parents[1] / "pyproject.toml").open("rb") as file:
        version: str = tomllib.load(file)["project"]["version"]
    return version


def build_kernel(
    storage: Storage,
    common: Common,
    registry: Registry,
    *,
    operator: str = "",
    mails: bool = False,
    signing: Signing = OFF,
    crisis_line: str = "",
    family: ReadyFamily | None = None,
    staffed: bool = False,
    own_word_from: int = OWN_WORD_FROM,
    patience: timedelta = REGISTRY_PATIENCE,
    topics: Sequence[Topic] = ALL,
    agreements: Agreements = PUBLISHED,
) -> Kernel:
    """What every topic stands on: `operator`, `mails`, `signing`, `own_word_from`, `crisis_line`, `staffed` as `Kernel`
    says; `family`: DEMO's ready one.
    """
    database, vault, clock = storage.database, storage.vault, storage.clock
    lifetimes = {wizard.kind: wizard.lifetime for topic in topics for wizard in topic.wizards}
    specs = [spec for topic in topics for spec in topic.notices]
    limits = Limits(database, vault, clock)
    persons = Persons(database, vault, registry, limits, clock, agreements, own_word_from)
    outbox = Outbox(
        database, clock, mailed=mailed(specs) if mails else (), to_come=to_come(specs), unlisted=unlisted(specs)
    )
    rests = [topic.rests(outbox, clock) for topic in topics if topic.rests is not None]
    return Kernel(
        database=database,
        vault=vault,
        clock=clock,
        memory=common.memory,
        registry=registry,
        limits=limits,
        accounts=Accounts(database, vault, clock, agreements=agreements),
        persons=persons,
        drafts=Drafts(database, vault, clock, lifetimes),
        outbox=outbox,
        areas=frozenset(area for topic in topics for area in topic.areas),
        rights_ended=RightsEnded(vault, persons, clock, [DraftsBegun(vault), *rests]),
        agreements=agreements,
        operator=operator,
        version=product_version(),
        mails=mails,
        signing=signing,
        own_word_from=own_word_from,
        crisis_line=crisis_line,
        ready_family=family,
        staffed=staffed,
        patience=patience,
    )


def build_house(kernel: Kernel, topics: Sequence[Topic] = ALL, fakes: Services | None = None) -> House:
    """Every topic built upon the kernel, in the list's order. `fakes`: what stands in services' places, by name."""
    _check_agreed(kernel)
    replay = Replay()
    casebook = Casebook([spec for topic in topics for spec in topic.cases])
    papers = DocumentKinds([spec for topic in topics for spec in topic.documents], kernel.clock)
    catalogue = Catalogue([spec for topic in topics for spec in topic.offers])
    ours = {"replay": replay, "casebook": casebook, "document_kinds": papers, "catalogue": catalogue}
    services: dict[str, object] = {**kernel.services(), **ours, **(fakes or {})}
    for topic in topics:
        if topic.build is not None:
            services |= {**bind(topic.build, services)(kernel), **(fakes or {})}
    _check_declared(services)
    services["searched_lists"] = _searched(topics, services)
    papers.know(services)
    casebook.know(services)
    catalogue.know(services)
    services |= _gathered(kernel, topics, services)
    services["personal_parts"] = tuple(bind(topic.personal, services)() for topic in topics if topic.personal)
    for topic in topics:
        if topic.serve is not None:
            services |= bind(topic.serve, services)(kernel)
    services |= _chat_parts(topics, services)
    commands = [replace(each, handler=bind(each.handler, services)) for topic in topics for each in topic.commands]
    routes = [route for topic in topics for route in topic.routes]
    presses = Presses(routes, last.unknown_press, services)
    replay.know(presses)
    return House(kernel, services, topics, presses, commands)


def _check_agreed(kernel: Kernel) -> None:
    """No area is opened that today's consent does not speak of: agreeing to it would open nothing."""
    unsaid = sorted(kernel.areas - kernel.agreements.covered(kernel.agreements.current))
    if unsaid:
        raise LookupError(f"today's consent says nothing of these (services.accounts.agreement): {', '.join(unsaid)}")


def _check_declared(services: Services) -> None:
    """Nothing is built that could reach a person without saying what for."""
    kinds = {type(service) for service in services.values()}
    silent = sorted(each for kind in kinds for each in undeclared(kind))
    if silent:
        raise LookupError(f"these do not declare what they concern (services.accounts.concerns): {', '.join(silent)}")


def export_words(topics: Sequence[Topic] = ALL) -> ExportWords:
    """All that the document «Мои данные» says of its names and codes.

    Kinds of notifications go by their headlines, those of documents by their titles, statuses of cases by the words of
    the screens, searches by what was asked.
    """
    headlines = {spec.kind: spec.headline for topic in topics for spec in topic.notices}
    statuses = {f"{spec.kind.name} status": spec.statuses for topic in topics for spec in topic.cases}
    papers = {spec.kind: spec.title for topic in topics for spec in topic.documents}
    asked = {spec.list: spec.asks for topic in topics for spec in topic.searches}
    own = [words for topic in topics for words in topic.words]
    codes = {"notification": headlines, "document": papers, "search": asked, **statuses}
    return combined([*own, ExportWords(codes=codes)])


def _searched(topics: Sequence[Topic], services: Services) -> Mapping[str, SearchSpec]:
    """Every list that can be searched, by its short name."""
    specs = [spec for topic in topics for spec in topic.searches]
    if twice := sorted(name for name, times in Counter(spec.list for spec in specs).items() if times > 1):
        raise LookupError(f"two lists are searched under one name: {', '.join(twice)}")
    return {spec.list: replace(spec, shown=bind(spec.shown, services)) for spec in specs}


def _gathered(kernel: Kernel, topics: Sequence[Topic], services: Mapping[str, object]) -> Mapping[str, object]:
    """What the topics declare together: each list under a name of its own."""
    entries = [
        replace(
            entry,
            when=bind(entry.when, services) if entry.when else None,
            count=bind(entry.count, services) if entry.count else None,
        )
        for topic in topics
        for entry in topic.entries
    ]
    specs = [
        replace(
            spec,
            render=bind(spec.render, services),
            opened=bind(spec.opened, services) if spec.opened else None,
            letter=bind(spec.letter, services) if spec.letter else None,
            own_address=_bound(spec.own_address, services) if spec.own_address else None,
        )
        for topic in topics
        for spec in topic.notices
    ]
    lines = [replace(topic.lines, draw=bind(topic.lines.draw, services)) for topic in topics if topic.lines]
    running = {
        spec.kind: RunningWizard(
            Wizard(spec.kind, bind(spec.table, services)(), kernel.drafts, kernel.clock),
            bind(spec.kept, services),
            spec.stopped,
        )
        for topic in topics
        for spec in topic.wizards
    }
    followed = [each for topic in topics if topic.follows for each in bind(topic.follows, services)()]

    replay = cast(Replay, services["replay"])

    def home() -> HomeScreen:
        return cast(HomeScreen, services["home"])

    return {
        "entries": Entries(entries, [command for topic in topics for command in topic.commands]),
        "wishes": Wishes(
            [TopicsWish(topic.name, _bound_wish(wish, services)) for topic in topics for wish in topic.wishes]
        ),
        "notices": Notices(specs, lines, kernel.persons, kernel.clock),
        "of_a_day": of_a_day(specs),
        "export_words": export_words(topics),
        "following": Following(kernel.database, kernel.clock, followed),
        "wizards": Wizards(running, kernel.accounts, kernel.drafts, kernel.outbox, home, replay),
        "guest_locales": GuestLocales(kernel.memory),
    }


def _bound_wish(wish: Wish, services: Services) -> Wish:
    return replace(
        wish,
        when=bind(wish.when, services) if wish.when else None,
        leads=bind(wish.leads, services) if wish.leads else None,
    )


def _bound(own: OwnAddress, services: Services) -> OwnAddress:
    return OwnAddress(bind(own.of, services), bind(own.ended, services))


def _chat_parts(topics: Sequence[Topic], services: Services) -> Mapping[str, object]:
    """What the chat's own handlers ask every topic for."""
    links = [
        replace(
            link,
            keep=bind(link.keep, services),
            take=bind(link.take, services),
            follow=bind(link.follow, services),
        )
        for topic in topics
        for link in topic.links
    ]
    return {
        "start_links": StartLinks(links),
        "revivals": tuple(bind(topic.revived, services) for topic in topics if topic.revived is not None),
        "beginnings": {spec.kind: bind(spec.begin, services) for topic in topics for spec in topic.wizards},
    }


def build_dispatcher(house: House, ready: asyncio.Event, common: Common) -> Dispatcher:
    """Middlewares, the table of presses, commands, typed text. `ready`: set once the registry can be asked."""
    kernel, services = house.kernel, house.services
    forms = {spec.kind: spec.form for topic in house.topics for spec in topic.wizards}
    # aiogram would ask the FSM about every update; ours is asked about typed messages alone, by their router.
    dispatcher = Dispatcher(
        storage=DraftStorage(kernel.accounts, kernel.drafts, forms),
        disable_fsm=True,
        wizards=house.wizards,
        drafts=kernel.drafts,
        accounts=kernel.accounts,
        revivals=services["revivals"],
    )
    locales = house.service(GuestLocales)
    dispatcher.update.outer_middleware(
        AlarmFirst(kernel.accounts, locales, kernel.memory, house.own_clinic, kernel.crisis_line)
    )
    dispatcher.update.outer_middleware(ChatOrder(common.pace))
    dispatcher.update.outer_middleware(Duplicates(common.seen))
    errors = Errors(kernel.accounts, house.consent)
    guest = Guest(kernel.accounts, locales, kernel.memory, kernel.clock, ready)
    dispatcher.update.outer_middleware(PressesFirst(_taking_presses(house), (errors, guest, SlowPress())))
    dispatcher.message.outer_middleware(BelowAlarm())
    dispatcher.message.outer_middleware(errors)
    dispatcher.message.outer_middleware(guest)
    dispatcher.my_chat_member.outer_middleware(errors)
    waiting = typing(tuple(forms.values()))
    waiting.message.outer_middleware(dispatcher.fsm)
    heard, alone = (_sayings(house, anywhere=anywhere) for anywhere in (True, False))
    dispatcher.include_routers(_commands(house), heard, waiting, alone, _the_rest(house), chat_member.setup())
    return dispatcher


def kinds_taken(dispatcher: Dispatcher) -> list[str]:
    """Which updates Telegram is to send: presses, and those that a router takes."""
    return [UpdateType.CALLBACK_QUERY.value, *dispatcher.resolve_used_update_types()]


def _commands(house: House) -> Router:
    router = Router(name="commands")
    for each in house.commands:
        router.message.register(_taking(each, house.consent), CommandFilter(each.name))
    return router


def _taking(declared: Command, consent: ConsentFirst) -> Callable[..., Awaitable[None]]:
    async def take(_: Message, visitor: Visitor, command: CommandObject) -> None:
        if visitor.known is None and not declared.guests:
            await consent.ask(visitor)
        else:
            await declared.handler(visitor, command.args)

    return take


def _sayings(house: House, *, anywhere: bool) -> Router:
    router = Router(name="sayings anywhere" if anywhere else "sayings")
    for each in (saying for topic in house.topics for saying in topic.sayings if saying.anywhere is anywhere):
        router.message.register(_hearing(bind(each.handler, house.services), house.consent), _says(each.words))
    return router


def _says(words: str) -> Callable[[Message], Awaitable[bool]]:
    """Whether a message is one of the words, in any language: who reads one may type another."""
    meant = frozenset(folded(each) for locale in LOCALES for each in texts(locale).label(words).split(","))

    async def says(message: Message) -> bool:
        return folded((message.text or "").rstrip(" .!?…")) in meant

    return says


def _hearing(handler: Handler, consent: ConsentFirst) -> Callable[..., Awaitable[None]]:
    async def hear(_: Message, visitor: Visitor) -> None:
        await (consent.ask(visitor) if visitor.known is None else handler(visitor))

    return hear


def _taking_presses(house: House) -> Callable[[TelegramObject, dict[str, Any]], Awaitable[None]]:
    """Presses, by the table."""

    async def take(query: TelegramObject, data: dict[str, Any]) -> None:
        assert isinstance(query, CallbackQuery)
        visitor: Visitor = data["visitor"]
        route, found = house.presses.of(query.data)
        if visitor.known is None and not route.guests:
            await house.consent.ask(visitor)
        else:
            await route.handler(visitor, *found)

    return take


def _the_rest(house: House) -> Router:
    """Messages that nobody else took. Whoever speaks of danger is not answered by the consent."""
    router = Router(name="the rest")
    unknown_message = bind(last.unknown_message, house.services)

    async def take_message(message: Message, visitor: Visitor, alarm: object = None) -> None:
        if visitor.known is not None:
            await unknown_message(visitor, message.text or message.caption or "", alarmed=alarm is not None)
        elif alarm is not None:
            await visitor.send(common_views.after_alarm(visitor.t))
        else:
            await house.consent.ask(visitor)

    router.message.register(take_message)
    return router

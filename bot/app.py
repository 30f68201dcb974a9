"""The composition root: settings → database → services → dispatcher. The only place that builds things."""

from __future__ import annotations

import asyncio
import logging
import signal
import tomllib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from aiogram import Bot, Dispatcher
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.enums import ParseMode
from aiogram.exceptions import TelegramAPIError, TelegramBadRequest, TelegramUnauthorizedError
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from bot import jobs
from bot.channel import TelegramChannel
from bot.fsm import access as access_wizard
from bot.fsm import booking as booking_wizard
from bot.fsm import family as family_wizard
from bot.fsm import mail as mail_wizard
from bot.fsm import moving as moving_wizard
from bot.fsm import person as person_wizard
from bot.fsm import requests as request_wizard
from bot.fsm.storage import DraftStorage
from bot.fsm.wizard import Wizard
from bot.handlers import routers
from bot.handlers.access import WaitingCodes
from bot.mail import MailChannel
from bot.middlewares.errors import Errors
from bot.middlewares.guest import Guest, GuestLocales
from bot.middlewares.order import ChatOrder, Duplicates, Seen, SeenHere
from bot.middlewares.outgoing import Gate, Patience
from bot.middlewares.slow import SlowPress
from bot.profile import introduce
from bot.settings import Settings
from bot.tools import Tools
from services.accounts.access import Access
from services.accounts.accounts import Accounts
from services.accounts.ageing import Ageing
from services.accounts.codes import Codes
from services.accounts.family import Family
from services.accounts.mail import Mail
from services.accounts.model import Relation
from services.accounts.mydata import AccountData
from services.accounts.persons import Persons, ReadyFamily
from services.booking.booking import Booking
from services.booking.calendar import Calendar
from services.booking.cancelling import Cancelling
from services.booking.holds import Holds
from services.booking.links import Links
from services.booking.mydata import BookingData
from services.booking.reminders import Reminders
from services.booking.repeats import Repeats
from services.booking.replies import Replies
from services.booking.times import Times
from services.booking.visits import Visits
from services.booking.watch import Watch
from services.clinics.directory import Directory
from services.clock import Clock, ShiftedClock, SystemClock  # noqa: TID251  (it is passed in from here)
from services.documents.map import Maps
from services.drafts.drafts import Drafts
from services.drafts.mydata import DraftData
from services.errors import SetupError
from services.memory import Memory, MemoryHere
from services.mydata.mydata import MyData
from services.notify.mydata import NotifyData
from services.notify.outbox import Outbox
from services.notify.smtp import Smtp, mail_server
from services.registry.local.admin import LocalRegistryAdmin
from services.registry.local.demo import fill_demo, roll_demo
from services.registry.local.demo_family import enrol_family
from services.registry.local.patients import Patients
from services.registry.local.registry import LocalRegistry
from services.registry.local.tables import patient
from services.registry.model import Patient, PatientIdentity
from services.registry.port import Registry
from services.requests.desk import RequestDesk
from services.requests.mydata import RequestData
from services.requests.requests import Requests
from services.requests.tracked import Statuses
from services.storage.engine import Database
from services.storage.keys import KeyNames, KeySource, MasterKeys, key_names, name_first, name_next
from services.storage.migrate import ensure_current
from services.storage.rotation import Pause, Rotation
from services.storage.sql import insert_for
from services.storage.tables import setting
from services.storage.vault import Vault, id_of_key
from services.tables import all_tables

log = logging.getLogger(__name__)

WrapRegistry = Callable[[Registry], Registry]
_AS_WE_WRITE = DefaultBotProperties(parse_mode=ParseMode.HTML, link_preview_is_disabled=True)
"""A screen is what we draw: an address in it brings no picture of somebody's site."""
USERNAME = "bot_username"
_LET_FILL = 10.0
_NO_REDIS = "REDIS_URL does not answer; correct it in .env, or leave it empty for one process"
_STOPPED_WITHIN = 3.0


def as_it_is(registry: Registry) -> Registry:
    return registry


@dataclass(frozen=True, slots=True)
class Storage:
    """An open database with its vault and clock: what every command of the command line begins with."""

    database: Database
    vault: Vault
    clock: Clock


@dataclass(frozen=True, slots=True)
class Common:
    """What the processes of one bot have in common; `alone`: this is the only one, and remembers it all by itself."""

    seen: Seen
    gate: Gate
    memory: Memory
    alone: bool


async def open_storage(settings: Settings) -> Storage:
    """Opens and migrates the database and finds the key that sealed it; `SetupError` says what is missing."""
    database = Database.from_url(settings.database_url)
    try:
        await ensure_current(settings.database_url, database)
        vault = await _vault(settings, database)
    except (OperationalError, OSError):
        await database.close()
        raise SetupError("the database of DATABASE_URL cannot be reached; check the address and that it runs") from None
    except SetupError:
        await database.close()
        raise
    shift = settings.clock_shift_file
    return Storage(database, vault, ShiftedClock(shift) if shift else SystemClock())


def product_version() -> str:
    """The version that `pyproject.toml` bears: the product runs from its folder."""
    with (Path(__file__).parents[1] / "pyproject.toml").open("rb") as file:
        version: str = tomllib.load(file)["project"]["version"]
    return version


def registry_admin(storage: Storage) -> LocalRegistryAdmin:
    """The half of the local registry that the operator's commands speak to."""
    return LocalRegistryAdmin(storage.database, storage.vault, storage.clock)


def patients_registry(settings: Settings, storage: Storage) -> Registry:
    """The half of it that patients' acts go through."""
    return LocalRegistry(storage.database, storage.vault, storage.clock, registers_patients=settings.demo_on)


def request_desk(storage: Storage) -> RequestDesk:
    """The side of requests that the operator's command speaks to."""
    outbox = Outbox(storage.database, storage.clock)
    return RequestDesk(storage.database, storage.vault, outbox, storage.clock)


def build_tools(settings: Settings, storage: Storage, common: Common, wrap_registry: WrapRegistry = as_it_is) -> Tools:
    """All services of one process. `wrap_registry`: something to stand between them and the registry."""
    database, vault, clock = storage.database, storage.vault, storage.clock
    registry = wrap_registry(patients_registry(settings, storage))
    accounts = Accounts(database, common.memory, clock, alone=common.alone)
    persons = Persons(database, vault, registry, clock)
    drafts = Drafts(
        database,
        vault,
        clock,
        {
            booking_wizard.KIND: booking_wizard.LIFETIME,
            moving_wizard.KIND: moving_wizard.LIFETIME,
            person_wizard.KIND: person_wizard.LIFETIME,
            access_wizard.KIND: access_wizard.LIFETIME,
            mail_wizard.KIND: mail_wizard.LIFETIME,
            family_wizard.KIND: family_wizard.LIFETIME,
            family_wizard.EDIT: family_wizard.LIFETIME,
            **dict.fromkeys(request_wizard.KINDS, request_wizard.LIFETIME),
        },
    )
    outbox = Outbox(database, clock, mails=bool(settings.smtp_url))
    access = Access(database, vault, accounts, persons, Codes(database, vault, clock), outbox, clock)
    watch = Watch(database, registry, accounts, persons, outbox, clock)
    booking = Booking(database, registry, persons, drafts, outbox, watch, clock)
    visits = Visits(database, registry, persons, booking, clock)
    holds = Holds(database, clock)
    times = Times(registry, holds)
    requests = Requests(database, vault, drafts, outbox, clock)
    cancelling = Cancelling(database, registry, visits, watch, outbox, clock)
    links = Links(database, vault, registry, clock)
    people = AccountData(database, vault, accounts, access, clock)
    parts = (
        BookingData(database, registry, accounts, visits, links, clock),
        DraftData(database, vault),
        RequestData(database, vault),
        NotifyData(database, clock),
    )
    return Tools(
        clock=clock,
        accounts=accounts,
        persons=persons,
        access=access,
        family=Family(database, vault, accounts, persons, access, clock),
        ageing=Ageing(database, vault, accounts, outbox, clock),
        mail=Mail(database, vault, accounts, outbox, clock, on=bool(settings.smtp_url)),
        drafts=drafts,
        directory=Directory(registry, clock),
        maps=Maps(),
        times=times,
        repeats=Repeats(visits, times, clock),
        links=links,
        watch=watch,
        reminders=Reminders(visits, outbox, clock),
        replies=Replies(database, visits, clock),
        calendar=Calendar(database, vault, visits),
        holds=holds,
        booking=booking,
        visits=visits,
        cancelling=cancelling,
        outbox=outbox,
        requests=requests,
        statuses=Statuses((requests,)),
        mydata=MyData(database, people, parts, persons, visits, cancelling, common.memory, clock),
        operator=settings.operator_name,
        version=product_version(),
        ready_family=_ready_family(registry_admin(storage)) if settings.demo_on else None,
    )


def build_dispatcher(tools: Tools, ready: asyncio.Event, common: Common) -> Dispatcher:
    """Routers and middlewares. `ready`: set once the registry can be asked."""
    storage = DraftStorage(tools.accounts, tools.drafts)
    locales = GuestLocales(common.memory)
    wizards = {
        person_wizard.KIND: Wizard(
            person_wizard.KIND,
            person_wizard.own_form_steps(),
            tools,
            person_wizard.after_form,
        ),
        booking_wizard.KIND: Wizard(
            booking_wizard.KIND,
            booking_wizard.booking_steps(),
            tools,
            booking_wizard.after_booking,
        ),
        moving_wizard.KIND: Wizard(
            moving_wizard.KIND,
            moving_wizard.moving_steps(),
            tools,
            moving_wizard.after_moving,
        ),
        access_wizard.KIND: Wizard(
            access_wizard.KIND,
            access_wizard.access_steps(),
            tools,
            access_wizard.after_access,
        ),
        mail_wizard.KIND: Wizard(
            mail_wizard.KIND,
            mail_wizard.mail_steps(),
            tools,
            mail_wizard.after_mail,
        ),
        **{
            kind: Wizard(kind, steps(), tools, family_wizard.after_family)
            for kind, steps in (
                (family_wizard.KIND, family_wizard.family_steps),
                (family_wizard.EDIT, family_wizard.edit_steps),
            )
        },
        **{
            kind: Wizard(kind, request_wizard.request_steps(kind), tools, request_wizard.after_request)
            for kind in request_wizard.KINDS
        },
    }
    # aiogram would ask the FSM about every update; ours is asked about typed messages alone, by their router.
    dispatcher = Dispatcher(
        storage=storage,
        disable_fsm=True,
        tools=tools,
        wizards=wizards,
        guest_locales=locales,
        waiting_codes=WaitingCodes(common.memory),
    )
    dispatcher.update.outer_middleware(ChatOrder())
    dispatcher.update.outer_middleware(Duplicates(common.seen))
    for observer in (dispatcher.message, dispatcher.callback_query):
        observer.outer_middleware(Errors(tools.accounts))
        observer.outer_middleware(Guest(tools.accounts, locales, ready))
    dispatcher.my_chat_member.outer_middleware(Errors(tools.accounts))
    dispatcher.callback_query.outer_middleware(SlowPress())
    for router in routers():
        if router.name == "typing":
            router.message.outer_middleware(dispatcher.fsm)
        dispatcher.include_router(router)
    return dispatcher


def by_itself(storage: Storage) -> Common:
    """What there is where this is the only process."""
    return Common(SeenHere(), Gate(), MemoryHere(storage.clock), alone=True)


@asynccontextmanager
async def open_common(settings: Settings, storage: Storage) -> AsyncIterator[Common]:
    """What is shared by Redis where REDIS_URL is set, else of this process alone."""
    if not settings.redis_url:
        yield by_itself(storage)
        return
    # Imported where it is needed: most processes have no Redis, and the start must be quick.
    from bot.shared import Away, GateTogether, MemoryTogether, SeenTogether, Shared

    try:
        shared = Shared.at(settings.redis_url, storage.vault)
        await shared.check()
    except (Away, ValueError):
        raise SetupError(_NO_REDIS) from None
    here = MemoryHere(storage.clock)
    try:
        yield Common(SeenTogether(shared), GateTogether(shared), MemoryTogether(shared, here), alone=False)
    finally:
        await shared.close()


def build_bot(settings: Settings) -> Bot:
    session = AiohttpSession(api=TelegramAPIServer.from_base(settings.api_url))
    session.middleware(Patience())
    return Bot(settings.token, session=session, default=_AS_WE_WRITE)


async def run(settings: Settings, wrap_registry: WrapRegistry = as_it_is) -> None:
    """Talks to Telegram (or the local chat) until it is told to stop: by webhook where one is set, else by polling."""
    told = _told_to_end()
    storage = await open_storage(settings)
    bot = build_bot(settings)
    try:
        async with open_common(settings, storage) as common:
            await _greet(bot, storage.database, polls=not settings.webhook_url)
            await _serve(settings, storage, bot, common, wrap_registry, told)
    finally:
        await bot.session.close()
        await storage.database.close()


async def _serve(
    settings: Settings, storage: Storage, bot: Bot, common: Common, wrap_registry: WrapRegistry, told: asyncio.Event
) -> None:
    tools = build_tools(settings, storage, common, wrap_registry)
    ready = asyncio.Event()
    dispatcher = build_dispatcher(tools, ready, common)
    nightly = _roll(storage) if settings.demo_on else None
    mail = MailChannel(tools, Smtp(mail_server(settings.smtp_url), settings.mail_from)) if settings.smtp_url else None
    sweep_registry = registry_admin(storage).sweep
    channel = TelegramChannel(bot, tools, common.gate)
    ticks = jobs.build_ticks(tools, channel, mail, storage.vault.look, sweep_registry, nightly)
    filling = asyncio.create_task(_fill(settings, storage, ready))
    introducing = asyncio.create_task(_introduce(bot, ready))
    ticks.start()
    try:
        if settings.webhook_url:
            await _listen(settings, storage, bot, dispatcher, told)
        else:
            await _poll(bot, dispatcher, told)
    finally:
        channel.finish()
        await ticks.stop()
        introducing.cancel()
        # A query that is cancelled while the database is being closed can hang: the demo is let finish a little.
        await asyncio.wait({filling, introducing}, timeout=_LET_FILL)
        filling.cancel()
        await asyncio.gather(filling, introducing, return_exceptions=True)


def _told_to_end() -> asyncio.Event:
    """Set once the operator asks the process to end: Ctrl-C, or SIGTERM.

    From the very start: a process begun in the background of a shell would not hear Ctrl-C at all otherwise.
    """
    told = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, told.set)
    return told


async def _poll(bot: Bot, dispatcher: Dispatcher, told: asyncio.Event) -> None:
    """Polls until a signal comes.

    aiogram cancels its polling once and waits for ever; a cancellation that comes while a connection is being made
    may be lost, so it is repeated here.
    """
    kinds = dispatcher.resolve_used_update_types()
    polling = asyncio.create_task(dispatcher.start_polling(bot, handle_signals=False, allowed_updates=kinds))
    ending = asyncio.create_task(told.wait())
    await asyncio.wait({polling, ending}, return_when=asyncio.FIRST_COMPLETED)
    ending.cancel()
    if not polling.done():
        stopping = asyncio.create_task(dispatcher.stop_polling())
        await asyncio.wait({polling}, timeout=_STOPPED_WITHIN)
        while not polling.done():
            log.warning("polling has not stopped yet; asked again")
            polling.cancel()
            await asyncio.wait({polling}, timeout=_STOPPED_WITHIN)
        stopping.cancel()
    if not polling.cancelled():
        polling.result()


async def _listen(settings: Settings, storage: Storage, bot: Bot, dispatcher: Dispatcher, told: asyncio.Event) -> None:
    """Takes updates by webhook until a signal comes. The webhook stays: other processes may share it."""
    # Imported where it is needed: who polls has no web server, and the start must be quick.
    from aiohttp import web

    from bot.web import health, webhook
    from bot.web.server import serving
    from bot.web.updates import Updates

    secret = webhook.secret_of(storage.vault, bot, settings.webhook_secret)
    updates = Updates(bot, dispatcher, secret)
    routes = (
        web.post(settings.webhook_path, updates.take),
        web.get(health.PATH, health.Health(storage.database).answer),
    )
    async with serving(settings.http_host, settings.http_port, routes, updates.stop):
        kinds = dispatcher.resolve_used_update_types()
        try:
            await webhook.settle(bot, storage.database, storage.vault, settings.webhook_url, secret, kinds)
        except TelegramBadRequest as error:
            raise SetupError(f"Telegram refuses WEBHOOK_URL: {error.message}") from None
        except TelegramAPIError as error:
            raise _no_answer(bot, error) from None
        await told.wait()


async def _introduce(bot: Bot, ready: asyncio.Event) -> None:
    """Commands and descriptions, once nothing more pressing is to be done."""
    await ready.wait()
    try:
        await introduce(bot)
    except Exception:
        log.exception("commands and descriptions could not be set")


async def _fill(settings: Settings, storage: Storage, ready: asyncio.Event) -> None:
    """DEMO's registry is filled while the bot speaks already: nobody reads the consent in less time."""
    try:
        if settings.demo_on:
            await fill_demo(storage.database, storage.clock)
    except Exception:
        log.exception("the demo registry could not be filled")
    finally:
        ready.set()


async def _greet(bot: Bot, database: Database, *, polls: bool) -> None:
    """Makes sure that the token is one; a webhook left behind would keep a bot that `polls` from its updates.

    What the bot is called is kept for the operator's commands: they make links to it.
    """
    try:
        if polls:
            await bot.delete_webhook(drop_pending_updates=False)
        me = await bot.me()
    except TelegramUnauthorizedError:
        raise SetupError("Telegram does not know BOT_TOKEN; copy it anew from BotFather into .env") from None
    except TelegramAPIError as error:
        raise _no_answer(bot, error) from None
    name = insert_for(database.dialect, setting).values(name=USERNAME, value=me.username or "")
    await database.execute(name.on_conflict_do_update(index_elements=["name"], set_={"value": name.excluded.value}))


def _no_answer(bot: Bot, error: TelegramAPIError) -> SetupError:
    return SetupError(f"{bot.session.api.base.split('/bot')[0]} does not answer: {type(error).__name__}")


async def bot_username(storage: Storage) -> str:
    """What the bot is called in Telegram; "" before it has run once."""
    name = (await storage.database.fetch(select(setting.c.value).where(setting.c.name == USERNAME))).scalar()
    return name or ""


def _roll(storage: Storage) -> jobs.Job:
    async def roll() -> None:
        await roll_demo(storage.database, storage.clock)

    return roll


def _ready_family(admin: LocalRegistryAdmin) -> ReadyFamily:
    async def make(seed: str, today: date) -> Sequence[tuple[Relation, PatientIdentity, Patient]]:
        members = await enrol_family(admin, seed, today)
        return [(Relation(member.relation), member.identity, patient) for member, patient in members]

    return make


def rotation(storage: Storage, pause: Pause) -> Rotation:
    """What seals everything anew under the key that the vault seals with now; `pause`: waits, in seconds."""
    indexes = {patient.c.identity: Patients(storage.vault).indexes_of}
    return Rotation(storage.database, storage.vault, all_tables(), indexes, pause)


async def _vault(settings: Settings, database: Database) -> Vault:
    """The vault of this database: its key made on the first run, missed loudly on any later one."""
    names, source = await key_names(database), key_source(settings)
    keys = source.read()
    if names.sealed is None:
        if keys.now is None:
            source.make_first()
            keys = source.read()
        assert keys.now is not None
        # Of several processes at their first start one names its key; to the others, it must be at hand too.
        await name_first(database, id_of_key(keys.now))
        names = await key_names(database)
    _check(names, keys, source)
    vault = Vault(*keys.ring, look=source.changed)
    if vault.key_id != names.sealed:
        await name_next(database, vault.key_id)
    return vault


def key_source(settings: Settings) -> KeySource:
    return KeySource(settings.encryption_key, settings.encryption_key_next, settings.key_file)


def _check(names: KeyNames, keys: MasterKeys, source: KeySource) -> None:
    """`SetupError` where a key that the database names is not here."""
    at_hand = [id_of_key(key) for key in (keys.now, keys.next) if key is not None]
    if not at_hand:
        raise SetupError(f"the database is sealed and its key is gone: put back {source.where}, or set ENCRYPTION_KEY")
    if names.sealed not in at_hand:
        raise SetupError(
            f"the key in {source.where} is not the one that sealed this database (it wants {names.sealed})"
        )
    if names.next not in (None, *at_hand):
        raise SetupError(
            f"the key is being replaced and the new one is gone: put back {source.where_next} (it wants {names.next})"
        )

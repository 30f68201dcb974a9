"""The running process: signals, polling or webhook, and what goes on beside them."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
from collections.abc import Callable, Collection
from typing import TypeVar

from aiogram import Bot
from aiogram.client.default import DefaultBotProperties
from aiogram.client.telegram import TelegramAPIServer
from aiogram.enums import ParseMode
from aiogram.exceptions import TelegramAPIError, TelegramBadRequest, TelegramUnauthorizedError

from bot import jobs
from bot.build import House, build_dispatcher, build_house, build_kernel, kinds_taken
from bot.channels.email import EmailChannel
from bot.channels.telegram import TelegramChannel
from bot.common import Common, by_itself, open_common
from bot.kernel import Kernel
from bot.middlewares.order import Pace
from bot.middlewares.outgoing import Patience
from bot.profile import introduce
from bot.registry import fill, fill_records, patients_registry, ready_family, registry_admin, roll
from bot.settings import Settings
from bot.signing import Signing, open_signing, signing_beside, tell_what_is_off
from bot.storage import USERNAME, Storage, open_storage
from bot.telegram.incoming import Incoming
from bot.telegram.polling import Polling
from bot.telegram.session import TelegramSession
from services.accounts.mail import Mail
from services.errors import SetupError
from services.notify.smtp import Smtp, mail_server
from services.registry.ports.registry import Registry
from services.storage.engine import Database
from services.storage.sql import insert_for
from services.storage.tables import setting

log = logging.getLogger(__name__)

Kind = TypeVar("Kind")
WrapRegistry = Callable[[Registry], Registry]
AS_WE_WRITE = DefaultBotProperties(parse_mode=ParseMode.HTML, link_preview_is_disabled=True)
"""A screen is what we draw: an address in it brings no picture of somebody's site."""
_LET_FILL = 10.0
COLLECTED_AFTER = 20_000, 20, 50
"""How much is made before the collector looks at what is young, how often at that before at what is older, and so on.

Nearly all that a press makes goes by counting references. At Python's 700 objects the collector looks some ten times a
press, and now and then walks over all modules, texts and tables, which are there for good.
"""


def as_it_is(registry: Registry) -> Registry:
    return registry


def build_bot(settings: Settings) -> Bot:
    session = TelegramSession(api=TelegramAPIServer.from_base(settings.api_url))
    session.middleware(Patience())
    return Bot(settings.token, session=session, default=AS_WE_WRITE)


async def run(settings: Settings, wrap_registry: WrapRegistry = as_it_is) -> None:
    """Talks to Telegram (or the local chat) until it is told to stop: by webhook where one is set, else by polling."""
    told = _told_to_end()
    storage = await open_storage(settings)
    bot = build_bot(settings)
    try:
        signing = await open_signing(settings, storage)
        async with open_common(settings, storage) as common:
            await _greet(bot, storage.database, polls=not settings.webhook_url)
            registry = wrap_registry(patients_registry(settings, storage))
            house = build_house(kernel_of(settings, storage, common, registry, signing))
            await _serve(settings, storage, bot, common, house, told)
    finally:
        await bot.session.close()
        await storage.database.close()


async def _serve(
    settings: Settings, storage: Storage, bot: Bot, common: Common, house: House, told: asyncio.Event
) -> None:
    ready = asyncio.Event()
    dispatcher = build_dispatcher(house, ready, common)
    incoming, kinds = Incoming(bot, dispatcher), kinds_taken(dispatcher)
    channel = TelegramChannel(bot, house.kernel, house.notices, common.gate)
    ticks = jobs.build_ticks(house, channel, _letters(settings, house), _own_jobs(settings, storage))
    _leave_alone_what_stays()
    filling = asyncio.create_task(_fill(settings, storage, ready))
    introducing = asyncio.create_task(_introduce(bot, house, ready))
    telling = asyncio.create_task(_tell_what_is_off(house.kernel.signing, ready))
    ticks.start()
    try:
        if settings.webhook_url:
            await _listen(settings, storage, bot, incoming, kinds, told)
        else:
            await Polling(bot, incoming, kinds).run(told)
    finally:
        channel.finish()
        await ticks.stop()
        introducing.cancel()
        telling.cancel()
        # A query that is cancelled while the database is being closed can hang: the demo is let finish a little.
        await asyncio.wait({filling, introducing, telling}, timeout=_LET_FILL)
        filling.cancel()
        await asyncio.gather(filling, introducing, telling, return_exceptions=True)


def kernel_of(settings: Settings, storage: Storage, common: Common, registry: Registry, signing: Signing) -> Kernel:
    """The kernel as the settings have it."""
    return build_kernel(
        storage,
        common,
        registry,
        operator=settings.operator_name,
        mails=bool(settings.smtp_url),
        signing=signing,
        own_word_from=settings.teen_consent_from,
        crisis_line=settings.crisis_line,
        family=ready_family(settings, storage),
        staffed=settings.staffed,
    )


def service_of(settings: Settings, storage: Storage, kind: type[Kind]) -> Kind:
    """One service of the house, for a command that runs beside the bot."""
    common = by_itself(storage, Pace(settings.presses_a_minute))
    registry = patients_registry(settings, storage)
    return build_house(kernel_of(settings, storage, common, registry, signing_beside(settings))).service(kind)


def _leave_alone_what_stays() -> None:
    """The house stands: the collector never looks at it again, and rarely at the rest."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTED_AFTER)
    gc.enable()  # the command line lets it rest while all of this is being put up


def _letters(settings: Settings, house: House) -> EmailChannel | None:
    """The second channel, where there is a mail server."""
    if not settings.smtp_url:
        return None
    postman = Smtp(mail_server(settings.smtp_url), settings.mail_from)
    return EmailChannel(house.kernel, house.service(Mail), house.notices, postman)


def _own_jobs(settings: Settings, storage: Storage) -> jobs.OwnJobs:
    """What the process itself does by the clock."""

    async def look_at_keys() -> None:
        storage.vault.look()

    async def nightly() -> None:
        await roll(settings, storage)

    return jobs.OwnJobs(look_at_keys, registry_admin(storage).sweep, nightly)


def _told_to_end() -> asyncio.Event:
    """Set once the operator asks the process to end: Ctrl-C, or SIGTERM.

    From the very start: a process begun in the background of a shell would not hear Ctrl-C at all otherwise.
    """
    told = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, told.set)
    return told


async def _listen(
    settings: Settings, storage: Storage, bot: Bot, incoming: Incoming, kinds: Collection[str], told: asyncio.Event
) -> None:
    """Takes updates by webhook until a signal comes. The webhook stays: other processes may share it."""
    # Imported where it is needed: who polls has no web server, and the start must be quick.
    from aiohttp import web

    from bot.web import health, webhook
    from bot.web.server import serving
    from bot.web.updates import Updates

    secret = webhook.secret_of(storage.vault, bot, settings.webhook_secret)
    updates = Updates(incoming, secret)
    routes = (
        web.post(settings.webhook_path, updates.take),
        web.get(health.PATH, health.Health(storage.database).answer),
    )
    async with serving(settings.http_host, settings.http_port, routes, incoming.stop):
        try:
            await webhook.settle(bot, storage.database, storage.vault, settings.webhook_url, secret, kinds)
        except TelegramBadRequest as error:
            raise SetupError(f"Telegram refuses WEBHOOK_URL: {error.message}") from None
        except TelegramAPIError as error:
            raise _no_answer(bot, error) from None
        await told.wait()


async def _introduce(bot: Bot, house: House, ready: asyncio.Event) -> None:
    """Commands and descriptions, once nothing more pressing is to be done; from then on the loop is people's."""
    await ready.wait()
    house.kernel.database.tell_what_is_slow()
    try:
        await introduce(bot, house.entries.commands)
    except Exception:
        log.exception("commands and descriptions could not be set")


async def _tell_what_is_off(signing: Signing, ready: asyncio.Event) -> None:
    """Once nobody waits for the start any more, for OpenSSL is asked."""
    await ready.wait()
    try:
        await tell_what_is_off(signing)
    except Exception:
        log.exception("whether signatures by GOST can be checked is not known")


async def _fill(settings: Settings, storage: Storage, ready: asyncio.Event) -> None:
    """DEMO's registry is filled while the bot speaks already: nobody reads the consent in less time."""
    try:
        await fill(settings, storage)
    except Exception:
        log.exception("the demo registry could not be filled")
    finally:
        ready.set()
    try:
        await fill_records(settings, storage)
    except Exception:
        log.exception("families of an earlier release could not be given their records")


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

"""Photographs what the bot shows as it stands on the emulator's page, in headless Chromium at a phone's width."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import BotCommand, BufferedInputFile, InlineKeyboardButton, InlineKeyboardMarkup
from playwright.async_api import Browser, Page, async_playwright

from bot.keyboards.markup import Markup
from bot.topics import ALL
from bot.views import profile
from bot.views.prompts import PromptMessage
from bot.views.screen import Document, Screen
from emulator import people
from emulator.driver import Emulator, User
from services.notify.model import Letter
from services.notify.smtp import Smtp, mail_server
from services.texts.i18n import texts
from tests.samples.common import NOW, PLAIN
from tests.samples.mail import ADDRESS
from tests.support.heights import PHONE, SCALES

from .pieces import Piece, Shown

CHROMIUM = Path("/usr/bin/chromium")
OPTIONS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
WIDTH, HEIGHT = 390, 844
NAMES = {"ru": ("Анна", "Иванова", "Номерок"), "en": ("Anna", "Ivanova", "Nomerok")}
_TIMEOUT_MS = 20_000
# The bubble with this id is there, and what it shows has been loaded.
_SHOWN = """async (id) => {
  const node = document.querySelector(`[data-role=bubble][data-message-id="${id}"]`);
  if (!node) return false;
  await Promise.all([...node.querySelectorAll("img")].map((image) => image.decode()));
  return true;
}"""
# How tall the page must be to show all of the chat at once.
_TALL = """() => {
  const log = document.querySelector("[data-role=log]");
  return document.documentElement.clientHeight - log.clientHeight + log.scrollHeight;
}"""
# The height of the bubble with this id and its buttons, at a scale of the text.
_HEIGHT = """([id, scale]) => {
  document.documentElement.style.fontSize = `${100 * scale}%`;
  const node = document.querySelector(`[data-role=bubble][data-message-id="${id}"]`);
  if (!node) return false;
  return node.getBoundingClientRect().height;
}"""


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A browser for any number of studios."""
    assert CHROMIUM.exists(), "Chromium is missing; install the Debian package `chromium` (make system)"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(OPTIONS))
        yield browser
        await browser.close()


@asynccontextmanager
async def studio(browser: Browser, locale: str, *, dark: bool) -> AsyncIterator[Studio]:
    """A local Telegram at the moment of the samples, where the bot is up and nobody has pressed START yet."""
    t = texts(locale)
    first, last, name = NAMES[locale]
    with TemporaryDirectory() as folder:
        async with Emulator.start(Path(folder), smtp=True, checked=False) as emulator:
            emulator.world.advance(NOW.timestamp() - emulator.world.now())
            user = await emulator.user(first, last_name=last, language_code=locale)
            api = TelegramAPIServer.from_base(emulator.url)
            async with Bot(emulator.token, session=AiohttpSession(api=api)) as bot, _polling(bot):
                await bot.set_my_name(name)
                await bot.set_my_description(profile.description(t))
                declared = [command for topic in ALL for command in topic.commands]
                commands = [BotCommand(command=each.name, description=t.label(each.does)) for each in declared]
                await bot.set_my_commands(commands)
                context = await browser.new_context(
                    viewport={"width": WIDTH, "height": HEIGHT},
                    locale={"ru": "ru-RU", "en": "en-GB"}[locale],
                    timezone_id="Europe/Moscow",
                    color_scheme="dark" if dark else "light",
                    reduced_motion="reduce",
                )
                context.set_default_timeout(_TIMEOUT_MS)
                await context.add_init_script("localStorage.setItem('hide-deleted', '')")
                page = await context.new_page()
                await page.goto(emulator.url)
                yield Studio(emulator, locale, bot, user, page)
                await context.close()


@asynccontextmanager
async def _polling(bot: Bot) -> AsyncIterator[None]:
    """The page shows a bot as there while it polls."""

    async def poll() -> None:
        offset = 0
        while True:
            for update in await bot.get_updates(offset, timeout=20):
                offset = update.update_id + 1

    task = asyncio.create_task(poll())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


class Studio:
    """One language's phone: a person, the bot that talks to them, and the page."""

    def __init__(self, emulator: Emulator, locale: str, bot: Bot, user: User, page: Page) -> None:
        self._emulator = emulator
        self._locale = locale
        self._bot = bot
        self._user = user
        self._page = page
        self._letters = Smtp(mail_server(emulator.smtp_url), f"{NAMES[locale][2]} <bot@example.org>")

    async def empty_chat(self, to: Path) -> None:
        """The chat before START, then START."""
        await self._page.locator("[data-role=empty]").wait_for()
        await self._page.screenshot(path=to)
        people.start(self._emulator.world, self._emulator.bot_id, self._user.id)
        await self._page.locator("[data-role=composer]").wait_for()

    async def take(self, piece: Piece, to: Path) -> dict[float, float]:
        """One picture; the chat holds nothing else meanwhile.

        Gives its height on a small phone at each scale of the text; nothing where it is no message.
        """
        self._clear()
        shown = piece.draw(texts(self._locale))
        if isinstance(shown, Letter):
            await self._take_letter(shown, to)
        elif isinstance(shown, str):
            await self._take_toast(shown, to)
        else:
            sent = await self._send(shown)
            await self._wait_for(sent)
            heights = await self._heights(sent)
            await self._shoot(to)
            return heights
        return {}

    async def labels(self) -> list[str]:
        """The buttons that can be seen now."""
        return await self._page.locator("[data-role=inline-button]:visible").all_inner_texts()

    async def _send(self, shown: Shown) -> int:
        """The id of the message, as the bot's channel would have sent it."""
        chat = self._user.id
        match shown:
            case Screen(text, markup, None):
                sent = await self._bot.send_message(chat, text, parse_mode="HTML", reply_markup=_theirs(markup))
            case Screen(text, markup, bytes(picture)):
                file = BufferedInputFile(picture, "map.png")
                sent = await self._bot.send_photo(
                    chat, file, caption=text, parse_mode="HTML", reply_markup=_theirs(markup)
                )
            case PromptMessage(text, keyboard):
                sent = await self._bot.send_message(chat, text, parse_mode="HTML", reply_markup=keyboard)
            case Document(name, data, caption, markup):
                document = BufferedInputFile(data, name)
                sent = await self._bot.send_document(
                    chat, document, caption=caption, parse_mode="HTML", reply_markup=_theirs(markup)
                )
            case Markup():
                assert PLAIN.lat is not None
                assert PLAIN.lon is not None
                sent = await self._bot.send_venue(
                    chat,
                    PLAIN.lat,
                    PLAIN.lon,
                    PLAIN.name,
                    f"{PLAIN.town}, {PLAIN.address}",
                    reply_markup=_theirs(shown),
                )
            case _:
                raise AssertionError(f"{type(shown).__name__} is no message")
        return sent.message_id

    async def _take_toast(self, words: str, to: Path) -> None:
        key = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="…", callback_data="key")]])
        sent = await self._bot.send_message(self._user.id, "…", reply_markup=key)
        await self._wait_for(sent.message_id)
        world = self._emulator.world
        query = people.press(world, self._emulator.bot_id, self._user.id, sent.message_id, "key")
        await self._bot.answer_callback_query(query.id, words)
        toasts = self._page.locator("[data-role=toast]")
        await toasts.filter(has_text=words).wait_for()
        await self._shoot(to)
        await toasts.evaluate_all("(all) => all.forEach((toast) => toast.remove())")

    async def _take_letter(self, letter: Letter, to: Path) -> None:
        before = len(self._emulator.mail)
        await self._letters.post(letter, ADDRESS, f"letter{before}", NOW)
        await self._page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
        await self._page.locator("[data-role=mail]").click()
        await self._page.locator("[data-role=mail-item]").nth(before).wait_for()
        await self._page.locator("[data-role=mail-item]").first.click()
        await self._page.frame_locator("[data-role=mail-html]").locator("h1").wait_for()
        await self._page.locator("[data-role=toast]").evaluate_all("(all) => all.forEach((toast) => toast.remove())")
        await self._page.screenshot(path=to)
        await self._page.keyboard.press("Escape")

    async def _wait_for(self, message_id: int) -> None:
        await self._page.wait_for_function(_SHOWN, arg=message_id)

    async def _heights(self, message_id: int) -> dict[float, float]:
        width, height = PHONE
        await self._page.set_viewport_size({"width": width, "height": height})
        heights = {}
        for scale in SCALES:
            found = await self._page.wait_for_function(_HEIGHT, arg=[message_id, scale])
            heights[scale] = float(await found.json_value())
        await self._page.evaluate("document.documentElement.style.fontSize = ''")
        return heights

    async def _shoot(self, to: Path) -> None:
        """As high as a phone, or higher where the screen is longer."""
        await self._page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
        tall = await self._page.evaluate(_TALL)
        if tall > HEIGHT:
            await self._page.set_viewport_size({"width": WIDTH, "height": tall})
        await self._page.screenshot(path=to)

    def _clear(self) -> None:
        world = self._emulator.world
        for stored in world.store.messages(self._emulator.bot_id, self._user.id):
            world.delete_message(stored)


def _theirs(markup: Markup) -> InlineKeyboardMarkup:
    """Our buttons as the library's own session takes them."""
    return InlineKeyboardMarkup.model_validate(markup.plain())

"""The page for keyboards, screen readers and poor eyes: axe-core finds nothing, and nothing leaves the screen."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from aiogram import Bot
from aiogram.types import BotCommand, BufferedInputFile
from playwright.async_api import Page, expect

from emulator import pictures
from emulator.driver import Emulator, User

from ..conftest import MENU, aiogram_bot
from .test_files import PDF

AXE = next(iter(sorted((Path(__file__).parents[3] / "build" / "axe").glob("axe-*.min.js"))), None)
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
EVERY_RULE: dict[str, Any] = {"type": "tag", "values": TAGS}
COLOURS: dict[str, Any] = {"type": "rule", "values": ["color-contrast"]}
EVERYTHING = (
    '<b>жирный</b>, <i>курсив</i>, <a href="https://example.org/">ссылка</a>, <code>код</code>,'
    " <tg-spoiler>тайна</tg-spoiler>"
    "\n<blockquote>цитата</blockquote>\n<blockquote expandable>длинная\nцитата\nв\nпять\nстрок</blockquote>"
    "\n<pre>по знакам</pre> /start"
)


async def findings(page: Page, only: dict[str, Any]) -> list[str]:
    """What axe-core finds on the page as it is now, by some of its rules."""
    if not await page.evaluate("'axe' in window"):
        assert AXE is not None, "axe-core is missing; fetch it: make axe"
        await page.evaluate(AXE.read_text(encoding="utf-8"))
    options = {"runOnly": only, "resultTypes": ["violations"], "iframes": False}
    found: dict[str, Any] = await page.evaluate(f"axe.run(document, {json.dumps(options)})")
    return [
        f"{each['impact']} {each['id']}: {node['html'][:160]} {node['failureSummary']}"
        for each in found["violations"]
        for node in each["nodes"]
    ]


async def every_kind_of_message(bot: Bot, user: User) -> None:
    await bot.send_message(user.id, EVERYTHING, parse_mode="HTML", reply_markup=MENU)
    gone = await bot.send_message(user.id, "Это сообщение удалят", reply_markup=MENU)
    await bot.send_venue(user.id, 55.91, 37.73, "Поликлиника № 1", "ул. Мира, 1")
    await bot.send_photo(user.id, BufferedInputFile(pictures.sample(), "map.png"), caption="Карта", reply_markup=MENU)
    await bot.send_document(user.id, BufferedInputFile(PDF, "Памятка.pdf"))
    await bot.send_contact(user.id, "+79990000000", "Ольга")
    await bot.delete_message(user.id, gone.message_id)


async def furnish(emulator: Emulator) -> User:
    user = await emulator.user("Анна", last_name="Петрова")
    await emulator.user("Пётр")
    await user.send("/start")
    bot = aiogram_bot(emulator)
    await bot.set_my_commands([BotCommand(command="start", description="в начало")])
    await every_kind_of_message(bot, user)
    await user.send("/phone")
    await bot.session.close()
    return user


SCROLLED = (
    "document.documentElement,"
    "...document.querySelectorAll('.chat, .log, #side, #tools:not([hidden]), dialog[open], .menu')"
)
STATES: dict[str, Callable[[Page], Awaitable[None]]] = {
    "chat": lambda page: expect(page.locator("[data-role=bubble]").first).to_be_visible(),
    "deleted": lambda page: page.locator("[data-role=deleted] summary").click(),
    "commands": lambda page: page.locator("[data-role=commands]").click(),
    "attach": lambda page: page.locator("[data-role=attach]").click(),
    "people": lambda page: page.locator("[data-role=open-people]").click(),
    "new person": lambda page: page.locator("[data-role=add-person]").click(),
    "contact": lambda page: page.get_by_role("button", name="Мой номер").click(),
    "location": lambda page: page.get_by_role("button", name="Где я").click(),
    "clock": lambda page: page.locator("[data-role=clock]").click(),
    "map": lambda page: page.locator("[data-role=map]").click(),
    "photo": lambda page: page.locator("[data-role=photo]").click(),
    "tools": lambda page: page.locator("[data-role=open-tools]").click(),
}
BEFORE = {"new person": "people", "tools": "people"}


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize(("scheme", "only"), [("light", EVERY_RULE), ("dark", COLOURS)], ids=["light", "dark"])
async def test_nothing_is_found(emulator: Emulator, page: Page, scheme: Any, only: dict[str, Any]) -> None:
    await furnish(emulator)
    await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    await page.goto(emulator.url)
    found: dict[str, list[str]] = {}
    for state, reach in STATES.items():
        if state in BEFORE:
            await STATES[BEFORE[state]](page)
        await reach(page)
        if state == "tools":
            await page.locator("[data-role=log-switch]").check()
            await expect(page.locator("[data-role=log-entry]").first).to_be_visible()
            await page.locator("[data-role=log-entry]").first.click()
        found[state] = await findings(page, only)
        await page.keyboard.press("Escape")
    assert {state: each for state, each in found.items() if each} == {}, json.dumps(found, ensure_ascii=False, indent=1)


@pytest.mark.usefixtures("bot")
async def test_a_phone_at_twice_the_size_scrolls_one_way_only(emulator: Emulator, page: Page) -> None:
    await furnish(emulator)
    await page.set_viewport_size({"width": 180, "height": 370})
    await page.goto(emulator.url)
    for state, reach in STATES.items():
        if state in BEFORE:
            await STATES[BEFORE[state]](page)
        await reach(page)
        assert (
            await page.evaluate(
                f"[{SCROLLED}].filter(({{scrollWidth: all, clientWidth: seen}}) => all > seen + 1)"
                ".map((node) => node.className || node.id || 'page')"
            )
            == []
        ), state
        await page.keyboard.press("Escape")

"""A newcomer with nothing but this repository: `python -m bot`, the chat page in Chromium, a booked visit."""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, async_playwright, expect

from tests.support.local_chat import local_chat
from tests.support.machine import PATIENCE

CHROMIUM = shutil.which("chromium")
OPTIONS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
DAY = re.compile(r"^\d{1,2}$")
TIME = re.compile(r"^\d\d:\d\d$")
SCREENS = Path(__file__).parents[2] / "build" / "story"
_PATIENCE_MS = 1000 * PATIENCE

NAMES = ("form-or-family", "home", "person", "clinic", "service", "doctor", "day")
"""What is on the screen after each of the first presses."""

STORY = {
    "ru-RU": (
        *("✅", "Взять готовую семью", "Записаться к врачу", "Мне:", "⭐", "Терапевт", "Любой врач"),
        "Да, подтверждаю",
        "Запись подтверждена",
    ),
    "en-GB": (
        *("✅", "Take a ready family", "Book a doctor", "Me:", "⭐", "General practitioner", "Any doctor"),
        "Yes, I confirm",
        "Booking confirmed",
    ),
}


MAIL = {
    "ru-RU": ("Присылать на почту", "Код для бота в Telegram", "Адрес подтверждён"),
    "en-GB": ("Send it by e-mail", "Code for the bot in Telegram", "The address is confirmed"),
}
ADDRESS = "anna@example.org"
CODE = re.compile(r"\d{3}\s?\d{3}")


@asynccontextmanager
async def phone(locale: str, *, dark: bool) -> AsyncIterator[Page]:
    """A browser of a phone's size."""
    assert CHROMIUM, "Chromium is missing; install the Debian package `chromium` (make system)"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(OPTIONS))
        context = await browser.new_context(
            viewport={"width": 390, "height": 844}, locale=locale, color_scheme="dark" if dark else "light"
        )
        context.set_default_timeout(_PATIENCE_MS)
        expect.set_options(timeout=_PATIENCE_MS)
        yield await context.new_page()
        await browser.close()


@pytest.mark.parametrize(("locale", "dark"), [("ru-RU", False), ("en-GB", True)])
async def test_a_visit_is_booked_on_the_chat_page(locale: str, dark: bool, tmp_path: Path) -> None:
    with local_chat(tmp_path) as (_, port):
        async with phone(locale, dark=dark) as page:
            await walk(page, port, locale)


async def walk(page: Page, port: int, locale: str) -> None:
    *first_presses, confirm, booked = STORY[locale]
    screens = Screens(page, SCREENS / locale[:2])
    # 1. The page shows a chat with a bot in it, and a button to begin.
    await page.goto(f"http://127.0.0.1:{port}/")
    await expect(page.locator("[data-role=status]")).not_to_be_empty()
    await screens.take("start")
    await page.get_by_role("button", name="ЗАПУСТИТЬ" if locale == "ru-RU" else "START").click()

    # 2. Consent, the ready family, and on to the days: nothing typed.
    for words, name in zip(first_presses, NAMES, strict=True):
        await press(page, words)
        await screens.take(name)

    # 3. A day, a time, the card, the ticket.
    await button(page, "").filter(has_text=DAY).first.click()
    await screens.take("time")
    await button(page, "").filter(has_text=TIME).first.click()
    await expect(bubble(page)).to_contain_text("Держим за Вами" if locale == "ru-RU" else "is held for you")
    await screens.take("confirm")
    await press(page, confirm)
    await expect(bubble(page)).to_contain_text(booked)
    await screens.take("ticket")

    # 4. Letters are caught on this machine without any setting: the ticket's own comes once an address is given.
    offer, subject, confirmed = MAIL[locale]
    await press(page, offer)
    await write(page, ADDRESS)
    await open_letter(page, subject)
    digits = page.frame_locator("[data-role=mail-html]").get_by_text(CODE)
    code = CODE.search(await digits.first.inner_text())
    assert code is not None
    await page.locator("[data-role=mailbox-close]").click()
    await expect(page.locator("[data-role=mailbox]")).not_to_be_visible()
    await write(page, code[0])
    await expect(page.locator("body")).to_contain_text(confirmed)
    await open_letter(page, booked)
    await expect(page.frame_locator("[data-role=mail-html]").locator("h1")).to_have_text(booked)
    await expect(page.locator("[data-role=mail-attachment]")).to_contain_text(".ics")
    await screens.take("letter")


class Screens:
    """Pictures of the story, in order; whoever changes a screen looks at them (`build/story`)."""

    def __init__(self, page: Page, folder: Path) -> None:
        self._page = page
        self._folder = folder
        self._number = 0

    async def take(self, name: str) -> None:
        self._number += 1
        await self._page.screenshot(path=self._folder / f"{self._number:02d}-{name}.png")


async def write(page: Page, text: str) -> None:
    await page.locator("[data-role=composer]").fill(text)
    await page.locator("[data-role=composer]").press("Enter")


async def open_letter(page: Page, subject: str) -> None:
    await page.locator("[data-role=mail]").first.click()
    await page.locator("[data-role=mail-item]").filter(has_text=subject).click()


def bubble(page: Page) -> Locator:
    return page.locator("[data-role=bubble]").last


def button(page: Page, text: str) -> Locator:
    return page.locator("[data-role=inline-button]").filter(has_text=text)


async def press(page: Page, text: str) -> None:
    """The first button with this text on the page; done when it is answered."""
    await button(page, text).first.click()
    await expect(page.locator("[aria-busy=true]")).to_have_count(0)

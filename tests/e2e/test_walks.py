"""Three people walk through the bot on the chat page of a small phone, each on their own way.

Every press is counted, for none of these ways may grow, and photographed into build/walks: whoever changes a screen
looks at them.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright, expect

from emulator.driver import User
from services.registry.model import Sex
from tests.e2e.desk import desk_of
from tests.e2e.people import a_policy, has_more, text_of
from tests.support.bot_process import BotProcess
from tests.support.heights import PHONE, SCALES
from tests.support.machine import PATIENCE

CHROMIUM = shutil.which("chromium")
OPTIONS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
PICTURES = Path(__file__).parents[2] / "build" / "walks"
BY_DAY_AND_TIME, BY_NEAREST, AGAIN = 8, 6, 3
"""Presses from Home to the ticket."""
KEPT = ("🎫 Запись подтверждена", "🎫 Booking confirmed")
"""A ticket is kept, and read to its end."""
_LETTERS = "addEventListener('DOMContentLoaded', () => document.documentElement.style.fontSize = '{}')"
# How much of the last message, with its buttons, does not fit the part of the page that shows the chat.
_OVERFLOW = """() => {
  const log = document.querySelector("[data-role=log]");
  const last = [...log.querySelectorAll(".message")].at(-1);
  return last.getBoundingClientRect().height - log.clientHeight;
}"""


@dataclass
class Walk:
    """Somebody with the chat page in their hand. `measured`: whether each screen is to fit it."""

    bot: BotProcess
    user: User
    page: Page
    folder: Path
    measured: bool
    presses: int = 0
    turned: int = 0
    pictures: int = 0

    @property
    def text(self) -> str:
        """What stands last in the chat."""
        return self.user.screen().text

    @property
    def labels(self) -> list[str]:
        return self.user.screen().labels

    @property
    def message(self) -> int:
        """The one whose buttons are pressed next."""
        found = self.user.screen().message_id
        assert found is not None
        return found

    async def press(self, *labels: str) -> None:
        """One button after another: each the lowest in the chat that says so."""
        for label in labels:
            await self.page.locator("[data-role=inline-button]").filter(has_text=label).last.click()
            self.presses += 1
            await self.look()

    async def press_first(self, pattern: str) -> None:
        """The first button of the last screen whose label has such words."""
        await self.press(next(each for each in self.labels if re.search(pattern, each)))

    async def press_paging(self, label: str) -> None:
        """It may stand on a later page: presses that turn pages are `turned`."""
        while has_more(self.user) and not any(label in each for each in self.labels):
            await self.press_first(" ▶️$")
            self.turned += 1
        await self.press(label)

    async def eve(self) -> None:
        """The evening before the visit that is ahead next, 18:00 in Moscow; its reminder has come."""
        told = re.search(r"\b(\d+) (ноября|декабря)", self.text)
        assert told is not None, self.text
        day = date(2026, {"ноября": 11, "декабря": 12}[told[2]], int(told[1])) - timedelta(days=1)
        self.bot.set_clock(datetime(day.year, day.month, day.day, 15, tzinfo=UTC))
        await self.user.wait_for("Напоминание")
        await self.look()

    async def write(self, text: str) -> None:
        composer = self.page.locator("[data-role=composer]")
        await composer.fill(text)
        await composer.press("Enter")
        await self.look()

    async def look(self) -> None:
        """Waits until all is answered and drawn, and takes a picture."""
        await self.bot.emulator.wait_quiet()
        await expect(self.page.locator("[aria-busy=true]")).to_have_count(0)
        shown = self.page.locator(f"[data-role=bubble][data-message-id='{self.message}']")
        await expect(shown).to_contain_text(self.text.strip().splitlines()[0][:40])
        self.pictures += 1
        if self.measured and not self.text.startswith(KEPT):
            assert float(await self.page.evaluate(_OVERFLOW)) <= 0, f"question and buttons do not fit: {self.text}"
        await self.page.screenshot(path=self.folder / f"{self.pictures:02d}.png")

    def counted(self) -> int:
        """Presses since this was asked last, but those that turned pages."""
        presses, self.presses, self.turned = self.presses - self.turned, 0, 0
        return presses


@asynccontextmanager
async def walking(bot: BotProcess, name: str, language: str, scale: float) -> AsyncIterator[Walk]:
    """A small phone in somebody's hand, its letters as they come or larger."""
    assert CHROMIUM, "Chromium is missing; install the Debian package `chromium` (make system)"
    folder = PICTURES / f"{name.lower()}-{scale:.0%}"
    shutil.rmtree(folder, ignore_errors=True)
    user = await bot.emulator.user(name, language_code=language, phone="+79161234567")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(OPTIONS))
        locale = {"ru": "ru-RU", "en": "en-GB"}[language]
        context = await browser.new_context(viewport={"width": PHONE[0], "height": PHONE[1]}, locale=locale)
        context.set_default_timeout(1000 * PATIENCE)
        expect.set_options(timeout=1000 * PATIENCE)
        await context.add_init_script(_LETTERS.format(f"{scale:.0%}"))
        page = await context.new_page()
        await page.goto(bot.emulator.url)
        await page.get_by_role("button", name={"ru": "ЗАПУСТИТЬ", "en": "START"}[language]).click()
        walk = Walk(bot, user, page, folder, scale == 1.0)
        await walk.look()
        yield walk
        await browser.close()


@pytest.mark.parametrize("scale", SCALES)
async def test_a_pensioner_who_never_types(bot: BotProcess, scale: float) -> None:
    """Buttons only: «Крупно», a visit by day and time, the reminder, «Приду», and the visit given up after all."""
    async with walking(bot, "Галина", "ru", scale) as walk:
        # STEP 1. Consent, the ready family, «Крупно» out of «Ещё».
        await walk.press("Даю согласие", "Взять готовую семью", "Ещё", "Крупно", "Включить")
        assert "«Крупно» включено" in walk.text
        walk.measured = False  # what is laid out for larger letters need not fit in usual ones
        await walk.press("🏠")
        walk.counted()

        # STEP 2. The visit: as many presses as before, and the days stand as a list.
        await walk.press("Записаться к врачу", "👤 Мне:", "⭐")
        await walk.press_paging("Терапевт")
        await walk.press("Любой врач")
        assert "📅 Календарём" in walk.labels
        await walk.press([each for each in walk.labels if " · " in each][-1])  # no reminder comes for today's
        await walk.press_first(r"^\d\d:\d\d$")
        await walk.press("Да, подтверждаю")
        assert "Запись подтверждена" in walk.text
        assert walk.counted() <= BY_DAY_AND_TIME
        ticket = walk.message

        # STEP 3. The eve's reminder comes below the ticket, which stays; «Приду» marks the reminder itself.
        await walk.eve()
        assert "Напоминание" in walk.text
        await walk.press("✅ Приду")
        assert "Вы ответили: приду" in walk.text
        assert "Запись подтверждена" in text_of(walk.user, ticket)

        # STEP 4. Given up: the outcome stands by itself, the reminder says so and has no button.
        reminder = walk.message
        await walk.press("✖️ Отменить", "Да, отменить")
        assert walk.text.startswith("🎫 Запись отменена заявителем")
        assert "Запись отменена заявителем" in text_of(walk.user, reminder)
        await walk.press("🏠")


@pytest.mark.parametrize("scale", SCALES)
async def test_a_mother_of_two_in_a_hurry(bot: BotProcess, scale: float) -> None:
    """The nearest time for her child, a move out of the reminder, the way back, and the same doctor once more."""
    async with walking(bot, "Ольга", "ru", scale) as walk:
        await walk.press("Даю согласие", "Взять готовую семью")
        walk.counted()

        # STEP 1. Six presses.
        await walk.press("Записаться к врачу")
        await walk.press_first(r"ребёнок")
        await walk.press("⭐")
        await walk.press_paging("Педиатр")
        await walk.press("⚡", "Да, подтверждаю")
        assert "Запись подтверждена" in walk.text
        assert walk.counted() <= BY_NEAREST
        ticket = walk.message

        # STEP 2. To move it, and back again: the ticket is where she came from.
        await walk.press("🔁 Перенос записи")
        await walk.press("⬅️ Назад")
        assert "Запись подтверждена" in text_of(walk.user, ticket)
        assert walk.labels, "there is a way on"

        # STEP 3. After the visit: the same doctor again, three presses from Home.
        bot.shift_clock(timedelta(days=10))
        async with desk_of(bot) as desk:
            await desk.roll()
        await walk.write("/start")
        walk.counted()
        await walk.press("Записаться к врачу", "🔁", "Да, подтверждаю")
        assert "Запись подтверждена" in walk.text
        assert walk.counted() == AGAIN


@pytest.mark.parametrize("scale", SCALES)
async def test_a_student_who_reads_english(bot: BotProcess, scale: float) -> None:
    """Types as people type: all names at once, a date that may be two, «chest pain»; and books."""
    async with walking(bot, "Ivan", "en", scale) as walk:
        # STEP 1. The form: a full name typed at the surname is split and shown.
        await walk.press("I agree", "Fill in the form")
        await walk.write("Smirnov Ivan Petrovich")
        assert "Smirnov" in walk.text
        await walk.press_first("Yes|right|✅")
        await walk.write("4/9/2003")
        assert "4 September" in " ".join(walk.labels)
        await walk.press("4 September")
        await walk.press("Male")
        await walk.user.share_contact()
        await walk.look()
        await walk.write(a_policy(date(2003, 9, 4), Sex.MALE))
        await walk.press("Skip", "Everything is right")
        assert "Done" in walk.text

        # STEP 2. Danger goes first, in the middle of a booking too; the booking stands below.
        await walk.press("Book a doctor")
        await walk.write("chest pain")
        said = " ".join(message.text for message in walk.user.messages() if message.from_bot and not message.deleted)
        assert "103" in said
        assert "112" in said

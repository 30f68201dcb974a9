"""The chat page in headless Chromium, with the tiny bot behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright, expect

from emulator.driver import Emulator

from .conftest import polling_bot

CHROMIUM = Path("/usr/bin/chromium")
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture
def chromium() -> str:
    assert CHROMIUM.exists(), "Chromium is missing; install the Debian package `chromium`"
    return str(CHROMIUM)


@pytest.fixture
async def page(chromium: str) -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=OPTIONS)
        context = await browser.new_context(viewport={"width": 390, "height": 844}, locale="ru-RU")
        context.set_default_timeout(10_000)
        yield await context.new_page()
        await browser.close()


async def test_a_person_talks_to_the_bot(emulator: Emulator, page: Page) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    await page.goto(emulator.url)
    status = page.locator("[data-role=status]")
    await expect(status).to_have_text("бот ещё не подключён")
    bubbles = page.locator("[data-role=bubble]")
    async with polling_bot(emulator):
        await expect(status).to_contain_text("Анна")
        await page.get_by_role("button", name="ЗАПУСТИТЬ").click()
        await expect(bubbles.last.locator("b")).to_have_text("Привет")
        await page.get_by_role("button", name="Записаться").click()
        await expect(bubbles.last).to_contain_text("Когда?")
        await expect(bubbles.last.locator("[data-role=edited]")).to_have_text("изменено")
        await expect(page.locator("[data-role=toast]")).to_have_text("Выберите день")
        await page.get_by_role("button", name="Да, подтверждаю").click()
        await expect(page.locator("[data-role=alert]")).to_contain_text("Готово")
        await page.keyboard.press("Enter")
        await expect(page.locator("[aria-busy]")).to_have_count(0)
        composer = page.locator("[data-role=composer]")
        await composer.fill("/phone")
        await composer.press("Enter")
        await page.get_by_role("button", name="Мой номер").click()
        await page.locator("[data-role=contact-dialog] [data-role=dialog-main]").click()
        await expect(bubbles.last).to_contain_text("Номер 7999")
        await expect(page.locator("[data-role=reply-button]")).to_have_count(0)
        await page.locator("[data-role=attach]").click()
        await page.get_by_role("menuitem", name="Геопозиция").click()
        await page.locator("[data-role=location-dialog] [data-role=dialog-main]").click()
        await expect(bubbles.last).to_contain_text("Поликлиника")
        await composer.fill("<img src=x onerror=alert(1)>")
        await page.locator("[data-role=send]").click()
        await expect(bubbles.last).to_contain_text("<img src=x onerror=alert(1)>")
        await page.reload()
        await expect(bubbles.last).to_contain_text("<img src=x")
        await page.locator("[data-role=open-people]").click()
        await page.locator("[data-role=page-language]").select_option("en")
        await page.locator("[data-role=add-person]").click()
        await page.get_by_label("First name").fill("Peter")
        await page.get_by_role("button", name="Create").click()
        await page.get_by_role("button", name="START").click()
        await expect(bubbles).to_have_count(2)
    assert [person.first_name for person in emulator.world.store.people()] == ["Анна", "Peter"]
    assert errors == []
    assert emulator.problems() == []

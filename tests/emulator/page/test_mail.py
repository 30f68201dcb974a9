"""Caught mail on the chat page, in headless Chromium."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, Route, expect

from emulator.driver import Emulator
from tests.support.machine import PATIENCE

from ..test_mail import letter, send


@pytest_asyncio.fixture(loop_scope="session")
async def emulator(tmp_path: Path) -> AsyncIterator[Emulator]:
    async with Emulator.start(tmp_path, quiet_ms=20, timeout=PATIENCE, smtp=True) as running:
        yield running


@pytest.mark.usefixtures("bot")
async def test_mail_is_read_on_the_page(emulator: Emulator, page: Page) -> None:
    went_out: list[str] = []

    async def outside(route: Route) -> None:
        went_out.append(route.request.url)
        await route.abort()

    await page.context.route("https://**", outside)
    user = await emulator.user()
    await user.send("/start")
    await page.goto(emulator.url)
    envelope = page.locator("[data-role=mail]")
    await expect(envelope).to_have_accessible_name("Почта (0)")
    await envelope.press("Enter")
    box = page.locator("[data-role=mailbox]")
    await expect(box).to_contain_text("Писем пока нет")
    await expect(box).to_contain_text(emulator.smtp_url)
    await send(emulator)
    await expect(box.locator("[data-role=mail-item]")).to_contain_text("Код для входа")
    await expect(box.get_by_role("heading")).to_have_text("Почта (1)")
    await page.keyboard.press("Escape")
    await expect(envelope).to_be_focused()
    await expect(envelope).to_have_accessible_name("Почта (1)")
    await expect(page.locator("[data-role=toast]")).to_contain_text("Новое письмо: Код для входа")
    await page.keyboard.press("Enter")
    await expect(box.locator("[data-role=mail-item]")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(box).to_contain_text("anna@example.org")
    shown = page.frame_locator("[data-role=mail-html]")
    await expect(shown.locator("b")).to_have_text("4821")
    width = "image => image.decode().then(() => image.naturalWidth)"
    assert await shown.locator("img").first.evaluate(width) == 320
    assert went_out == []
    async with page.expect_download() as saved:
        await box.get_by_role("link", name="Скачать: визит.ics").click()
    assert (await saved.value).suggested_filename == "визит.ics"
    await box.get_by_text("То же текстом").click()
    await expect(box.get_by_role("link", name="https://example.org/in", exact=True)).to_be_visible()
    await box.get_by_role("button", name="Назад к списку").click()
    await expect(box.locator("[data-role=mail-item]")).to_be_focused()
    await page.reload()
    await expect(envelope).to_have_accessible_name("Почта (1)")


@pytest.mark.usefixtures("bot")
async def test_a_deep_link_of_a_letter_opens_here(emulator: Emulator, page: Page) -> None:
    user = await emulator.user()
    await user.send("/start")
    link = f"https://t.me/{emulator.world.bot(emulator.bot_id).username}?start=mail_1"
    plain = letter("")
    plain.clear_content()
    plain.set_content(f"Откройте {link}.")
    await send(emulator, plain)
    await page.goto(emulator.url)
    await page.locator("[data-role=mail]").click()
    await page.get_by_role("button", name="Без темы").click()
    await page.get_by_role("link", name=link).click()
    await expect(page.locator("[data-role=mailbox]")).not_to_be_visible()
    await page.locator("[data-role=start]").click()
    await expect(page.locator("[data-side=own]").last).to_contain_text("/start mail_1")


async def test_no_envelope_where_mail_is_not_caught(emulator: Emulator, page: Page) -> None:
    await emulator.user()
    emulator.world.mail_server, kept = None, emulator.world.mail_server
    await page.goto(emulator.url)
    await expect(page.locator("[data-role=person-menu]")).to_be_visible()
    await expect(page.locator("[data-role=mail]")).to_be_hidden()
    emulator.world.mail_server = kept

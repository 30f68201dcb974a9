"""Photos and documents on the chat page, in headless Chromium."""

from __future__ import annotations

from pathlib import Path

import aiohttp
import pytest
from aiogram.types import BufferedInputFile
from playwright.async_api import Page, expect

from emulator import pictures
from emulator.driver import Emulator

from ..conftest import aiogram_bot

PDF = b"%PDF-1.4\ntrailer<</Root 1 0 R>>\n"
HOSTILE = b"<script>fetch('/control/create-person', {method: 'POST', body: '{\"first_name\": \"x\"}'})</script>"


@pytest.mark.usefixtures("bot")
async def test_a_photo_is_shown_and_enlarged(emulator: Emulator, page: Page) -> None:
    user = await emulator.user()
    await user.send("/pass")
    await user.send_photo()
    await page.goto(emulator.url)
    photo = page.locator("[data-side=bot]").get_by_role("button", name="Пропуск 1")
    await expect(page.locator("[data-side=bot] b")).to_have_text("Пропуск")
    await expect(page.locator("[data-side=own]").get_by_role("button", name="Фото")).to_be_visible()
    assert await photo.locator("img").evaluate("image => image.decode().then(() => image.naturalWidth)") == 320
    for close in ("Escape", "Enter"):
        await photo.press("Enter")
        viewer = page.locator("[data-role=viewer]")
        await expect(viewer.get_by_role("img", name="Пропуск 1")).to_be_visible()
        await expect(viewer.get_by_role("button", name="Закрыть")).to_be_focused()
        await page.keyboard.press(close)
        await expect(viewer).to_have_count(0)
        await expect(photo).to_be_focused()
    await page.get_by_role("button", name="Обновить").click()
    await expect(photo).to_have_count(0)
    await expect(page.get_by_role("link", name="Скачать: visit.ics")).to_contain_text("15 Б")


@pytest.mark.usefixtures("bot")
async def test_documents_open_here_or_are_saved(emulator: Emulator, page: Page) -> None:
    user = await emulator.user()
    await user.send("/start")
    bot = aiogram_bot(emulator)
    for name, data in (("Памятка.pdf", PDF), ("x.html", HOSTILE), ("visit.ics", b"BEGIN:VCALENDAR")):
        await bot.send_document(user.id, BufferedInputFile(data, name))
    await bot.session.close()
    await page.goto(emulator.url)
    await page.get_by_role("button", name="Памятка.pdf").click()
    viewer = page.locator("[data-role=viewer]")
    await expect(viewer.locator("iframe")).to_have_attribute("title", "Памятка.pdf")
    async with page.expect_download() as saved:
        await viewer.locator("[data-role=download]").click()
    assert (await saved.value).suggested_filename == "Памятка.pdf"
    await viewer.get_by_role("button", name="Закрыть").click()
    async with page.expect_download() as saved:
        await page.get_by_role("link", name="Скачать: visit.ics").press("Enter")
    download = await saved.value
    assert download.suggested_filename == "visit.ics"
    assert (await download.path()).read_bytes() == b"BEGIN:VCALENDAR"


async def test_a_strangers_file_is_never_a_page(
    emulator: Emulator, session: aiohttp.ClientSession, started: int
) -> None:
    store = emulator.world.store
    file = store.add_file(emulator.bot_id, "document", "x.html", "text/html", (0, 0), HOSTILE)
    async with session.get(f"{emulator.url}/control/file/{file.unique_id}") as answer:
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["Content-Disposition"] == "attachment"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert await answer.read() == HOSTILE
    async with session.get(f"{emulator.url}/control/file/none") as answer:
        assert answer.status == 404


@pytest.mark.usefixtures("bot")
async def test_a_person_sends_a_photo_and_a_file(emulator: Emulator, page: Page, tmp_path: Path) -> None:
    (tmp_path / "снимок.png").write_bytes(pictures.sample())
    (tmp_path / "анализ.pdf").write_bytes(PDF)
    user = await emulator.user()
    await user.send("/start")
    await page.goto(emulator.url)
    composer = page.locator("[data-role=composer]")

    async def send(item: str, file: str, caption: str) -> None:
        await page.locator("[data-role=attach]").press("Enter")
        async with page.expect_file_chooser() as chooser:
            await page.get_by_role("menuitem", name=item, exact=True).press("Enter")
        await (await chooser.value).set_files(tmp_path / file)
        await page.get_by_label("Подпись").fill(caption)
        await page.keyboard.press("Enter")
        await expect(page.locator("[data-role=bubble]").last).to_contain_text(f"байт: {caption or 'без подписи'}")

    await expect(composer).to_be_visible()
    await send("Фото", "снимок.png", "моё направление")
    await send("Файл", "анализ.pdf", "")
    photo, paper = [message for message in user.messages() if not message.from_bot][1:]
    assert photo.photo is not None
    assert (photo.text, photo.photo.mime, photo.photo.width) == ("моё направление", "image/jpeg", 320)
    assert pictures.size_of(photo.photo.data) == (320, 240)
    assert paper.document is not None
    assert (paper.document.name, paper.document.mime, paper.document.data) == ("анализ.pdf", "application/pdf", PDF)
    (tmp_path / "broken.png").write_bytes(b"no picture")
    await page.locator("[data-role=attach]").click()
    async with page.expect_file_chooser() as chooser:
        await page.get_by_role("menuitem", name="Фото").click()
    await (await chooser.value).set_files(tmp_path / "broken.png")
    await expect(page.locator("[data-role=toast]")).to_contain_text("Не получилось: broken.png")
    assert emulator.problems() == []


async def test_acts_with_files(emulator: Emulator, session: aiohttp.ClientSession, started: int) -> None:
    async def act(name: str, /, **body: object) -> dict[str, object]:
        where = {"bot_id": emulator.bot_id, "user_id": started}
        async with session.post(f"{emulator.url}/control/{name}", json=where | body) as answer:
            value: dict[str, object] = await answer.json()
            return value

    assert await act("photo") == {"ok": True, "message_ids": [2]}
    assert (await act("photo", data="AAAA"))["error"] == "a photo is a PNG or JPEG"
    assert (await act("photo", data="?"))["ok"] is False
    assert (await act("document", name="a", data=""))["error"] == "a file needs a name and cannot be empty"
    assert (await act("document", name="a", data="AAAA", caption="a" * 1025))["error"] == (
        "a caption has at most 1024 characters"
    )
    assert (await act("document", name="a", data="A" * 53_000_000))["error"] == "too large"

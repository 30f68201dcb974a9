"""The chat page in headless Chromium, with the tiny bot behind it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from aiogram.types import BotCommand
from playwright.async_api import Page, expect

from emulator.driver import Emulator
from tests.support.clock import MONDAY_MORNING

from ..conftest import aiogram_bot, polling_bot


async def test_a_person_talks_to_the_bot(emulator: Emulator, page: Page) -> None:
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
    assert emulator.problems() == []


def own_texts(emulator: Emulator) -> list[tuple[str, str]]:
    """Who said what to the bot, in the order of people and messages."""
    store = emulator.world.store
    return [
        (person.first_name, message.text)
        for person in store.people()
        for message in store.messages(emulator.bot_id, person.id)
        if not message.by_bot
    ]


@pytest.mark.usefixtures("bot")
async def test_a_deep_link_of_the_address_waits_for_start(emulator: Emulator, page: Page) -> None:
    await emulator.user("Анна", last_name="Петрова")
    await emulator.user("Пётр")
    await page.goto(f"{emulator.url}/?start=family_A-1")
    bar = page.locator("[data-role=link-bar]")
    await expect(bar).to_contain_text("Открыть ссылку как Анна Петрова")
    await page.reload()
    await page.locator("[data-role=other-person]").click()
    await page.locator("[data-role=person]", has_text="Пётр").click()
    await expect(bar).to_contain_text("Открыть ссылку как Пётр")
    assert own_texts(emulator) == []
    await page.get_by_role("button", name="ЗАПУСТИТЬ").click()
    await expect(page.locator("[data-role=bubble]").last).to_contain_text("Привет")
    await expect(page.locator("[data-role=composer]")).to_be_visible()
    assert page.url == f"{emulator.url}/"
    await page.reload()
    await expect(page.locator("[data-role=composer]")).to_be_visible()
    assert own_texts(emulator) == [("Пётр", "/start family_A-1")]


@pytest.mark.usefixtures("bot")
async def test_a_link_in_a_message_opens_here(emulator: Emulator, page: Page) -> None:
    user = await emulator.user()
    await user.send("/start")
    bot = emulator.world.bot(emulator.bot_id)
    links = [
        f"https://t.me/{bot.username}?start=one",
        f"https://telegram.me/{bot.username}?start=two",
        f"{emulator.url}/?start=three",
    ]
    for link in links:
        await user.send(f"Ссылка: {link}.")
    await page.goto(emulator.url)
    for number, link in enumerate(links):
        await page.locator("[data-side=bot]").get_by_role("link", name=link).click()
        start = page.locator("[data-role=start]")
        await expect(start).to_be_focused()
        if number:
            await start.press("Enter")
        else:
            await page.get_by_role("button", name="Не открывать ссылку").click()
        await expect(page.locator("[data-role=composer]")).to_be_visible()
    await expect(page.locator("[data-side=own]").last).to_contain_text("/start three")
    assert [text for _, text in own_texts(emulator) if text.startswith("/start ")] == ["/start two", "/start three"]
    other = page.get_by_role("link", name="https://t.me/another_bot?start=x")
    await user.send("https://t.me/another_bot?start=x")
    await expect(other.last).to_have_attribute("target", "_blank")
    await page.context.route("https://t.me/**", lambda route: route.fulfill(body="outside"))
    async with page.context.expect_page():
        await other.last.click()
    await expect(page.locator("[data-role=composer]")).to_be_visible()


@pytest.mark.usefixtures("bot")
async def test_a_payload_that_telegram_does_not_take(emulator: Emulator, page: Page) -> None:
    await page.goto(f"{emulator.url}/?start=a.b")
    await page.locator("[data-role=start]").click()
    await expect(page.locator("[data-role=toast]")).to_contain_text("1 to 64")
    await page.get_by_role("button", name="Не открывать ссылку").click()
    await expect(page.get_by_role("button", name="ЗАПУСТИТЬ")).to_be_visible()
    assert page.url == f"{emulator.url}/"


@pytest.mark.usefixtures("bot")
async def test_a_blocked_bot_is_started_again(emulator: Emulator, page: Page) -> None:
    user = await emulator.user()
    await user.send("/start")
    await page.goto(emulator.url)
    await page.locator("[data-role=person-menu]").click()
    await page.locator("[data-role=block]").click()
    restart = page.get_by_role("button", name="ПЕРЕЗАПУСТИТЬ")
    await expect(restart).to_be_visible()
    await expect(page.locator("[data-role=composer]")).to_have_count(0)
    await page.get_by_role("button", name="Записаться").click()
    await expect(page.locator("[data-role=toast]")).to_contain_text("Бот заблокирован")
    await expect(page.locator("[aria-busy]")).to_have_count(0)
    await restart.click()
    await expect(page.locator("[data-role=bubble]")).to_have_count(4)
    await expect(page.locator("[data-role=composer]")).to_be_visible()
    assert [text for _, text in own_texts(emulator)] == ["/start", "/start"]


@pytest.mark.usefixtures("bot")
async def test_time_is_moved_on(emulator: Emulator, page: Page) -> None:
    emulator.world.clock = MONDAY_MORNING.timestamp
    await page.clock.set_fixed_time(MONDAY_MORNING)
    user = await emulator.user()
    await user.send("/start")
    await page.goto(emulator.url)
    clock = page.get_by_role("button", name="Часы")
    panel = page.get_by_role("dialog", name="Часы")
    day = page.locator(".day")
    await expect(day).to_have_text("сегодня")
    await clock.press("Enter")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await expect(panel.get_by_role("button", name="+1 день")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(day).to_have_text("вчера")
    assert emulator.world.clock_shift == 86_400
    await panel.get_by_role("button", name="До 18:00").click()
    await expect(clock).to_contain_text("18:00")
    await expect(panel.get_by_role("status")).to_contain_text("18:00")
    assert datetime.fromtimestamp(emulator.world.now(), UTC).astimezone().hour == 18
    await panel.get_by_role("button", name="+1 час").click()
    await expect(clock).to_contain_text("19:00")
    await panel.get_by_role("button", name="Настоящее время").click()
    await expect(panel.get_by_role("button", name="Настоящее время")).to_have_count(0)
    await expect(panel.get_by_role("button", name="+1 час")).to_be_focused()
    await expect(day).to_have_text("сегодня")
    assert emulator.world.clock_shift == 0
    await page.keyboard.press("Escape")
    await expect(panel).to_have_count(0)
    await expect(clock).to_be_focused()


@pytest.mark.usefixtures("bot")
async def test_the_bots_description_and_commands_in_the_persons_language(emulator: Emulator, page: Page) -> None:
    await emulator.user("Анна", language_code="ru")
    teller = aiogram_bot(emulator)
    for code, description, does in ((None, "Записываю к врачу", "в начало"), ("en", "I book doctors", "to the start")):
        await teller.set_my_description(description, language_code=code)
        await teller.set_my_commands([BotCommand(command="start", description=does)], language_code=code)
    await page.goto(emulator.url)
    await expect(page.locator("[data-role=empty]")).to_contain_text("Записываю к врачу")
    await page.get_by_role("button", name="ЗАПУСТИТЬ").click()
    bubbles = page.locator("[data-role=bubble]")
    await expect(bubbles).to_have_count(2)

    # The menu opens, closes by the same button, and a press of a command writes it.
    opener, command = page.locator("[data-role=commands]"), page.locator("[data-role=command]")
    await opener.click()
    await expect(command).to_have_text("/startв начало")
    await opener.click()
    await expect(command).to_have_count(0)
    await opener.click()
    await command.click()
    await expect(bubbles).to_have_count(4)
    assert own_texts(emulator)[-1] == ("Анна", "/start")

    # In the language of a person's Telegram; what is taken away later goes from the page at once.
    await emulator.user("Peter", language_code="en-GB")
    await page.locator("[data-role=open-people]").click()
    await page.locator("[data-role=people]").get_by_text("Peter").click()
    await expect(page.locator("[data-role=empty]")).to_contain_text("I book doctors")
    await page.get_by_role("button", name="ЗАПУСТИТЬ").click()
    await opener.click()
    await expect(command).to_have_text("/startto the start")
    await teller.delete_my_commands()
    await teller.delete_my_commands(language_code="en")
    await expect(opener).to_be_hidden()
    await teller.session.close()

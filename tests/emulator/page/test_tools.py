"""What the page has for whoever builds the bot: the raw log, troubles, deleted messages, commands by scope, roles."""

from __future__ import annotations

import aiohttp
import pytest
from aiogram.types import BotCommand, BotCommandScopeAllPrivateChats, BotCommandScopeChat
from playwright.async_api import Page, expect

from emulator.driver import Emulator

from ..conftest import MENU, aiogram_bot


async def open_tools(page: Page) -> None:
    await page.locator("[data-role=open-people]").click()
    await page.locator("[data-role=open-tools]").click()
    await expect(page.locator("[data-role=tools-close]")).to_be_focused()


@pytest.mark.usefixtures("bot")
async def test_the_log_shows_both_ways_once_it_is_on(emulator: Emulator, page: Page) -> None:
    user = await emulator.user()
    await user.send("до включения")
    await page.goto(emulator.url)
    await open_tools(page)
    entries = page.locator("[data-role=log-entry]")
    await expect(entries).to_have_count(0)
    await page.locator("[data-role=log-switch]").check()
    await expect(entries.filter(has_text="message")).not_to_have_count(0)
    await page.locator("[data-role=log-clear]").click()
    await expect(entries).to_have_count(0)

    # Newest first: the call that answers stands above the update that it answers.
    await user.send("привет")
    await expect(entries).to_have_count(2)
    call, update = entries.nth(0), entries.nth(1)
    await expect(call).to_have_attribute("data-kind", "call")
    await expect(update).to_have_attribute("data-kind", "update")
    await update.locator("summary").click()
    await expect(update.locator("pre")).to_contain_text('"text": "привет"')
    await call.locator("summary").click()
    await expect(call.locator("pre").first).to_contain_text('"text": "привет"')
    await expect(call.locator("pre").last).to_contain_text('"message_id": 4')

    # A refusal stands there in Telegram's words, and what was opened stays open.
    bot = aiogram_bot(emulator)
    with pytest.raises(Exception, match="chat not found"):
        await bot.send_message(1, "кому")
    await bot.session.close()
    await expect(entries.first).to_contain_text("400 Bad Request: chat not found")
    await expect(call.locator("pre")).to_have_count(0)
    await expect(entries.nth(1).locator("pre")).to_have_count(2)
    await page.locator("[data-role=log-switch]").uncheck()
    await expect(entries).to_have_count(0)
    await page.keyboard.press("Escape")
    await expect(page.locator("[data-role=tools]")).to_be_hidden()


@pytest.mark.usefixtures("bot")
async def test_a_trouble_is_armed_and_happens_once(emulator: Emulator, page: Page) -> None:
    user = await emulator.user("Анна")
    other = await emulator.user("Пётр")
    await user.send("/start")
    await page.goto(emulator.url)
    await open_tools(page)
    armed = page.locator("[data-role=armed]")
    await expect(armed).to_have_text("Сейчас всё работает.")
    await page.locator("[data-role=trouble-whose]").select_option("Анна")
    await page.locator("[data-trouble=server-error]").press("Enter")
    await expect(armed).to_have_text("Ждёт своего случая:")
    await expect(page.locator("[data-trouble=server-error]")).to_be_focused()
    await expect(page.locator("[data-role=status]")).to_contain_text("неполадки: 1")

    # Another chat is spared.
    await other.send("привет")
    assert "привет" in other.screen().text
    await expect(armed).to_have_text("Ждёт своего случая:")
    bot = aiogram_bot(emulator)
    with pytest.raises(Exception, match="Bad Gateway"):
        await bot.send_message(user.id, "раз")
    await expect(armed).to_have_text("Сейчас всё работает.")
    await bot.send_message(user.id, "два")

    # Armed for nobody in particular, and called off.
    await page.locator("[data-role=trouble-whose]").select_option("")
    await page.locator("[data-trouble=too-many]").click()
    await page.locator("[data-trouble=doubled]").click()
    await page.locator("[data-trouble=slow]").click()
    await page.locator("[data-trouble=cut]").click()
    await expect(page.locator(".armed li")).to_have_text(["* → 429", "* → slow", "update → twice", "cut"])
    assert emulator.world.faults.is_cut
    await page.locator("[data-role=disarm]").click()
    await expect(armed).to_have_text("Сейчас всё работает.")
    await bot.send_message(user.id, "три")
    await bot.session.close()
    assert emulator.world.faults.armed == []
    assert emulator.world.faults.duplicates == 0
    assert not emulator.world.faults.is_cut


async def test_mail_troubles_are_offered_where_mail_is_caught(
    emulator: Emulator, session: aiohttp.ClientSession
) -> None:
    async with session.get(f"{emulator.url}/control/state") as answer:
        offered = (await answer.json())["troubles"]["offered"]
    network = {"reply-lost", "call-lost", "slow", "cut", "overtaken", "doubled"}
    assert {"too-many", "forbidden", "server-error", *network} == {each["name"] for each in offered}
    body = {"name": "mail-down", "bot_id": emulator.bot_id}
    async with session.post(f"{emulator.url}/control/arm", json=body) as answer:
        assert answer.status == 400
        assert (await answer.json())["error"] == "missing or unknown: 'mail-down'"


@pytest.mark.usefixtures("bot")
async def test_a_deleted_message_leaves_a_mark_that_opens(emulator: Emulator, page: Page) -> None:
    user = await emulator.user()
    await user.send("/start")
    bot = aiogram_bot(emulator)
    gone = await bot.send_message(user.id, "Скоро исчезнет", reply_markup=MENU)
    await page.goto(emulator.url)
    bubbles, marks = page.locator("[data-role=bubble]"), page.locator("[data-role=deleted]")
    await expect(bubbles).to_have_count(3)
    await bot.delete_message(user.id, gone.message_id)
    await bot.session.close()
    await expect(bubbles).to_have_count(2)
    await expect(marks).to_contain_text("Удалено Скоро исчезнет")
    await page.reload()
    await expect(marks).to_have_count(1)

    # A press there is one of somebody whose app has not heard of it yet: the bot gets an InaccessibleMessage.
    await marks.locator("summary").press("Enter")
    await marks.get_by_role("button", name="Да", exact=True).click()
    await expect(page.locator("[data-role=toast]")).to_have_text("Экран устарел")
    await page.locator("[data-role=open-people]").click()
    await page.locator("[data-role=show-deleted]").uncheck()
    await expect(marks).to_have_count(0)
    await page.reload()
    await expect(bubbles).to_have_count(2)
    await expect(marks).to_have_count(0)


@pytest.mark.usefixtures("bot")
async def test_commands_go_by_scope_before_language(emulator: Emulator, page: Page) -> None:
    user, another = await emulator.user(language_code="ru"), await emulator.user(language_code="ru")
    await another.send("/start")
    await user.send("/start")
    bot = aiogram_bot(emulator)

    async def offer(name: str, scope: object = None, language: str | None = None) -> None:
        await bot.set_my_commands(
            [BotCommand(command=name, description="…")],
            scope=scope,  # type: ignore[arg-type]
            language_code=language,
        )

    await page.goto(emulator.url)
    composer, command = page.locator("[data-role=composer]"), page.locator("[data-role=command] b")
    await offer("default_ru", None, "ru")
    await composer.press_sequentially("/")
    await expect(command).to_have_text("/default_ru")
    await composer.fill("")
    for name, scope, language in (
        ("private", BotCommandScopeAllPrivateChats(), None),
        ("private_ru", BotCommandScopeAllPrivateChats(), "ru"),
        ("another_chat", BotCommandScopeChat(chat_id=another.id), None),
        ("this_chat", BotCommandScopeChat(chat_id=user.id), None),
    ):
        await offer(name, scope, language)
        await page.locator("[data-role=commands]").click()
        await expect(command).to_have_text("/private_ru" if name == "another_chat" else f"/{name}")
        await page.keyboard.press("Escape")
    await bot.session.close()

    # What is typed narrows them down; Esc takes them away and leaves what was typed.
    await composer.fill("/thi")
    await expect(command).to_have_count(1)
    await composer.press("Escape")
    await expect(command).to_have_count(0)
    await expect(composer).to_have_value("/thi")
    await composer.fill("/x")
    await expect(command).to_have_count(0)
    await composer.fill("/this")
    await command.click()
    await expect(page.locator("[data-side=own]").last).to_contain_text("/this_chat")
    await expect(composer).to_have_value("")


@pytest.mark.usefixtures("bot")
async def test_patient_relative_and_staff_side_by_side(emulator: Emulator, page: Page) -> None:
    await page.set_viewport_size({"width": 1400, "height": 800})
    await page.goto(emulator.url)
    people = page.locator("[data-role=person]")
    await expect(people).to_contain_text(["пациент"])
    for role in ("relative", "staff"):
        await page.locator("[data-role=add-person]").click()
        await page.get_by_label("Кто это").select_option(role)
        await page.get_by_role("button", name="Создать").click()
        await expect(people).to_have_count(2 if role == "relative" else 3)
    for name in ("Анна Петрова", "Пётр Петров"):
        await page.get_by_role("button", name=f"Показать рядом: {name}").click()
    chats = page.locator("[data-role=chat]")
    await expect(chats).to_have_count(3)
    for place in range(3):
        await chats.nth(place).get_by_role("button", name="ЗАПУСТИТЬ").click()
        await expect(chats.nth(place).locator("[data-side=bot]")).to_contain_text("Привет")
    assert [(each.first_name, each.role) for each in emulator.world.store.people()] == [
        ("Анна", "patient"),
        ("Пётр", "relative"),
        ("Ольга", "staff"),
    ]


@pytest.mark.usefixtures("bot")
async def test_what_the_bot_is_doing_and_a_map_that_opens(emulator: Emulator, page: Page) -> None:
    user = await emulator.user()
    await user.send("/start")
    bot = aiogram_bot(emulator)
    await bot.send_venue(user.id, 55.91, 37.73, "Поликлиника № 1", "ул. Мира, 1")
    await page.goto(emulator.url)
    status = page.locator("[data-role=status]")
    await expect(status).to_contain_text("Анна")
    await bot.send_chat_action(user.id, "upload_document")
    await expect(status).to_have_text("отправляет файл…")
    await bot.send_message(user.id, "Готово")
    await bot.session.close()
    await expect(status).to_contain_text("Анна")
    card = page.get_by_role("button", name="Карта: Поликлиника № 1")
    await card.press("Enter")
    viewer = page.locator("[data-role=viewer]")
    await expect(viewer).to_contain_text("55.91000, 37.73000")
    await page.keyboard.press("Escape")
    await expect(card).to_be_focused()

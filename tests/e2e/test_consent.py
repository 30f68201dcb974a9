"""Consent comes before anything personal: nothing is asked or kept without it."""

from __future__ import annotations

from emulator.driver import User
from tests.e2e.people import with_consent
from tests.support.bot_process import BotProcess

CONSENT = "Согласие на обработку персональных данных"
NOBODY = {"account": 0, "consent": 0, "draft": 0, "person": 0, "person_link": 0, "audit": 0, "notification": 0}


def kept(bot: BotProcess) -> dict[str, int]:
    """How many rows stand in every table that could say something about a person."""
    return {table: bot.rows(f"SELECT count(*) FROM {table}")[0][0] for table in NOBODY}


async def test_nothing_is_kept_before_consent(town: BotProcess) -> None:
    before = kept(town)
    user = await town.emulator.user("Анна", language_code="ru")

    # STEP 1. Whatever somebody new writes or sends, the consent is the answer.
    for text in ("/start", "Иванова Анна", "5097 5797 9200 0180", "/cancel", "/start family"):
        await user.send(text)
        assert CONSENT in user.screen().text
    await user.share_contact()
    assert CONSENT in user.screen().text
    await user.send_location(55.91, 37.73)
    await user.send_photo()
    assert CONSENT in user.screen().text
    assert kept(town) == before

    # STEP 2. Five lines say who, what for, which data, for how long and how it is taken back, of which version.
    text = user.screen().text
    for words in ("Кто: ", "Для чего: ", "Данные: ", "Как долго: ", "Отозвать: ", "версия "):
        assert words in text
    assert user.screen().labels[:3] == ["✅ Даю согласие", "📄 Весь текст", "Не даю согласия"]

    # STEP 3. All of it is behind a press, with a way back and the same answers below.
    await user.press("📄 Весь текст")
    text = user.screen().text
    for words in ("Оператор", "Цель:", "Какие данные:", "Действия:", "Срок:", "Версия "):
        assert words in text
    assert user.screen().labels == ["✅ Даю согласие", "Не даю согласия", "⬅️ Назад"]
    await user.press("⬅️")
    assert "📄 Весь текст" in user.screen().labels
    assert kept(town) == before

    # STEP 4. In another language, still without a trace.
    await user.press("English")
    assert "Consent to the processing of personal data" in user.screen().text
    assert kept(town) == before

    # STEP 5. Agreed: the account and the very text that was read, its version, language and time.
    await user.press("📄 Whole text")
    read = user.screen().html
    await user.press("✅ I agree")
    assert "Let us get acquainted" in user.screen().text
    assert kept(town) == before | {"account": before["account"] + 1, "consent": before["consent"] + 1}
    locale, version, text, given_at = town.rows(
        "SELECT consent.locale, version, text, given_at FROM consent JOIN account ON account.id = account_id"
        " WHERE chat_index = chat(?)",
        user.id,
    )[0]
    assert locale == "en"
    assert version in text
    assert text in read
    assert given_at == town.now.timestamp() * 1000

    # STEP 6. The chat speaks that language from now on.
    await user.send("/start")
    assert "Let us get acquainted" in user.screen().text


async def test_who_agrees_to_the_short_lines_has_agreed_to_the_whole_text(town: BotProcess) -> None:
    reader = await town.emulator.user("Анна", language_code="ru")
    await reader.send("/start")
    await reader.press("📄 Весь текст")
    whole = reader.screen()

    # STEP 1. Somebody else agrees without having opened it: the same text is kept, with the version that was named.
    user = await town.emulator.user("Пётр", language_code="ru")
    await user.send("/start")
    short = user.screen()
    assert short.buttons[0][0].callback_data == whole.buttons[0][0].callback_data
    await user.press("✅ Даю согласие")
    version, text = town.rows(
        "SELECT version, text FROM consent JOIN account ON account.id = account_id WHERE chat_index = chat(?)", user.id
    )[0]
    assert text in whole.html
    assert version in short.text

    # STEP 2. The whole text is not taken for something else by who has agreed already.
    await user.press_data(user.screen().message_id or 0, short.buttons[1][0].callback_data or "")
    assert "Оператор" in user.screen().text
    await user.press("⬅️")
    await user.press("✅ Даю согласие")
    assert "Давайте познакомимся" in user.screen().text


async def test_refusing_leaves_help_and_the_clinics(town: BotProcess) -> None:
    before = kept(town)
    user = await town.emulator.user("Пётр", language_code="ru")
    await user.send("/start")

    # STEP 1. «Не даю согласия»: said plainly what is left.
    await user.press("Не даю согласия")
    assert "мы ничего о Вас не сохранили" in user.screen().text
    assert user.screen().labels == ["🏥 Поликлиники", "❓ Помощь", "ℹ️ О проекте", "Прочитать согласие ещё раз"]

    # STEP 2. The clinics: region → list → page → card → place on the map, which can be put away.
    await user.press("Поликлиники")
    await user.press("Московская область")
    assert "Всего поликлиник: 4" in user.screen().text
    await user.press("▶️")
    await user.press("▶️")
    await user.press(user.screen().labels[0])
    card = user.screen().text
    for words in ("Адрес: г. ", "Время работы: пн–пт 08:00–", "Телефон: +7 495 000-", "Принимает детей"):
        assert words in card
    assert not any("Записаться" in label for label in user.screen().labels)
    await user.press("📍 Поликлиника на карте")
    venue = user.messages()[-1].venue
    assert venue is not None
    assert venue["title"] in card
    await user.press("Закрыть карту")
    assert user.messages()[-1].deleted
    assert user.screen().text == card

    # STEP 3. Back the same way.
    await user.press("⬅️")
    await user.press("⬅️")
    assert "Выберите регион" in user.screen().text

    # STEP 4. Help is open too; the main menu needs consent, and so does everything that books.
    await user.send("/help")
    assert "📅 Как записаться к врачу" in user.screen().labels
    await user.press("Поликлиники")
    assert "Выберите регион" in user.screen().text
    await user.press("🏠")
    assert CONSENT in user.screen().text
    assert kept(town) == before

    # STEP 5. A change of mind: agreed after all.
    await user.press("Не даю согласия")
    await user.press("Прочитать согласие ещё раз")
    assert CONSENT in user.screen().text
    await user.press("✅ Даю согласие")
    assert "Давайте познакомимся" in user.screen().text


async def test_agreed_once_the_old_consent_screen_only_leads_on(town: BotProcess) -> None:
    # STEP 1. Somebody agrees, leaves the form for later, and comes across the old screen with its buttons.
    user = await with_consent(town)
    data = {label: await _press_of(user, label, town) for label in ("agree", "refuse")}

    # STEP 2. Neither button gives consent twice or takes it back unasked.
    for pressed in data.values():
        await user.press_data(user.screen().message_id or 0, pressed)
        assert "Давайте познакомимся" in user.screen().text
    found = town.rows(
        "SELECT count(*) FROM consent JOIN account ON account.id = account_id WHERE chat_index = chat(?)", user.id
    )
    assert found == [(1,)]


async def _press_of(user: User, which: str, bot: BotProcess) -> str:
    """The callback data of the consent screen, read from a guest's copy of it."""
    guest = await bot.emulator.user("Гость", language_code="ru")
    await guest.send("/start")
    screen = guest.screen()
    return (screen.buttons[0][0] if which == "agree" else screen.buttons[1][1]).callback_data or ""

"""«Услуги»: looking up attachment and insurer, the statement of costs from its terms to the file, in both languages."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from bot.views.costs import STATUSES, TITLE
from emulator.driver import User
from services.costs.costs import AGAIN_AFTER, STEP
from services.costs.model import CostStatus
from services.texts.i18n import Texts, texts
from tests.e2e.people import BORN, WORDS, Words, a_policy, press_all, told, with_consent, with_family
from tests.e2e.test_access import confirm, options
from tests.support import pdf
from tests.support.bot_process import BotProcess
from tests.unit.test_cost_paper import SEVEN

BOTH = pytest.mark.parametrize("language", ["ru", "en"])
RU = texts("ru")
WAY = (CostStatus.REGISTERED, CostStatus.SENT, CostStatus.RECEIVED, CostStatus.DONE)
FULL_NAMES = (
    "Запись к врачу",
    "Отмена записи к врачу",
    "Сведения о прикреплении к медицинской организации",
    "Сведения об оказанных медицинских услугах и их стоимости",
    "Сведения о полисе ОМС и страховой медицинской организации",
)
"""As the first seed has them; its sixth is there where the operator has chosen a procedure."""


def said(t: Texts, *msgids: str) -> Sequence[str]:
    return [t.label(each) for each in msgids]


async def to_service(user: User, t: Texts, short: str) -> None:
    """From Home to the screen behind «Получить услугу»."""
    await press_all(user, *said(t, "🏛 Services", short, "▶️ Get the service"))


def file_of(user: User) -> bytes:
    """The last file in the chat."""
    return next(each.document.data for each in reversed(user.messages()) if each.document is not None)


def whose(user: User) -> str:
    """Whose the ready family's holder is: stands below the title of Home."""
    return user.screen().text.splitlines()[1]


async def typed_form(user: User, words: Words, surname: str, policy: str) -> None:
    """The form of whom `options` names."""
    await user.press(words.fill_in)
    for text in (surname, "Вера", "Павловна", f"{BORN:%d.%m.%Y}"):
        await user.send(text)
    await user.press(words.female)
    await user.send("+7 916 123-45-67")
    await user.send(policy)
    await user.press(words.skip)
    await user.press(words.all_right)


async def test_the_services_stand_by_their_full_names(town: BotProcess) -> None:
    user = await with_family(town)
    await user.press("🏛 Услуги")
    listed = user.screen().text
    buttons = user.screen().labels
    for place, name in enumerate(FULL_NAMES, start=1):
        assert name in buttons or f"{place}. {name}" in listed
    assert f"Всего услуг: {len(FULL_NAMES)}" in listed
    for place, name in enumerate(FULL_NAMES, start=1):
        await user.press(name if name in buttons else f"{place} ·")
        assert user.screen().text.startswith(name)
        assert "▶️ Получить услугу" in user.screen().labels
        await user.press("⬅️ Назад")


async def test_what_is_booked_stands_on_the_terms_of_booking(town: BotProcess) -> None:
    user = await with_family(town)
    await press_all(user, "🏛 Услуги", "Запись к врачу")
    assert "Предстоящих записей нет" in user.screen().text
    await press_all(user, "▶️ Получить услугу", "👤 Мне:", "⭐", "Терапевт", "⚡", "Да, подтверждаю")
    await press_all(user, "🏠", "🏛 Услуги", "Запись к врачу")
    assert re.search(r"Предстоящих записей: 1\n• .+: Терапевт", user.screen().text)
    await press_all(user, "⬅️ Назад", "Отмена записи к врачу", "▶️ Получить услугу")
    assert "Терапевт" in user.screen().text


@BOTH
async def test_where_one_is_attached(town: BotProcess, language: str) -> None:
    t = texts(language)
    user = await with_family(town, language=language)
    name = whose(user)
    await to_service(user, t, "Where one is attached")
    asked = user.screen()
    assert name in asked.text
    await user.press(t.label("🔎 Search"))
    found = user.screen().text
    for each in (name, t.label("Attached"), "Участковый" if language == "ru" else "Doctor of the area: "):
        assert each in found
    await user.press(t.label("📄 Open the document"))
    paper = pdf.text(file_of(user))
    for each in (name, "Сведения о прикреплении к медицинской организации", "Дата прикрепления"):
        assert each in paper


@BOTH
async def test_who_insures_a_child(town: BotProcess, language: str) -> None:
    """By whoever stands for it: it is chosen by «Сменить»."""
    t = texts(language)
    user = await with_family(town, language=language)
    await to_service(user, t, "Policy and insurer")
    await user.press(t.label("👤 Change person"))
    await user.press(user.screen().labels[2])  # oneself, the spouse, the younger child
    await user.press(t.label("🔎 Search"))
    found = user.screen().text
    for caption in ("Subject of the Russian Federation", "Insurance company", "Policy number", "State"):
        assert t.label(caption) + ": " in found
    await user.press(t.label("📄 Open the document"))
    paper = pdf.text(file_of(user))
    assert "Сведения о полисе ОМС и страховой медицинской организации" in paper
    assert "Московская область" in paper


async def test_whom_the_register_does_not_have(town: BotProcess) -> None:
    """Known to the clinic, insured by nobody: it is said plainly, and what to do."""
    user = await with_consent(town)
    printed = await confirm(town, "own", *options("Нигдеева", a_policy()))
    await user.send(f"/start {printed.payload}")
    await press_all(user, "Да, это я", "🏠")
    await to_service(user, RU, "Policy and insurer")
    await user.press("🔎 Поиск")
    for each in ("Данные не найдены", "Проверьте номер полиса", "позвоните в поликлинику"):
        assert each in user.screen().text
    await press_all(user, "✏️ Изменить", "✅ Сохранить")
    assert user.screen().labels[0] == "▶️ Полис и страховая компания", "the data are corrected, so it is looked for anew"


async def test_a_silent_registry_loses_nothing(bot: BotProcess) -> None:
    user = await with_family(bot)
    await to_service(user, RU, "Where one is attached")
    bot.fault(attachment="unavailable", coverage="unavailable")
    await user.press("🔎 Поиск")
    assert "не отвечает" in user.screen().text
    bot.fault()
    await user.press("🔄 Попробовать ещё раз")
    assert "Прикрепление есть" in user.screen().text


@BOTH
async def test_who_is_not_confirmed_is_told_how_and_comes_back(town: BotProcess, language: str) -> None:
    t = texts(language)
    policy, surname = a_policy(), "Вернулась"
    printed = await confirm(town, "own", *options(surname, policy))
    user = await with_consent(town, language=language)
    await typed_form(user, WORDS[language], surname, policy)
    await user.press("🏠")

    # STEP 1. Which level, why, three ways, and the desk's code.
    await to_service(user, t, "Policy and insurer")
    closed = user.screen().text
    for each in said(
        t,
        "A confirmed account is needed. So far the data are only typed.",
        "Show your documents at the clinic’s desk, you will get a code. Then you come back to this service.",
        "On Gosuslugi it is confirmed in three ways: at a centre, through a bank, by post.",
    ):
        assert each in closed
    assert policy not in closed
    await user.press(t.label("🔑 Enter a code"))

    # STEP 2. The code opens more, and the way leads back to what was wanted.
    await user.send(printed.code)
    await user.press(t.label("✅ Yes, it is me"))
    first = user.screen().labels[0]
    assert first == t.label("▶️ {service}", service=t.label("Policy and insurer"))
    await user.press(first)
    assert t.label("🔎 Search") in user.screen().labels


# --- the statement ------------------------------------------------------------------------------------------------


async def go(bot: BotProcess, user: User, t: Texts, *statuses: CostStatus) -> None:
    """The clock moves on until each of these has been told of."""
    for each in statuses:
        word = t.label(STATUSES[each])
        before = told(user, f": {word}\n")
        bot.shift_clock(STEP)
        await bot.comes_true(lambda word=word, before=before: told(user, f": {word}\n") > before, word)  # type: ignore[misc]


async def applied(user: User, t: Texts) -> str:
    """From the period's question to the application for last year; gives its number."""
    await press_all(user, t.label("Last year: {year}", year="2025"), t.label("📨 Submit the application"))
    found = re.search(r"№ (\d+)|No\. (\d+)", user.screen().text)
    assert found, user.screen().text
    return found[1] or found[2]


@BOTH
async def test_the_statement_from_its_terms_to_the_file(bot: BotProcess, language: str) -> None:
    t = texts(language)
    user = await with_family(bot, language=language)
    name = whose(user)

    # STEP 1. The person's data are there; a period is chosen, looked at, and sent.
    await to_service(user, t, "Statement of costs")
    assert name in user.screen().text
    await user.press(t.label("Last year: {year}", year="2025"))
    check = user.screen().text
    assert t.label(STATUSES[CostStatus.DRAFT]) in check
    assert "01.01.2025 – 31.12.2025" in check
    await user.press(t.label("📨 Submit the application"))
    registered = user.screen()
    assert t.label(STATUSES[CostStatus.REGISTERED]) in registered.text
    assert name in registered.text

    # STEP 2. The application is a paper; the statement comes step by step, each told of.
    await user.press(t.label("📝 What was sent"))
    paper = pdf.text(file_of(user))
    for each in ("Заявление на справку о стоимости услуг", name, "01.01.2025 – 31.12.2025"):
        assert each in paper
    await go(bot, user, t, *WAY[1:])
    ready = user.messages()[-1]
    assert name in ready.text
    assert "₽" not in ready.text

    # STEP 3. «Уведомления» has each status, and the last one opens the result.
    await press_all(user, "🏠", WORDS[language].notifications)
    for each in WAY:
        assert t.label(STATUSES[each]) in user.screen().text
    await user.press("1 ·")
    await user.press(t.label("📄 Open the statement"))
    whole = pdf.text(file_of(user))
    words = " ".join(whole.split())
    assert RU.label(TITLE) in words
    for heading in SEVEN:
        assert heading in words
    assert name in words
    assert "Итого" in words
    rows = re.findall(r"\d{2}\.\d{2}\.2025", whole)
    assert len(rows) > 3


async def test_the_statement_by_e_mail(town: BotProcess) -> None:
    """«Отправить» to a typed address: the file arrives whole, and the letter says nothing of the care."""
    user = await with_family(town)
    await to_service(user, RU, "Statement of costs")
    await applied(user, RU)
    await go(town, user, RU, *WAY[1:])
    await user.press("📄 Открыть справку")
    file = next(each for each in reversed(user.messages()) if each.document is not None)
    assert file.document is not None
    await user.press_old(file.id, "✉️ На электронную почту")
    await user.send("dochka@example.org")
    await user.press("✅ Да, отправить")
    await user.press("✅ Да, отправить")
    letter = await town.emulator.wait_mail("dochka@example.org")
    (attached,) = letter.attachments
    assert attached.data == file.document.data
    for word in ("справк", "ОМС", "Пациент", "₽"):
        assert word not in letter.subject + letter.text


@BOTH
async def test_own_dates_by_buttons_alone_and_a_period_without_services(bot: BotProcess, language: str) -> None:
    t = texts(language)
    user = await with_family(bot, language=language)
    await to_service(user, t, "Statement of costs")
    await user.press(t.label("✏️ Other dates"))
    await press_year(user, t, "2001")
    await user.press(user.screen().labels[2])  # March
    assert "01.03.2001" in user.screen().text
    await press_year(user, t, "2001")
    await user.press(user.screen().labels[0])  # March again: the first that may be the last
    assert "01.03.2001 – 31.03.2001" in user.screen().text
    await user.press(t.label("📨 Submit the application"))
    await go(bot, user, t, *WAY[1:])
    await user.press(t.label("📄 Open the statement"))
    file = next(each for each in reversed(user.messages()) if each.document is not None)
    assert t.label("In this period there were no services.") in (file.text or "")
    assert "не оказывались" in pdf.text(file_of(user))


async def press_year(user: User, t: Texts, year: str) -> None:
    """A year, however long ago."""
    while year not in user.screen().labels:
        await user.press(t.label("Earlier years"))
    await user.press(year)


async def test_dates_that_cannot_be_are_said_and_lose_nothing(town: BotProcess) -> None:
    user = await with_family(town)
    await to_service(user, RU, "Statement of costs")
    await user.press("✏️ Свои даты")
    for wrong, why in (
        ("вчера", "Не получилось прочитать дату"),
        ("31.12.1999", "не раньше 01.01.2000"),
        ("01.01.2030", "не в будущем"),
    ):
        await user.send(wrong)
        assert why in user.screen().text
    await user.send("5 марта 2024")
    assert "Период начинается 05.03.2024" in user.screen().text
    await user.send("04.03.2024")
    assert "не раньше своего начала" in user.screen().text
    await user.send("31.03.2024")
    assert "05.03.2024 – 31.03.2024" in user.screen().text
    await user.press("⬅️ Назад")
    await user.press("⬅️ Назад")
    assert "С какого числа?" in user.screen().text


async def test_the_same_again_leads_to_the_one_that_is_under_way(town: BotProcess) -> None:
    user = await with_family(town)
    await to_service(user, RU, "Statement of costs")
    number = await applied(user, RU)
    await user.press("🏠")
    await to_service(user, RU, "Statement of costs")
    await press_all(user, "Прошлый год: 2025", "📨 Подать заявление")
    assert "Такое заявление уже подано" in user.screen().text
    await user.press("📄 Открыть заявление")
    assert f"№ {number}" in user.screen().text
    await press_all(user, "🏠", "🗂 Статусы заявлений")
    assert "Всего заявлений: 1" in user.screen().text


async def test_a_silent_registry_fails_it_and_repeat_brings_it(bot: BotProcess) -> None:
    user = await with_family(bot)
    await to_service(user, RU, "Statement of costs")
    await applied(user, RU)
    await go(bot, user, RU, *WAY[1:3])
    bot.fault(care_cases="unavailable")
    failed = ": Ошибка обработки заявления\n"
    tried = "SELECT count(*) FROM cost_application WHERE tries = ?"
    for tries, wait in enumerate((STEP, *AGAIN_AFTER), start=1):
        bot.shift_clock(wait)
        if tries <= len(AGAIN_AFTER):
            await bot.comes_true(lambda tries=tries: bot.rows(tried, tries) == [(1,)], f"try {tries}")  # type: ignore[misc]
    await bot.comes_true(lambda: told(user, failed) == 1, failed)
    bot.fault()
    await user.press("🔄 Повторить")
    assert "Зарегистрировано на портале" in user.screen().text
    await go(bot, user, RU, *WAY[1:])


@pytest.mark.parametrize("taken", range(3))
async def test_killed_between_its_steps_it_goes_on(bot: BotProcess, taken: int) -> None:
    user = await with_family(bot)
    await to_service(user, RU, "Statement of costs")
    await applied(user, RU)
    await go(bot, user, RU, *WAY[1 : 1 + taken])
    await bot.kill()
    await bot.start()
    await go(bot, user, RU, *WAY[1 + taken :])
    assert bot.rows("SELECT count(*) FROM cost_application") == [(1,)]
    for each in WAY[1:]:
        assert told(user, f": {RU.label(STATUSES[each])}\n") == 1
    await user.press("📄 Открыть справку")
    assert "Итого" in pdf.text(file_of(user))


async def test_another_chats_buttons_open_nothing(town: BotProcess) -> None:
    user, stranger = await with_family(town), await with_family(town)
    await to_service(user, RU, "Statement of costs")
    await applied(user, RU)
    pressed = [each.callback_data or "" for row in user.screen().buttons for each in row]
    for each in pressed:
        if each.startswith(("do1:", "qc1:")):
            await stranger.press_data(stranger.screen().message_id or 0, each)
            assert "Здесь больше ничего нет" in stranger.screen().text

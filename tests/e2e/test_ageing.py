"""Fifteen, eighteen, and the end of a guardianship paper: what is seen from then on, and who is told."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from emulator.driver import User
from services.registry.local.demo_clinics import CHILD_HOME
from services.registry.model import Sex
from tests.e2e.desk import HOME_CLINIC, desk_of, patients_of
from tests.e2e.people import RU, a_policy, days, number_on, open_notice, press_all, told, with_consent
from tests.e2e.test_access import confirm, take
from tests.support.bot_process import BotProcess

HOLDER = ("--holder-surname", "Соколова", "--holder-name", "Анна", "--holder-birth", "05.03.1980")
"""Who stands for the children of these stories (`a_mother`)."""
FIFTEEN, EIGHTEEN = date(2011, 11, 26), date(2008, 11, 26)
"""Born on Thursday of the week of the stories."""


def moscow(hour: int, minute: int = 0, day: int = 26) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZoneInfo("Europe/Moscow")).astimezone(UTC)


def papers(surname: str, born: date, policy: str) -> tuple[str, ...]:
    """What the registrar types of a girl."""
    return (
        *("--surname", surname, "--name", "Вера", "--patronymic", "Ильинична", "--birth", f"{born:%d.%m.%Y}"),
        *("--sex", "F", "--policy", policy, "--clinic", CHILD_HOME),
    )


async def a_mother(bot: BotProcess) -> User:
    """Whose passport the desk has seen: only she may show a child's papers."""
    user = await with_consent(bot)
    known = ("--surname", "Соколова", "--name", "Анна", "--patronymic", "Сергеевна", "--birth", "05.03.1980")
    await bring(bot, user, "own", *known, "--sex", "F", "--policy", a_policy(), "--clinic", HOME_CLINIC)
    return user


async def bring(bot: BotProcess, user: User, relation: str, *given: str) -> None:
    """The desk confirms somebody for the user's chat."""
    printed = await confirm(bot, relation, *given)
    await take(user, printed.payload, "Да, это я" if relation == "own" else "Да, открыть")
    assert "подтверждены" in user.screen().text, user.screen().text


async def night_passes(bot: BotProcess) -> None:
    """Five past midnight: the day has been looked at, and nobody is woken up."""
    bot.set_clock(moscow(0, 5))
    await bot.comes_true(lambda: bot.rows("SELECT 1 FROM setting WHERE value LIKE '2026-11-26 %'") != [], "the look")


async def test_fifteen_comes_between_a_booking_and_its_visit(bot: BotProcess) -> None:
    user = await a_mother(bot)
    policy = a_policy(FIFTEEN)
    await bring(bot, user, "child", *papers("Соколова", FIFTEEN, policy), *HOLDER)

    # STEP 1. At 14 both are seen: the visit booked here, and the one that the desk has made.
    await user.send("/start")
    await press_all(user, "Ещё", "Полисы", "2 ·", "🩺 Записать к врачу", "⭐", "Педиатр", RU.any_doctor)
    await user.press(days(user)[-1])
    first = next(label for label in user.screen().labels if ":" in label and label[0].isdigit())
    await press_all(user, first, RU.confirm)
    number = number_on(user)
    async with desk_of(bot) as desk:
        services = await desk.registry.services(CHILD_HOME, age=14)
        other = next(each for each in services if each.free and each.id != "59")
        slots = await desk.free(other.id, clinic=CHILD_HOME, age=14)
        await desk.book(patients_of(bot, user)[1], slots[len(slots) // 2].id)
    await user.press("📋 Мои записи")
    assert "Всего записей: 2" in user.screen().text

    # STEP 2. The birthday: nothing at night, a word in the morning, once.
    await night_passes(bot)
    assert not told(user, "Исполнилось 15 лет")
    bot.set_clock(moscow(8, 0))
    await user.wait_for("Исполнилось 15 лет: Соколова Вера Ильинична")
    assert "только записи, сделанные из этого чата" in user.screen().text

    # STEP 3. The own booking is seen and can be cancelled as before, the other one is not seen.
    await user.send("/start")
    await user.press("📋 Мои записи")
    assert "Всего записей: 1" in user.screen().text
    await user.press("1 ·")
    assert number_on(user) == number
    assert any("Отмена записи" in label or "Отменить" in label for label in user.screen().labels)

    # STEP 4. The card says why; the notice stands in «Уведомления».
    await user.send("/start")
    await press_all(user, "Ещё", "Полисы", "2 ·")
    assert "С 15 лет решает сам подросток" in user.screen().text
    await press_all(user, "🏠", "Уведомления")
    assert "Возраст подростка: что изменится" in user.screen().text
    assert told(user, "Исполнилось 15 лет: Соколова") == 1


async def test_eighteen_is_told_to_both(bot: BotProcess) -> None:
    mother, policy = await a_mother(bot), a_policy(EIGHTEEN)
    child = papers("Соколова", EIGHTEEN, policy)
    await bring(bot, mother, "child", *child, *HOLDER)
    daughter = await with_consent(bot, "Вера", language="en")
    printed = await confirm(bot, "own", *child)
    await take(daughter, printed.payload, "Yes, it is me")
    await mother.send("/start")
    await press_all(mother, "Ещё", "Полисы", "2 ·", "👉 Показывать этот полис")
    assert "Соколова Вера Ильинична" in mother.screen().text

    # STEP 1. The morning of the birthday: both are told, each in the own language.
    await night_passes(bot)
    assert not told(mother, "Исполнилось 18 лет")
    bot.set_clock(moscow(8, 0))
    await mother.wait_for("Исполнилось 18 лет: Соколова Вера Ильинична")
    assert "В списке его больше нет" in mother.screen().text
    await daughter.wait_for("18 years: Соколова Вера Ильинична")
    assert "Your parents or guardians can no longer book for you" in daughter.screen().text

    # STEP 2. The daughter is off the mother's list, and Home is the mother's own.
    await mother.send("/start")
    assert "Соколова Анна Сергеевна" in mother.screen().text
    await press_all(mother, "Ещё", "Полисы")
    assert "Всего полисов: 1" in mother.screen().text

    # STEP 3. The daughter has everything she had, and can open access.
    await daughter.send("/start")
    await press_all(daughter, "More", "Policies", "1 ·")
    assert "This is you" in daughter.screen().text
    assert "👥 Who has access" in daughter.screen().labels

    # STEP 4. The notice can be read again, its name still in it.
    await mother.send("/start")
    await mother.press("Уведомления")
    await open_notice(mother, "Исполнилось 18")
    assert "Исполнилось 18 лет: Соколова Вера Ильинична" in mother.screen().text


async def test_a_guardianship_ends_with_its_paper(bot: BotProcess) -> None:
    user = await a_mother(bot)
    ward = papers("Лосева", date(2015, 3, 5), a_policy(date(2015, 3, 5), Sex.FEMALE))
    await bring(bot, user, "ward", *ward, *HOLDER, "--until", "25.11.2026")
    await user.send("/start")
    await press_all(user, "Ещё", "Полисы", "2 ·")
    assert "Подтверждено документами по 25.11.2026 включительно." in user.screen().text

    await night_passes(bot)
    bot.set_clock(moscow(8, 0))
    await user.wait_for("Срок документа об опеке истёк")
    assert "Лосева Вера Ильинична" in user.screen().text
    await user.send("/start")
    await press_all(user, "Ещё", "Полисы")
    assert "Всего полисов: 1" in user.screen().text

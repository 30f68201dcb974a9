"""«О проекте», /export_me and /delete_me: the file as a person reads it, and the way out with all its stumbles."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from emulator.driver import Fault, User
from services.accounts.codes import Codes
from services.accounts.model import Relation
from services.accounts.papers import Holder, Papers, issue_at_desk
from services.registry.model import PatientIdentity, Policy, PolicyKind, Sex, VisitStatus
from tests.e2e.desk import HOME_CLINIC, desk_of, held_slot, patients_of
from tests.e2e.people import (
    BORN,
    RU,
    WORDS,
    a_policy,
    data_of,
    press_all,
    text_of,
    to_confirmation,
    told,
    with_consent,
    with_family,
)
from tests.e2e.test_access import MANAGE, open_access, take
from tests.e2e.test_cancelling import with_visit
from tests.support.bot_process import BotProcess
from tests.support.machine import ROOT

SCHEMA = json.loads((ROOT / "docs" / "export.schema.json").read_text())
QUESTION = {"ru": "Отозвать согласие и удалить все данные?", "en": "Take the consent back and erase all data?"}
DONE = {"ru": "✅ Все Ваши данные удалены", "en": "✅ All your data are erased"}
CONSENT = "Согласие на обработку персональных данных"
CANCEL_AND_ERASE, LEAVE_AND_ERASE, ALL = "Отменить записи и удалить", "Удалить, записи оставить", "🗑 Да, удалить всё"


def account_of(bot: BotProcess, user: User) -> str | None:
    found = bot.rows("SELECT id FROM account WHERE chat_index = chat(?)", user.id)
    return found[0][0] if found else None


def file_of(bot: BotProcess, user: User) -> dict[str, Any]:
    """The last file of the chat, as JSON."""
    message = next(each for each in reversed(user.messages()) if each.document is not None and not each.deleted)
    assert message.document is not None
    assert message.document.name.startswith("nomerok-")
    assert message.document.name.endswith(".json")
    content: dict[str, Any] = json.loads(message.document.data)
    Draft202012Validator(SCHEMA).validate(content)
    return content


# --- «О проекте» ------------------------------------------------------------------------------------


async def test_about_the_consent_and_my_data(town: BotProcess) -> None:
    # STEP 1. A guest reads who runs it, the text, and gets back to the consent.
    user = await town.emulator.user("Анна", language_code="ru")
    await user.send("/start")
    await user.press("ℹ️ О проекте")
    assert "Оператор (кто обрабатывает данные)" in user.screen().text
    assert "Версия программы: 0.1.0" in user.screen().text
    assert "о Вас ничего не хранится" in user.screen().text
    assert user.screen().labels == ["📄 Текст согласия", "⬅️ Назад", "🏠 Главное меню"]
    await user.press("📄 Текст согласия")
    text = user.screen().text
    for words in ("адрес электронной почты", "фотографии", "«Ещё» → «О проекте» → «Отозвать согласие»", "/delete_me"):
        assert words in text
    await press_all(user, "⬅️", "⬅️")
    assert CONSENT in user.screen().text
    await user.press("📄 Весь текст")
    assert user.screen().text == text
    await user.press(RU.agree)
    await user.press(RU.family)

    # STEP 2. From «Ещё»: the text as it was given, and when.
    await press_all(user, "☰ Ещё", "ℹ️ О проекте", "📄 Текст согласия")
    assert user.screen().text.startswith("Согласие дано 23.11.2026 09:0")
    assert text in user.screen().text

    # STEP 3. The file, with a screen below it; the file can be taken away.
    await press_all(user, "⬅️", "📦 Мои данные")
    assert "В файле выше всё" in user.screen().text
    content = file_of(town, user)
    assert [each["relation"] for each in content["persons"]][:1] == ["я"]
    assert len(content["persons"]) == 5
    assert content["consents"][0]["text"] == text
    assert str(user.id) == content["account"]["telegram_chat"]
    file = next(each for each in user.messages() if each.document is not None)
    await user.press_old(file.id, "Убрать файл")
    assert next(each for each in user.messages() if each.id == file.id).deleted
    await press_all(user, "⬅️", "⬅️")
    assert "☰ Ещё" in user.screen().text


async def test_an_older_consent_holds_and_can_be_renewed(town: BotProcess) -> None:
    """Nobody is asked again by force; the text that was agreed to is shown, and today's beside it."""
    user = await with_family(town)
    account = account_of(town, user)
    with closing(sqlite3.connect(town.database, timeout=10)) as connection, connection:
        connection.execute(
            "UPDATE consent SET version = '2026-11', text = 'Прежний текст' WHERE account_id = ?", (account,)
        )
    town.shift_clock(timedelta(minutes=1))
    await user.send("/start")
    await press_all(user, "☰ Ещё", "ℹ️ О проекте", "📄 Текст согласия")
    assert "версия 2026-11." in user.screen().text
    assert "Прежний текст" in user.screen().text
    assert "Действует то, на что Вы согласились" in user.screen().text
    await press_all(user, "📄 Прочитать новый текст", RU.agree)
    assert RU.home_title in user.screen().text
    await press_all(user, "☰ Ещё", "ℹ️ О проекте", "📄 Текст согласия")
    assert "Прежний текст" not in user.screen().text
    assert town.rows("SELECT count(*) FROM consent WHERE account_id = ?", account) == [(2,)]


@pytest.mark.parametrize("language", ["ru", "en"])
async def test_the_file_is_read_as_a_person_reads_it(town: BotProcess, language: str) -> None:
    words, user = WORDS[language], await with_visit(town, language)
    number = user.screen().text.splitlines()[1].rpartition(": ")[2]
    await user.press(words.home)
    await user.press(words.book)
    await user.send("/export_me")
    content = file_of(town, user)
    (booking,) = content["bookings"]
    assert booking["visit"]["number"] == number
    assert booking["visit"]["status"] == words.booked
    assert booking["visit_at"].endswith(" UTC+03:00 (Europe/Moscow)")
    assert booking["person"] == content["persons"][0]["full_name"]
    assert {"birth_date", "policy_number", "snils"} <= set(content["persons"][0])
    assert content["words"]["snils"] == {"ru": "СНИЛС", "en": "SNILS"}[language]
    by_consent = [each for each in content["persons"] if "policy_number" not in each]
    assert len(by_consent) == 2, "spouse and parent have let the account in; their numbers are theirs"
    assert content["reminders_to_come"]
    assert [each["kind"] for each in content["drafts"] if each["answers"]] == [
        {"ru": "запись к врачу", "en": "booking a doctor"}[language]
    ]


# --- /delete_me ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["ru", "en"])
async def test_a_visit_ahead_is_cancelled_first(town: BotProcess, language: str) -> None:
    user = await with_visit(town, language)
    name = next(line for line in user.screen().text.splitlines() if ": " in line and "🎫" not in line)
    old = user.screen().message_id or 0
    ticket = data_of(user, {"ru": "✖️ Отменить", "en": "✖️ Cancel"}[language])
    patients = patients_of(town, user)

    # STEP 1. What stands is named; «Не удалять» changes nothing.
    await user.send("/delete_me")
    assert QUESTION[language] in user.screen().text
    assert (await _patient_of(town, user)) in user.screen().text, name
    await user.press({"ru": "Не удалять", "en": "Do not erase"}[language])
    assert WORDS[language].home_title in user.screen().text

    # STEP 2. From «О проекте» the same question; the visit is given up, then everything is erased.
    await user.send("/delete_me")
    await user.press({"ru": CANCEL_AND_ERASE, "en": "Cancel bookings and erase"}[language])
    assert DONE[language] in user.screen().text
    assert {"ru": "Отменено записей: 1", "en": "Bookings cancelled: 1"}[language] in user.screen().text
    assert account_of(town, user) is None
    async with desk_of(town) as desk:
        assert [each.status for each in await desk.registry.visits(patients)] == [VisitStatus.CANCELLED_BY_PATIENT]

    # STEP 3. Any old button is a guest's press now, answered below a ticket that stays, and nothing more comes.
    await user.press_data(old, ticket)
    assert user.screen().message_id != old
    assert WORDS[language].consent in user.screen().text
    town.shift_clock(timedelta(minutes=2))
    await town.emulator.wait_quiet()
    assert told(user, {"ru": "отменена заявителем", "en": "cancelled by the applicant"}[language]) == 0

    # STEP 4. Beginning again begins with the consent.
    await user.send("/start")
    assert WORDS[language].consent in user.screen().text
    await user.press(WORDS[language].agree)
    assert {"ru": "Давайте познакомимся", "en": "Let us get acquainted"}[language] in user.screen().text


async def _patient_of(bot: BotProcess, user: User) -> str:
    """The full name of the user's own person, as the file has it."""
    await user.send("/export_me")
    name: str = file_of(bot, user)["persons"][0]["full_name"]
    await user.send("/delete_me")
    return name


async def test_a_visit_ahead_is_left_as_it_stands(town: BotProcess) -> None:
    user = await with_visit(town)
    patients = patients_of(town, user)
    await press_all(user, "🏠", "☰ Ещё", "ℹ️ О проекте", "🗑 Отозвать согласие", LEAVE_AND_ERASE)
    text = user.screen().text
    assert DONE["ru"] in text
    assert "Эти записи остались в силе" in text
    assert "Терапевт" in text
    assert "Телефон поликлиники: +7 495 " in text
    assert "У поликлиники останутся её сведения" in text
    assert "останутся в её электронной регистратуре" in text
    async with desk_of(town) as desk:
        assert [each.status for each in await desk.registry.visits(patients)] == [VisitStatus.BOOKED]
    await user.press("▶️ Начать заново")
    assert CONSENT in user.screen().text


async def test_in_the_middle_of_a_wizard(town: BotProcess) -> None:
    """A time is held and the form half filled: said, freed, and old buttons lead to the consent."""
    user = await with_family(town)
    await to_confirmation(user, service="Дерматолог")
    held = held_slot(town, user)
    wizard, yes = user.screen().message_id or 0, data_of(user, RU.confirm)
    await user.send("/delete_me")
    text = user.screen().text
    assert "Время, которое держим за Вами до 09:" in text
    assert "Начато и не закончено: 1" in text
    assert "Предстоящие записи" not in text
    await user.press(ALL)
    assert DONE["ru"] in user.screen().text
    async with desk_of(town) as desk:
        assert held in {each.id for each in await desk.free("24")}
    assert town.rows("SELECT count(*) FROM hold WHERE slot_id = ?", held) == [(0,)]
    await user.press_data(wizard, yes)
    assert CONSENT in text_of(user, wizard)
    await user.send("Орлова")
    assert CONSENT in user.screen().text


async def test_the_language_goes_on(town: BotProcess) -> None:
    """Telegram says English, the account said Russian: whoever has left is not spoken to in another language."""
    user = await with_consent(town, language="en")
    await user.send("/language")
    await user.press("Русский")
    await user.send("/delete_me")
    await user.press(ALL)
    await user.press("▶️ Начать заново")
    assert CONSENT in user.screen().text


async def test_with_the_keyboard_of_a_question_open(town: BotProcess) -> None:
    """The button below the chat goes away with the question that it belongs to."""
    user = await with_consent(town)
    await user.press("Заполнить анкету")
    for typed in ("Орлова", "Анна", "Сергеевна", "05.03.1980"):
        await user.send(typed)
    await user.press("Женский")
    await town.comes_true(lambda: bool(user.screen().reply_keyboard), "the keyboard")
    await user.send("/delete_me")
    await town.comes_true(lambda: not user.screen().reply_keyboard, "no keyboard")
    await user.press(ALL)
    assert DONE["ru"] in user.screen().text


async def test_pressed_twice_and_pressed_later(town: BotProcess) -> None:
    user = await with_visit(town)
    await user.send("/delete_me")
    question, data = user.screen().message_id or 0, data_of(user, LEAVE_AND_ERASE)
    await user.press_many(LEAVE_AND_ERASE, 3)
    assert "Эти записи остались в силе" in user.screen().text, "the screen of the first press stays"
    town.shift_clock(timedelta(minutes=5))
    await user.press_data(question, data)
    assert "Здесь о Вас ничего не хранится" in user.screen().text
    await user.send("/delete_me")
    assert "Здесь о Вас ничего не хранится" in user.screen().text
    await user.send("/export_me")
    assert CONSENT in user.screen().text


async def test_what_was_read_is_what_is_done(town: BotProcess) -> None:
    """A question of yesterday does not give up the visit that was booked since."""
    user = await with_family(town)
    await user.send("/delete_me")
    question, data = user.screen().message_id or 0, data_of(user, ALL)
    await user.send("/start")
    await to_confirmation(user, service="Хирург")
    await user.press(RU.confirm)
    await user.press_data(question, data)
    text = next(each.text for each in user.messages() if each.id == question)
    assert "Записи тем временем изменились" in text
    assert "Хирург" in text
    assert account_of(town, user) is not None


async def test_the_registry_is_down(town: BotProcess) -> None:
    user = await with_visit(town)
    await user.send("/delete_me")

    # STEP 1. It takes no cancelling: nothing is erased, and it is said.
    town.fault(cancel="unavailable")
    await user.press(CANCEL_AND_ERASE)
    text = user.screen().text
    assert "Не все записи удалось отменить. Данные не удалены." in text
    assert "Остались в силе: 1" in text
    assert account_of(town, user) is not None

    # STEP 2. It does not answer at all: cancelling is not offered, what is remembered is named.
    town.fault(visits="unavailable", visit="unavailable", cancel="unavailable")
    await user.send("/delete_me")
    text = user.screen().text
    assert "Отменить их сейчас нельзя" in text
    assert "(по Москве)" in text
    assert CANCEL_AND_ERASE not in user.screen().labels

    # STEP 3. One may go all the same.
    await user.press(LEAVE_AND_ERASE)
    assert DONE["ru"] in user.screen().text
    assert account_of(town, user) is None


async def test_while_a_booking_is_being_checked(town: BotProcess) -> None:
    user = await with_family(town)
    await to_confirmation(user, service="Невролог")
    town.fault(book="lost")
    await user.press(RU.confirm)
    assert "Проверяем, записались ли Вы" in user.screen().text
    town.fault()

    # STEP 1. Refused with a sentence, and nothing is lost.
    await user.send("/delete_me")
    await user.press(ALL)
    assert "Данные мы не удалили" in user.screen().text
    assert account_of(town, user) is not None

    # STEP 2. The answer comes by itself; the question names the visit now.
    town.shift_clock(timedelta(seconds=24))
    await user.wait_for("🎫 Запись подтверждена")
    await user.send("/delete_me")
    assert "Невролог" in user.screen().text
    await user.press(CANCEL_AND_ERASE)
    assert DONE["ru"] in user.screen().text


# --- others -------------------------------------------------------------------------------------------


async def shown_papers(
    bot: BotProcess, user: User, surname: str, relation: Relation = Relation.OWN, policy: str | None = None
) -> None:
    """The desk has seen the papers of this user, or of Маша, and the user opens the link."""
    own = relation is Relation.OWN
    born = BORN if own else date(2020, 5, 1)
    identity = PatientIdentity(
        *(surname if own else "Общая", "Вера" if own else "Маша", "Павловна", born, Sex.FEMALE),
        Policy(PolicyKind.ENP, policy or a_policy(born)),
    )
    async with desk_of(bot) as desk:
        papers = Papers(relation, identity, HOME_CLINIC, Holder(surname, "Вера", BORN), None)
        codes = Codes(desk.database, desk.vault, desk.clock)
        issued = await issue_at_desk(desk.admin, codes, papers)
    await take(user, issued.payload, "Да, это я" if own else "Да, открыть")
    assert "Документы подтверждены" in user.screen().text


async def confirmed(bot: BotProcess, surname: str) -> User:
    user = await with_consent(bot)
    await shown_papers(bot, user, surname)
    return user


async def test_whoever_had_access_is_told(town: BotProcess) -> None:
    daughter, father = await confirmed(town, "Уходова"), await confirmed(town, "Ухов")
    code = await open_access(daughter, MANAGE)
    await father.send(f"/start c{code.replace('-', '')}")
    await father.press("Сын или дочь")
    await father.press("🏠")
    await daughter.wait_for("Доступ открыт")

    # STEP 1. The father has begun a booking for her; she leaves.
    await father.press("Записаться к врачу")
    await father.press(next(label for label in father.screen().labels if "Уходова" in label))
    wizard, back = father.screen().message_id or 0, data_of(father, "⬅️")
    await daughter.send("/delete_me")
    assert "Доступ, который открыли Вы: Ухов Вера Павловна" in daughter.screen().text
    await daughter.press(ALL)
    assert DONE["ru"] in daughter.screen().text

    # STEP 2. He is told at once, by name, and only once; nothing of her is left in his list.
    message = await father.wait_for("Данные этого человека удалены")
    assert "Уходова Вера Павловна" in message.text
    assert "Эти записи здесь больше не видны" in message.text
    town.shift_clock(timedelta(seconds=30))
    await town.emulator.wait_quiet()
    assert told(father, "Данные этого человека удалены") == 1
    assert told(father, "Все его данные удалены") == 0
    await father.press_data(wizard, back)
    assert "Уходова" not in text_of(father, wizard)
    await father.send("/start")
    await press_all(father, "☰ Ещё", "👪 Полисы")
    assert "Уходова" not in father.screen().text
    await press_all(father, "🏠", "🔔")
    assert "Доступ закрыт" in father.screen().text
    assert "Уходова" not in father.screen().text
    await father.press("1 ·")
    assert "Человек, который открыл Вам доступ, отозвал согласие" in father.screen().text


async def test_telegram_does_not_take_it_and_the_outbox_does(town: BotProcess) -> None:
    wife, husband = await confirmed(town, "Тихова"), await confirmed(town, "Тихов")
    code = await open_access(wife)
    await husband.send(f"/start c{code.replace('-', '')}")
    await husband.press("Муж или жена")
    await wife.wait_for("Доступ открыт")
    await husband.send("/delete_me")
    assert "Доступ, который открыт Вам: Тихова Вера Павловна" in husband.screen().text
    town.emulator.fault(Fault(method="sendMessage", chat_id=wife.id, code=502, times=1))
    await husband.press(ALL)
    await town.emulator.wait_quiet()
    assert told(wife, "отозвал согласие") == 0
    town.shift_clock(timedelta(seconds=30))
    message = await wife.wait_for("Человек, которому Вы открыли доступ, отозвал согласие")
    assert "Тихов Вера" not in message.text
    assert "Этот человек больше не видит Ваши записи" in message.text


async def test_the_fathers_child_stays_when_the_mother_goes(town: BotProcess) -> None:
    mother, father = await confirmed(town, "Общая"), await confirmed(town, "Общий")
    policy = a_policy(date(2020, 5, 1))
    await shown_papers(town, mother, "Общая", Relation.CHILD, policy)
    await shown_papers(town, father, "Общий", Relation.CHILD, policy)
    await mother.wait_for("открыт ещё в одном чате")
    await mother.send("/delete_me")
    await mother.press(ALL)
    assert DONE["ru"] in mother.screen().text
    await father.send("/start")
    await press_all(father, "☰ Ещё", "👪 Полисы")
    assert "Общая Маша Павловна" in father.screen().text


# --- nothing of it is left ----------------------------------------------------------------------------


async def test_the_power_is_cut_between_and_the_disk_forgets_in_the_end(bot: BotProcess) -> None:
    user = await with_visit(bot)
    patients = patients_of(bot, user)
    sealed = [row[0] for row in bot.rows("SELECT profile FROM person UNION ALL SELECT data FROM draft")]
    assert len(sealed) > 5
    assert all(each in on_disk(bot.database) for each in sealed)

    # STEP 1. The visit is cancelled, then the process dies: nothing is erased, and nothing is lost.
    await user.send("/delete_me")
    bot.fault(cancel="die-after")
    user.tap(CANCEL_AND_ERASE)
    await bot.ended()
    bot.fault()
    bot.emulator.world.store.confirm(bot.emulator.bot_id, before=2**62)
    bot.emulator.drop_presses()
    await bot.start()
    assert len(bot.rows("SELECT id FROM person")) == 5
    async with desk_of(bot) as desk:
        assert [each.status for each in await desk.registry.visits(patients)] == [VisitStatus.CANCELLED_BY_PATIENT]

    # STEP 2. Asked anew, it is done; neither the file nor its journal keeps what was sealed in it.
    await user.send("/delete_me")
    assert "Предстоящие записи" not in user.screen().text
    await user.press(ALL)
    assert DONE["ru"] in user.screen().text
    assert bot.rows("SELECT id FROM person") == []
    assert not [each for each in sealed if each in on_disk(bot.database)]


def on_disk(database: Path) -> bytes:
    return b"".join(each.read_bytes() for each in database.parent.glob(database.name + "*") if "shm" not in each.name)

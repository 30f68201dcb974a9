"""«Медкарта» → «Рецепты»: both lists, search, card, paper; somebody else's card, another chat; what a change tells."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from datetime import timedelta

from emulator.driver import User
from tests.e2e.people import RU, press_all, told, with_consent, with_family
from tests.support import pdf
from tests.support.bot_process import BotProcess

RECORD, PRESCRIPTIONS, COMMERCIAL = "📁 Медкарта", "💊 Рецепты", "Коммерческие рецепты"
CHANGE, SEARCH, OPEN = "👤 Сменить", "🔎 Поиск по рецептам", "📄 Открыть документ"
NEWS = "В медкарте есть новое"
COLUMNS = {
    "drug": r"Препарат: (.+)",
    "clinic": r"Учреждение: (.+)",
    "number": r"Номер рецепта: (.+)",
    "until": r"Срок действия до: (\d\d\.\d\d\.\d{4}|—)",
    "status": r"Статус: (Действует|Отпущен|Просрочен|Отменён)$",
}
"""As the portal's table has them."""
HEAD = (
    "surname,name,patronymic,birth_date,policy,number,drug,how,amount,commercial,"
    "issued,valid_until,status,dispensed,clinic,doctor"
)


def columns(text: str) -> dict[str, list[str]]:
    """What stands in each column, row after row."""
    return {name: re.findall(pattern, text, re.MULTILINE) for name, pattern in COLUMNS.items()}


def data(user: User) -> list[str]:
    """What the buttons of the screen carry."""
    return [each.callback_data or "" for row in user.screen().buttons for each in row]


async def press_data(user: User, pressed: str) -> None:
    """A button with this data, pressed on the screen that stands last."""
    await user.press_data(user.screen().message_id or 0, pressed)


def rows(text: str) -> int:
    """How many there are; every row has every column."""
    lengths = {len(each) for each in columns(text).values()}
    assert len(lengths) == 1, text
    return lengths.pop()


async def to_prescriptions(user: User) -> None:
    """From Home."""
    await press_all(user, RECORD, PRESCRIPTIONS)


async def test_both_lists_the_card_and_the_paper(town: BotProcess) -> None:
    user = await with_family(town)
    name = user.screen().text.splitlines()[1]

    # STEP 1. The section says whose it is, and its first list has every column and its count.
    await user.press(RECORD)
    assert f"Пациент: {name}" in user.screen().text
    await user.press(PRESCRIPTIONS)
    listed = user.screen()
    assert listed.text.startswith(f"💊 Рецепты (демо)\nПациент: {name}")
    assert re.search(rf"Всего рецептов: {rows(listed.text)}$", listed.text)
    assert rows(listed.text) >= 1
    assert {COMMERCIAL, SEARCH, CHANGE, "⬅️ Назад", "🏠 Главное меню"} <= set(listed.labels)

    # STEP 2. So has the other.
    await user.press(COMMERCIAL)
    listed = user.screen()
    assert listed.text.startswith(f"💊 Коммерческие рецепты (демо)\nПациент: {name}")
    assert "Ибупрофен, табл. п.о., 200 мг" in listed.text
    assert rows(listed.text) == int(re.findall(r"Всего рецептов: (\d+)", listed.text)[0])

    # STEP 3. A card has the same columns, who has written it and when; «Назад» leads to its list.
    row = next(label for label in listed.labels if "Ибупрофен" in label)
    place = int(row.split(" ")[0]) - 1
    of_row = {column: values[place] for column, values in columns(listed.text).items()}
    await user.press(row)
    card = user.screen()
    assert {column: values[0] for column, values in columns(card.text).items()} == of_row
    assert of_row["status"] == "Отменён"
    for said in (f"Пациент: {name}", "Врач: ", "Выписан: ", "Поликлиника отменила этот рецепт"):
        assert said in card.text
    assert {OPEN, "🩺 Записаться к врачу"} <= set(card.labels)

    # STEP 4. The paper says it all, too.
    await user.press(OPEN)
    message = next(each for each in reversed(user.messages()) if each.document is not None)
    assert message.document is not None
    assert message.document.name == "recept.pdf"
    assert name in (message.text or "")
    paper = pdf.text(message.document.data)
    for said in (name, *of_row.values(), "Сведения о коммерческом рецепте", "Сам рецепт они не заменяют"):
        assert said in paper
    await user.press("🖨 Распечатать")
    assert "выберите в меню «Печать»" in user.screen().text
    await user.press_old(card.message_id or 0, "⬅️ Назад")
    assert next(each for each in user.messages() if each.id == card.message_id).text == listed.text


async def test_the_paper_by_e_mail(town: BotProcess) -> None:
    """To an address that is typed and shown back; nobody has confirmed it, so it is asked about once more."""
    user = await with_family(town)
    await to_prescriptions(user)
    await press_all(user, "1 ·", OPEN)
    file = next(each for each in reversed(user.messages()) if each.document is not None)
    assert file.document is not None
    await user.press_old(file.id, "✉️ На электронную почту")
    assert "На какой адрес электронной почты" in user.screen().text
    await user.send("anna@example.org")
    assert "Адрес верный?" in user.screen().text
    assert "anna@example.org" in user.screen().text
    await user.press("✅ Да, отправить")
    assert "Этот адрес не подтверждён" in user.screen().text
    assert town.emulator.mail == [], "nothing goes before it is answered"
    await user.press("✅ Да, отправить")
    letter = await town.emulator.wait_mail("anna@example.org")
    assert letter.subject == "Документ от бота «Номерок»"
    (attached,) = letter.attachments
    assert attached.data == file.document.data
    said = letter.text + letter.html
    for word in ("рецепт", "Пациент", "таблетки"):
        assert word not in said
    kept = "SELECT count(*) FROM document_letter WHERE address IS NOT NULL"
    await town.comes_true(lambda: town.rows(kept) == [(0,)], "the address is forgotten once it has gone")


async def test_a_search_and_its_buttons_long_after(town: BotProcess) -> None:
    user = await with_family(town)
    await to_prescriptions(user)
    await user.press(SEARCH)
    assert "Напишите часть названия препарата или номера рецепта" in user.screen().text

    # STEP 1. What is in the other list only is found there.
    await user.send("ИБУПРОФЕН 200")
    found = user.screen()
    assert found.text.startswith("💊 Коммерческие рецепты")
    assert columns(found.text)["drug"] == ["Ибупрофен, табл. п.о., 200 мг"]
    assert "Найдено по запросу «ИБУПРОФЕН 200»: 1" in found.text
    assert all("ибупрофен" not in each.casefold() for each in data(user)), "nobody's words are in a button"
    old = next(each for each in data(user) if each.startswith("xp1:") and not each.endswith(":"))

    # STEP 2. A year and a restart later, below other news, its buttons know it still; one of an older search says so.
    await town.stop()
    town.shift_clock(timedelta(days=380))
    await town.start()
    await user.press_old(found.message_id or 0, "Рецепты")
    await user.press_old(found.message_id or 0, "Коммерческие рецепты")
    shown = next(each for each in user.messages() if each.id == found.message_id)
    assert "Найдено по запросу «ИБУПРОФЕН 200»: 1" in shown.text
    await user.press_old(shown.id, "🔎 Искать другое")
    await user.send("нет такого лекарства")
    assert "Ничего не нашлось" in user.screen().text
    await press_data(user, old)
    assert "Этот поиск не сохранился. Здесь весь список" in user.screen().text
    assert "Всего рецептов" in user.screen().text


async def test_whose_card_it_is_and_what_is_closed(town: BotProcess) -> None:
    user = await with_family(town)
    await to_prescriptions(user)

    # STEP 1. Somebody else's: of the spouse by a consent, of a child by papers.
    await user.press(CHANGE)
    assert "Кого показывать" in user.screen().text
    spouse = re.findall(r"2\. (.+) \(муж или жена\)", user.screen().text)[0]
    await user.press("2 ·")
    assert f"💊 Рецепты\nПациент: {spouse}" in user.screen().text
    await press_all(user, RU.home)
    assert spouse in user.screen().text, "the main menu stands on the same card"

    # STEP 2. The teenager decides: closed, why, and the way on.
    await press_all(user, RECORD, PRESCRIPTIONS, CHANGE, "4 ·")
    assert "С 15 лет решает сам подросток" in user.screen().text
    assert "Препарат" not in user.screen().text
    assert {"🔎 Как подтвердить", CHANGE, "⬅️ Назад", "🏠 Главное меню"} <= set(user.screen().labels)


async def test_a_stranger_who_knows_it_all(town: BotProcess) -> None:
    """By buttons of the patient's, by typing who it is: nothing, and in the same words as for nobody."""
    user = await with_family(town)
    await to_prescriptions(user)
    of_list = next(each for each in data(user) if each.startswith("xp1:"))
    of_card = next(each for each in data(user) if each.startswith("xr1:"))
    await user.press("1 ·")
    of_paper = next(each for each in data(user) if each.startswith("do1:"))

    stranger = await with_consent(town, "Чужой")
    for pressed in (of_list, of_card, of_paper, of_card[:4] + of_card[4:].swapcase()):
        files = sum(each.document is not None for each in stranger.messages())
        await press_data(stranger, pressed)
        assert "Здесь больше ничего нет" in stranger.screen().text
        assert sum(each.document is not None for each in stranger.messages()) == files


async def test_a_change_is_told_once_and_says_nothing(town: BotProcess) -> None:
    user = await with_family(town)
    home = user.screen().text
    surname, first, patronymic = home.splitlines()[1].split()
    born = re.findall(r"Дата рождения: (\S+)", home)[0]
    policy = "".join(re.findall(r"Полис ОМС: ([\d ]+)", home)[0].split())
    await to_prescriptions(user)
    clinic = town.rows("SELECT clinic_id FROM registry_patient WHERE clinic_id IS NOT NULL LIMIT 1")[0][0]

    def file(status: str) -> str:
        drug = "50ЗЗ 1,Лоратадин,,,нет,20.11.2026,20.12.2026"
        return f"{HEAD}\n{surname},{first},{patronymic},{born},{policy},{drug},{status},,{clinic},Ветров И. И.\n"

    path = town.folder / "prescriptions.csv"
    path.write_text(file("действует"), encoding="utf-8")
    code, printed = await town.command("import", str(path))
    assert code == 0, printed
    assert surname not in printed
    message = await user.wait_for(NEWS)
    assert f"Пациент: {surname} {first} {patronymic}" in message.text
    for word in ("Лоратадин", "рецепт", "50ЗЗ"):
        assert word not in message.text
    await user.press("📂 Открыть")
    assert "Препарат: Лоратадин" in user.screen().text
    assert "Статус: Действует" in user.screen().text

    path.write_text(file("отпущен"), encoding="utf-8")
    assert (await town.command("import", str(path)))[0] == 0
    await town.comes_true(lambda: told(user, NEWS) == 2, "the second change")
    assert (await town.command("import", str(path)))[0] == 0  # once more: nothing has changed
    await press_all(user, RU.home, "🔔 Уведомления")
    assert user.screen().text.count(NEWS) == 2


async def test_who_has_agreed_to_an_older_text_reads_todays_first(town: BotProcess) -> None:
    user = await with_family(town)
    with closing(sqlite3.connect(town.database, timeout=10)) as connection, connection:
        connection.execute("UPDATE consent SET version = '2026-11-30'")
    await user.press(RECORD)
    assert "💊 Рецепты" in user.screen().labels, "the page itself says nothing of the record"
    await user.press(PRESCRIPTIONS)
    asked = user.screen()
    assert "этот раздел появился позже" in asked.text
    await user.press("📄 Весь текст")
    assert "рецепты и документы с этими сведениями" in user.screen().text
    await user.press(RU.agree)
    assert user.screen().text.startswith("💊 Рецепты")


async def test_what_is_asked_below_a_file_leaves_the_file_where_it_is(town: BotProcess) -> None:
    user = await with_family(town)
    await to_prescriptions(user)
    await press_all(user, "1 ·", OPEN)
    file = next(each for each in reversed(user.messages()) if each.document is not None)
    with closing(sqlite3.connect(town.database, timeout=10)) as connection, connection:
        connection.execute("UPDATE consent SET version = '2026-11-30'")
    await user.press_old(file.id, "✉️ На электронную почту")
    assert "этот раздел появился позже" in user.screen().text
    assert not next(each for each in user.messages() if each.id == file.id).deleted
    await user.press(RU.agree)
    assert "На какой адрес электронной почты" in user.screen().text
    assert not next(each for each in user.messages() if each.id == file.id).deleted

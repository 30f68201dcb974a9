"""Access in the chat: the registrar's code, consents between two people, and those who guess."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from emulator.driver import User
from tests.e2e.desk import HOME_CLINIC, desk_of, patients_of
from tests.e2e.people import BORN, a_policy, press_all, told, with_consent, with_family
from tests.support.bot_process import BotProcess

WRONG = "Код не подходит"
CONFIRMED = "Документы подтверждены"
CONFIRM_FIRST = "Сначала возьмите в регистратуре свой код"


@dataclass(frozen=True)
class Printed:
    """What the registrar's command has printed."""

    code: str
    link: str

    @property
    def payload(self) -> str:
        return self.link.rpartition("start=")[2]


def options(surname: str, policy: str, **more: str) -> list[str]:
    """The command's options for a woman of 46; the names of the rest as in Python."""
    known = {"surname": surname, "name": "Вера", "patronymic": "Павловна", "birth": f"{BORN:%d.%m.%Y}", "sex": "F"}
    named = {**known, "policy": policy, "clinic": HOME_CLINIC, **more}
    return [part for name, value in named.items() for part in (f"--{name.replace('_', '-')}", value)]


async def confirm(bot: BotProcess, relation: str, *given: str) -> Printed:
    """`python -m bot confirm`, beside the running bot."""
    exit_code, printed = await bot.command("confirm", relation, *given)
    assert exit_code == 0, printed
    code, link = re.search(r"Code: (\S+)", printed), re.search(r"Link: (\S+)", printed)
    assert code, printed
    assert link, printed
    return Printed(code[1], link[1])


async def take(user: User, payload: str, yes: str = "Да, это я") -> None:
    """The code's link is opened, and whom it shows is the right one."""
    await user.send(f"/start {payload}")
    await user.press(yes)


async def confirmed(bot: BotProcess, surname: str, language: str = "ru", policy: str | None = None) -> User:
    """Somebody new whom the desk has confirmed: stands on the screen that says so."""
    user = await with_consent(bot, language=language)
    printed = await confirm(bot, "own", *options(surname, policy or a_policy()))
    await take(user, printed.payload, "Да, это я" if language == "ru" else "Yes, it is me")
    return user


async def typed(user: User, surname: str, policy: str) -> None:
    """The form of whom `options` names, by somebody who has only heard of her."""
    await user.press("Заполнить анкету")
    for text in (surname, "Вера", "Павловна", f"{BORN:%d.%m.%Y}"):
        await user.send(text)
    await user.press("Женский")
    await user.send("+7 916 123-45-67")
    await user.send(policy)
    await user.press("Пропустить")
    await user.press("Всё верно")


async def visit_of(bot: BotProcess, user: User) -> str:
    """A visit made at the clinic's counter for the user; gives its number."""
    async with desk_of(bot) as desk:
        slot = (await desk.free("110"))[0]
        return (await desk.book(patients_of(bot, user)[0], slot.id)).number


SEE = "☐ Видеть мои записи к врачу"
MANAGE = "☐ Записывать, переносить и отменять"
RECORD, PAPERS = "☐ Видеть мою медкарту", "☐ Видеть мои документы"
INSURANCE = "☐ Видеть мою страховку"
TICKS = [SEE, MANAGE, RECORD, PAPERS, INSURANCE]
"""What stands, and nothing else."""


async def open_access(user: User, tick: str = SEE, term: str = "3 месяца") -> str:
    """From Home or the confirmation to a code for somebody close; gives the code."""
    for label in ("👥 Кому открыт доступ", "➕ Открыть доступ близкому", tick, "Дальше", term):
        await user.press(label)
    found = re.search(r"Код: (\d{3}-\d{3}-\d{4})", user.screen().text)
    assert found, user.screen().text
    return found[1]


async def to_code(user: User) -> None:
    """To the screen that asks for a code, by a button that stands on the first screen without a form."""
    await user.send("/start")
    await user.press("🔑 Ввести код")
    assert "Введите код" in user.screen().text


async def test_the_registrars_code_opens_ones_own_records(town: BotProcess) -> None:
    # STEP 1. Somebody new, without a form, has a code from the desk.
    user = await with_consent(town)
    await to_code(user)
    printed = await confirm(town, "own", *options("Орлова", a_policy()))
    assert printed.link.startswith("https://t.me/")
    assert printed.payload == "c" + printed.code.replace("-", "")

    # STEP 2. What is no code gets a hint; typed with spaces, it is taken.
    await user.send("не помню")
    assert "В коде десять цифр" in user.screen().text
    await user.send(printed.code.replace("-", " "))
    assert f"О. В. П., год рождения {BORN.year}" in user.screen().text
    assert "Орлова" not in user.screen().text

    # STEP 3. It is shown whom it opens; a «no» leaves it good, a «yes» binds this chat.
    await user.press("Нет, это не я")
    assert "Ничего не открыто" in user.screen().text
    await take(user, printed.payload)
    assert CONFIRMED in user.screen().text
    assert "Орлова Вера Павловна" in user.screen().text

    # STEP 4. A visit made at the counter stands in «Мои записи».
    number = await visit_of(town, user)
    await user.press("Мои записи")
    await user.press("1 ·")
    assert number in user.screen().text

    # STEP 5. The same code again is refused, and Home has the policy with its mark.
    await user.send(f"/start {printed.payload}")
    assert WRONG in user.screen().text
    await user.press("🏠")
    assert "✅" in user.screen().text
    rows = town.rows(
        "SELECT basis FROM link_basis JOIN person_link ON person_link.id = link_id"
        " JOIN account ON account.id = account_id WHERE chat_index = chat(?)",
        user.id,
    )
    assert rows == [("desk",)]


async def test_a_link_waits_for_the_consent(town: BotProcess) -> None:
    # STEP 1. The registrar shows the QR code of a link to somebody who has never been here.
    printed = await confirm(town, "own", *options("Зорина", a_policy()))
    user = await town.emulator.user("Вера", language_code="ru")
    await user.open_link(printed.payload)
    assert "Согласие на обработку персональных данных" in user.screen().text

    # STEP 2. Consent first; the code goes on by itself and stands in no button.
    assert not any(
        printed.payload[1:] in (button.callback_data or "") for row in user.screen().buttons for button in row
    )
    await user.press("✅")
    assert "Это Вы?" in user.screen().text
    await user.press("Да, это я")
    assert CONFIRMED in user.screen().text
    assert "Зорина Вера Павловна" in user.screen().text


async def test_a_link_of_yesterday_only_leads_in(town: BotProcess) -> None:
    user = await town.emulator.user("Вера", language_code="ru")
    await user.open_link("c4071226583")
    await user.press("✅")
    assert WRONG in user.screen().text
    await user.press("🏠")
    assert "Давайте познакомимся" in user.screen().text


async def test_a_child_comes_by_a_code_to_its_parent_alone(town: BotProcess) -> None:
    mother = await confirmed(town, "Белкина")
    child = options(
        *("Белкина", a_policy()),
        name="Маша",
        birth="01.05.2020",
        holder_surname="белкина",
        holder_name="Вера",
        holder_birth=f"{BORN:%d.%m.%Y}",
    )
    printed = await confirm(town, "child", *child)

    # STEP 1. A thief with the code, and somebody without a form: nothing.
    thief = await with_family(town)
    await thief.send(f"/start {printed.payload}")
    assert WRONG in thief.screen().text
    stranger = await with_consent(town)
    await stranger.send(f"/start {printed.payload}")
    assert CONFIRM_FIRST in stranger.screen().text

    # STEP 2. Nor for who has typed the mother's name and birth date.
    impostor = await with_consent(town)
    await typed(impostor, "Белкина", a_policy())
    await impostor.send(f"/start {printed.payload}")
    assert CONFIRM_FIRST in impostor.screen().text
    assert "Белкина Маша" not in impostor.screen().text

    # STEP 3. The mother, from the same code.
    await mother.send(f"/start {printed.payload}")
    assert "Б. М. П., год рождения 2020" in mother.screen().text
    assert "Это Ваш ребёнок?" in mother.screen().text
    await mother.press("Да, открыть")
    assert CONFIRMED in mother.screen().text
    assert "Белкина Маша Павловна" in mother.screen().text

    # STEP 4. Once more for the father: the mother hears that another chat has it.
    father = await confirmed(town, "Белкин")
    again = [part if part != "белкина" else "Белкин" for part in child]
    second = await confirm(town, "child", *again)
    await take(father, second.payload, "Да, открыть")
    assert CONFIRMED in father.screen().text
    message = await mother.wait_for("открыт ещё в одном чате")
    assert "Белкина Маша Павловна" in message.text


async def test_a_daughter_opens_access_and_closes_it(town: BotProcess) -> None:
    # STEP 1. The daughter lets her father see her visits for half a year.
    daughter, father = await confirmed(town, "Котова"), await confirmed(town, "Котов")
    number = await visit_of(town, daughter)
    code = await open_access(daughter, term="6 месяцев")
    text = daughter.screen().text
    assert "Котова Вера Павловна" in text
    assert "Передайте код или ссылку только тому, кому доверяете" in text
    assert f"start=c{code.replace('-', '')}" in text

    # STEP 2. Her own chat does not take it; the father types it and reads whose it is.
    await daughter.send(f"/start c{code.replace('-', '')}")
    assert "Это Ваш собственный код" in daughter.screen().text
    await father.press("👥 Кому открыт доступ")
    assert "Нет данных" in father.screen().text
    await father.press("🔑 Ввести код")
    await father.send(code)
    assert "Кем Вам приходится этот человек?" in father.screen().text
    assert "Что разрешено: видеть записи к врачу\n" in father.screen().text
    await father.press("Сын или дочь")
    assert "Доступ получен" in father.screen().text
    given = await daughter.wait_for("Доступ открыт")
    assert "Кому: Котов Вера Павловна" in given.text

    # STEP 3. «Мои записи» of the father has her visit, with her name.
    await father.press("Мои записи")
    assert "Пациент: Котова Вера Павловна" in father.screen().text
    await father.press("1 ·")
    assert number in father.screen().text

    # STEP 4. She closes it, after a question; both know.
    await daughter.press("Закрыть доступ")
    assert "Закрыть этот доступ?" in daughter.screen().text
    await daughter.press("Да, закрыть доступ")
    assert "Доступ закрыт" in daughter.screen().text
    closed = await father.wait_for("Доступ закрыт")
    assert "Котова Вера Павловна" in closed.text
    await father.send("/start")
    await father.press("Мои записи")
    assert "Котова" not in father.screen().text
    await daughter.press("👥 Кому открыт доступ")
    assert "Всего разрешений: 0" in daughter.screen().text


async def test_whoever_opened_a_stolen_own_code_is_put_out(town: BotProcess) -> None:
    # STEP 1. The desk's paper has been seen by somebody else, who is quicker and lets a friend in.
    policy = a_policy()
    thief, friend = await confirmed(town, "Сойкина", policy=policy), await with_consent(town)
    code = await open_access(thief)
    await friend.send(f"/start c{code.replace('-', '')}")
    await friend.press("Другой гражданин")
    number = await visit_of(town, thief)

    # STEP 2. The owner gets a second code: she is asked about the first chat, which hears of hers.
    owner = await confirmed(town, "Сойкина", policy=policy)
    assert "Ваши записи открыты ещё в 1 чате. Закрыть там доступ?" in owner.screen().text
    assert "Нет, это тоже мой чат" in owner.screen().labels
    heard = await thief.wait_for("открыт ещё в одном чате")
    assert "👥 Кому открыт доступ" in [button.text for row in heard.buttons for button in row]

    # STEP 3. The list names both, the thief and the friend; she closes the thief's chat from it.
    await owner.press("👥 Кому открыт доступ")
    assert "Кому: ещё один Ваш чат" in owner.screen().text
    assert "Всего разрешений: 2" in owner.screen().text
    await owner.press("Закрыть: ещё один Ваш чат")
    assert "Доступ, который из него открыли другим, тоже закроется" in owner.screen().text
    await owner.press("Да, закрыть доступ")
    assert "Если он был не Ваш" in owner.screen().text
    await owner.press("👥 Кому открыт доступ")
    assert "Всего разрешений: 0" in owner.screen().text

    # STEP 4. Both are told, and see nothing any more; the owner sees all.
    await thief.wait_for("Доступ закрыли из другого чата")
    await friend.wait_for("Доступ закрыт")
    for other in (thief, friend):
        await other.send("/start")
        assert "Сойкина" not in other.screen().text
        assert number not in other.screen().text
    await owner.send("/start")
    await press_all(owner, "Мои записи", "1 ·")
    assert number in owner.screen().text


async def test_a_consent_given_at_the_desk_before_there_was_a_chat_is_taken_back(town: BotProcess) -> None:
    # STEP 1. A husband without a chat has let his wife see his visits, at the desk.
    wife, policy = await confirmed(town, "Дроздова"), a_policy()
    holder = {"holder_surname": "Дроздова", "holder_name": "Вера", "holder_birth": f"{BORN:%d.%m.%Y}"}
    papers = options("Дроздов", policy, until="01.06.2027", **holder)
    await take(wife, (await confirm(town, "spouse", *papers)).payload, "Да, открыть")
    assert "Дроздов Вера Павловна" in wife.screen().text
    await wife.press("👥 Кому открыт доступ")
    assert "Чьи записи: Дроздов Вера Павловна" in wife.screen().text

    # STEP 2. Later he comes with a chat of his own: it stands there, and he closes it.
    husband = await confirmed(town, "Дроздов", policy=policy)
    await husband.press("👥 Кому открыт доступ")
    assert "Кому: Дроздова Вера Павловна" in husband.screen().text
    assert "Срок: по 01.06.2027 включительно" in husband.screen().text
    await press_all(husband, "1 · Закрыть", "Да, закрыть доступ")
    assert "Этот человек больше не видит Ваши записи" in husband.screen().text

    # STEP 3. She hears of it, and he is off her list.
    message = await wife.wait_for("здесь больше не видно")
    assert "Пациент: Дроздов Вера Павловна" in message.text
    await wife.send("/start")
    await press_all(wife, "Ещё", "Полисы")
    assert "Дроздов Вера" not in wife.screen().text


async def test_a_husband_gives_access_up_himself(town: BotProcess) -> None:
    wife, husband = await confirmed(town, "Сомова"), await confirmed(town, "Сомов")

    # STEP 1. One by one, and nothing is ticked beforehand; without a tick it does not go on.
    await wife.press("👥 Кому открыт доступ")
    await wife.press("➕ Открыть доступ близкому")
    assert [each for each in wife.screen().labels if each[0] in "☐☑"] == TICKS
    answer = await wife.press("Дальше")
    assert answer.text == "Отметьте, что разрешаете."

    # STEP 2. Managing brings seeing along, and goes with it.
    await wife.press(MANAGE)
    assert "☑ Видеть мои записи к врачу" in wife.screen().labels
    await wife.press("☑ Видеть мои записи к врачу")
    assert [each for each in wife.screen().labels if each[0] in "☐☑"] == TICKS
    await wife.press(MANAGE)

    # STEP 3. What is allowed stands above the terms; back and forth the ticks stay.
    await wife.press("Дальше")
    assert "Что разрешено: видеть записи к врачу, записывать, переносить и отменять" in wife.screen().text
    await wife.press("⬅️")
    assert "☑ Записывать, переносить и отменять" in wife.screen().labels
    await wife.press("Дальше")
    await wife.press("1 год")
    found = re.search(r"start=(c\d{10})", wife.screen().text)
    assert found
    assert "Что разрешено: видеть записи к врачу, записывать, переносить и отменять" in wife.screen().text

    # STEP 4. By the link; not taken at first, then taken.
    await husband.open_link(found[1])
    await husband.press("Не принимать")
    assert "Доступ не принят" in husband.screen().text
    await husband.open_link(found[1])
    await husband.press("Муж или жена")
    assert "Доступ получен" in husband.screen().text

    # STEP 5. He gives it up; she hears of it.
    await husband.press("👥 Кому открыт доступ")
    await husband.press("1 · Закрыть")
    assert "Отказаться от этого доступа?" in husband.screen().text
    await husband.press("Нет, оставить")
    await husband.press("1 · Закрыть")
    await husband.press("Да, закрыть доступ")
    assert "Эти записи здесь больше не видны" in husband.screen().text
    message = await wife.wait_for("Доступ закрыт")
    assert "Кому: Сомов Вера Павловна" in message.text


async def test_an_access_ends_by_itself_and_is_told_by_day(bot: BotProcess) -> None:
    giver, taker = await confirmed(bot, "Котова"), await confirmed(bot, "Котов")
    code = await open_access(giver, term="1 месяц")
    await taker.send(f"/start c{code.replace('-', '')}")
    await taker.press("Муж или жена")
    assert "Срок: по 23.12.2026 включительно" in taker.screen().text

    # STEP 1. The last day is over at midnight: nobody is woken up.
    bot.set_clock(datetime(2026, 12, 23, 21, 0, 5, tzinfo=UTC))
    ended = "SELECT count(*) FROM access_grant WHERE ended_at IS NOT NULL"
    await bot.comes_true(lambda: bot.rows(ended) == [(1,)], "the consent has ended")
    assert told(giver, "Срок доступа закончился") == told(taker, "Срок доступа закончился") == 0

    # STEP 2. In the morning both hear of it.
    bot.set_clock(datetime(2026, 12, 24, 5, 0, 5, tzinfo=UTC))
    message = await giver.wait_for("Срок доступа закончился")
    assert "откройте его заново" in message.text
    message = await taker.wait_for("Срок доступа закончился")
    assert "Котова Вера Павловна" in message.text


async def test_whoever_only_typed_a_name_learns_how_to_confirm(town: BotProcess) -> None:
    user = await with_consent(town)
    await typed(user, "Рысева", a_policy())

    # STEP 1. No access for others yet; what to bring to the desk, and the demo's command.
    for label in ("🏠", "Ещё", "Полисы", "1 ·", "Кому открыт доступ", "➕ Открыть доступ близкому"):
        await user.press(label)
    assert "Открыть доступ пока нельзя" in user.screen().text
    await user.press("Как подтвердить документы")
    assert "Возьмите паспорт, полис ОМС и СНИЛС" in user.screen().text
    assert "python -m bot confirm" in user.screen().text

    # STEP 2. Wrong codes: the same sentence each time, and after five of them a pause.
    await user.press("🔑 Ввести код")
    for number in range(5):
        await user.send(f"{number:010}")
        assert WRONG in user.screen().text
    printed = await confirm(town, "own", *options("Рысева", a_policy()))
    await user.send(printed.code)
    assert "Слишком много неверных кодов" in user.screen().text

    # STEP 3. An hour later the rate limit is over; the code has expired by then, a new one is taken.
    town.shift_clock(timedelta(hours=1))
    for label in ("🏠", "Ещё", "Полисы", "🔑 Ввести код"):
        await user.press(label)
    await user.send(printed.code)
    assert WRONG in user.screen().text
    fresh = await confirm(town, "own", *options("Рысева", a_policy()))
    await user.send(fresh.code)
    await user.press("Да, это я")
    assert CONFIRMED in user.screen().text


async def test_in_english_from_the_command_to_the_end_of_an_access(town: BotProcess) -> None:
    giver, taker = await confirmed(town, "Smith", "en"), await confirmed(town, "Jones", "en")
    assert "Documents are confirmed" in giver.screen().text

    await giver.press("👥 Who has access")
    await giver.press("➕ Open access for someone close")
    for label in ("☐ See my bookings with doctors", "➡️ Next", "3 months"):
        await giver.press(label)
    found = re.search(r"start=(c\d{10})", giver.screen().text)
    assert found
    await taker.open_link(found[1])
    assert "Who is this person to you?" in taker.screen().text
    await taker.press("Husband or wife")
    assert "You have got access" in taker.screen().text
    await giver.wait_for("Access is open")
    await giver.press("Close the access")
    await giver.press("Yes, close it")
    assert "Access is closed" in giver.screen().text
    await taker.wait_for("Access is closed")


async def test_the_command_says_what_is_wrong(town: BotProcess, tmp_path: Path) -> None:
    # STEP 1. Something is missing: one line in English, exit code 2 (each of them: unit/test_confirm.py).
    good, target = options("Сойкина", a_policy()), tmp_path / "code.png"
    exit_code, printed = await town.command("confirm", "own", *good[2:])
    assert (exit_code, printed.strip()) == (2, "--surname is missing")

    # STEP 2. The QR code, in the terminal and as a file.
    exit_code, printed = await town.command("confirm", "own", *good, "--qr", str(target))
    assert exit_code == 0
    assert "█" in printed
    assert target.read_bytes().startswith(b"\x89PNG")

    # STEP 3. The same policy for somebody else.
    exit_code, printed = await town.command("confirm", "own", *options("Другая", good[good.index("--policy") + 1]))
    assert (exit_code, "for somebody else" in printed) == (2, True)


async def test_before_the_bot_has_run_there_is_a_code_without_a_link(
    town: BotProcess, filled: Path, tmp_path: Path
) -> None:
    shutil.copytree(filled, tmp_path, dirs_exist_ok=True)
    silent = BotProcess(tmp_path, town.emulator, town.nursery)
    exit_code, printed = await silent.command("confirm", "own", *options("Орлова", a_policy()))
    assert exit_code == 0
    assert "Code: " in printed
    assert "the bot must have run once" in printed
    assert "Link: " not in printed


async def test_a_screen_of_before_there_were_areas_leads_to_the_list_of_them(town: BotProcess) -> None:
    """Its buttons carried ticks and a term: 1 to see visits, 2 to manage them, and so many months."""
    wife = await confirmed(town, "Сомова")
    made = "SELECT count(*) FROM access_code WHERE account_id = (SELECT id FROM account WHERE chat_index = chat(?))"
    old = wife.screen().message_id or 0

    # STEP 1. What was ticked beforehand then is not now, and a tick pressed there is to be pressed here.
    for pressed in ("gd1:1:3", "gd1:3:12"):
        await wife.press_data(old, pressed)
        assert [each for each in wife.screen().labels if each[0] in "☐☑"] == TICKS

    # STEP 2. Who wanted the code saw what was ticked: so it stands, and no code is made yet.
    await wife.press_data(old, "gk1:3:12")
    assert "Код" not in wife.screen().text
    assert "☑ Записывать, переносить и отменять" in wife.screen().labels
    await wife.press("Дальше")
    await wife.press("1 год")
    assert "Код: " in wife.screen().text
    assert town.rows(made, wife.id) == [(1,)]

    # STEP 3. What stands for nothing here is allowed by no button, whoever has made it.
    await wife.press_data(old, "gd2:63")
    assert "☑ Записывать, переносить и отменять" in wife.screen().labels
    answer = await wife.press_data(old, "gk2:32:3")
    assert answer.text == "Отметьте, что разрешаете."
    assert town.rows(made, wife.id) == [(1,)]

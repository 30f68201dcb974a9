"""«Полисы»: the family on one list, one press to switch; adding with every stumble, correcting, taking off."""

from __future__ import annotations

from datetime import date

from emulator.driver import User
from services.registry.model import Sex
from tests.e2e.desk import desk_of, patients_of
from tests.e2e.people import EN, RU, WHICH_CLINIC, a_policy, as_printed, data_of, press_all, with_consent, with_family
from tests.e2e.test_form import typed_form
from tests.support.bot_process import BotProcess

ADULT = "По дате рождения это взрослый"
GONE = "Здесь больше ничего нет"
LOST = "Отметки у полиса теперь нет"


def screen_id(user: User) -> int:
    return user.screen().message_id or 0


async def to_policies(user: User) -> None:
    """From wherever the user stands to «Полисы»."""
    await user.send("/start")
    await press_all(user, "Ещё", "Полисы")


def place_of(user: User, words: str) -> str:
    """The beginning of the button of whoever is told about with these words: «3 ·»."""
    blocks = user.screen().text.split("\n\n")
    return f"{next(block for block in blocks if words in block).partition('.')[0]} ·"


async def to_card(user: User, words: str) -> None:
    """To the card of whoever is on the list with these words."""
    await to_policies(user)
    while words not in user.screen().text:
        await user.press("▶️")
    await user.press(place_of(user, words))


async def told_about(user: User, *names: str, born: str, sex: str = "Женский") -> None:
    """Surname, name, patronymic, birth date and sex."""
    for text in (*names, born):
        await user.send(text)
    await user.press(sex)


async def finish(user: User, policy: str) -> None:
    """The rest of a form, from the phone on."""
    await user.press("Нет телефона")
    await user.send(policy)
    await press_all(user, "Пропустить", "Всё верно")


async def test_a_card_changes_nothing_and_home_shows_the_policy_that_is_to_be_shown(town: BotProcess) -> None:
    user = await with_family(town)
    own = user.screen().text

    # STEP 1. Everybody with kind and name; number, mark and birth date but of those who let themselves be seen, whose
    # policy and birth date are their own; whose policy stands at Home.
    await press_all(user, "Ещё", "Полисы")
    assert "👉 Показан в главном меню" in user.screen().text.split("\n\n")[1]
    listed = user.screen().text
    await user.press("▶️")
    assert "Всего полисов: 5" in user.screen().text
    listed += user.screen().text
    assert listed.count("Полис ОМС ребёнка") == 2
    assert listed.count("✅") == 3
    assert listed.count("Дата рождения: ") == 3
    assert listed.count("Полис и дату рождения видит только сам этот человек.") == 2

    # STEP 2. The card opens, and Home stays as it was, until its button is pressed: then it shows this child's policy.
    await press_all(user, "◀️", "3 ·")
    card = user.screen().text
    assert "Кем приходится: ребёнок" in card
    assert "Подтверждено документами." in card
    assert "Вы видите все записи" in card
    name = card.splitlines()[0]
    await user.press("🏠")
    assert user.screen().text == own
    await to_policies(user)
    await press_all(user, "3 ·", "👉 Показывать этот полис")
    assert name in user.screen().text
    assert "Полис ОМС ребёнка: " in user.screen().text

    # STEP 3. Back to one's own.
    await to_policies(user)
    assert "👉" in next(each for each in user.screen().text.split("\n\n") if name in each)
    await press_all(user, "1 ·", "👉 Показывать этот полис")
    assert user.screen().text == own


async def test_cards_say_what_this_chat_may_do_and_why(town: BotProcess) -> None:
    user = await with_family(town)

    # STEP 1. Oneself: everything, and who else has access.
    await to_card(user, "(я)")
    assert "Это Вы" in user.screen().text
    assert "СНИЛС: " in user.screen().text
    assert "Убрать" not in "".join(user.screen().labels)
    await user.press("👥 Кому открыт доступ")

    # STEP 2. By consent: no more than the name; until when; nothing to correct.
    await to_card(user, "муж или жена")
    card = user.screen().text
    assert "Доступ открыт Вам по 23.11.2027 включительно." in card
    assert "Можно записывать к врачу, переносить и отменять." in card
    assert "Полис и дату рождения видит только сам этот человек." in card
    assert not any(word in card for word in ("СНИЛС", "Дата рождения", "Полис ОМС"))
    assert "Изменить" not in "".join(user.screen().labels)

    # STEP 3. The teenager of 15 has opened nothing.
    await to_policies(user)
    await user.press("4 ·")
    assert "только записи, сделанные из этого чата" in user.screen().text
    assert "С 15 лет решает сам подросток" in user.screen().text

    # STEP 4. The mark is explained.
    await user.press("✅ Полис подтверждён")
    assert "Электронная регистратура знает этот номер" in user.screen().text
    await user.press("⬅️")
    assert "С 15 лет" in user.screen().text


async def test_every_relative_can_be_added(town: BotProcess) -> None:
    user = await with_consent(town)
    await typed_form(user, "Соколова", a_policy())

    for relation, shown, born, sex in (
        ("👶 Ребёнок", "Кем приходится: ребёнок", date(2020, 3, 5), Sex.FEMALE),
        ("💍 Муж или жена", "Кем приходится: муж или жена", date(1979, 3, 5), Sex.MALE),
        ("👵 Мама или папа", "Кем приходится: мама или папа", date(1950, 3, 5), Sex.FEMALE),
        ("🤝 Под опекой", "Кем приходится: под опекой", date(1940, 3, 5), Sex.MALE),
        ("👤 Другой гражданин", "Кем приходится: другой гражданин", date(1990, 3, 5), Sex.FEMALE),
    ):
        # STEP 1. Who it is, then the questions, under a heading that says whose they are.
        await to_policies(user)
        await user.press("➕ Добавить")
        await user.press(relation)
        assert "вопрос 1 из 8" in user.screen().text
        await told_about(
            *(user, "Соколова", "Вера", "Павловна"),
            born=f"{born:%d.%m.%Y}",
            sex="Мужской" if sex is Sex.MALE else "Женский",
        )
        policy = a_policy(born, sex)
        await finish(user, policy)

        # STEP 2. The card: declared, seen as far as it was booked here; Home shows this policy when it is to be shown.
        card = user.screen().text
        assert card.startswith("✅ Готово.")
        assert shown in card
        assert as_printed(policy) in card
        assert "Данные введены Вами и не подтверждены документами." in card
        assert "Вы видите только записи, сделанные из этого чата." in card
        assert ("🔎 Как подтвердить" in user.screen().labels) == (relation[0] in "👶🤝")
        await user.press("👉")
        assert as_printed(policy) in user.screen().text

    # STEP 3. All stand on the list, and can be booked for.
    await to_policies(user)
    assert "Всего полисов: 6" in user.screen().text
    await press_all(user, "2 ·", "🩺 Записать к врачу", "Московская область")
    assert WHICH_CLINIC in user.screen().text
    assert "Пациент: Вера Соколова" in user.screen().text


async def test_an_adult_child_is_somebody_else(town: BotProcess) -> None:
    user = await with_family(town)
    await to_policies(user)
    await press_all(user, "➕ Добавить", "👶 Ребёнок")

    # STEP 1. The birth date of an adult: who is it then?
    for text in ("Орлов", "Иван", "Петрович", "05.03.1980"):
        await user.send(text)
    assert ADULT in user.screen().text
    await user.press("👶 Ребёнок")
    assert ADULT in user.screen().text

    # STEP 2. It was a slip of the year: the date is corrected, and an adult's one is not taken over.
    await user.press("✏️ Исправить дату рождения")
    await user.press("Оставить: 05.03.1980")
    assert ADULT in user.screen().text
    await user.press("✏️ Исправить дату рождения")
    await user.send("05.03.2012")
    assert "Пол" in user.screen().text

    # STEP 3. Or it is a husband; a parent of his age would be none, and who it is can be changed at the end, too.
    await user.press("Мужской")
    await user.press("Нет телефона")
    await user.send(a_policy(date(2012, 3, 5), Sex.MALE))
    await press_all(user, "Пропустить", "✏️ Исправить", "✏️ Кем приходится", "👵 Мама или папа")
    assert "Для мамы или папы дата рождения слишком поздняя" in user.screen().text
    await user.press("👤 Другой гражданин")
    assert "Кем приходится: другой гражданин" in user.screen().text
    await user.press("Всё верно")
    assert "✅ Готово." in user.screen().text


async def test_a_newborn_a_foreigner_and_a_temporary_certificate(town: BotProcess) -> None:
    user = await with_family(town)
    await to_policies(user)
    await press_all(user, "➕ Добавить", "👶 Ребёнок")

    # STEP 1. A newborn without a policy: on whose it is treated, how it is booked, how to get one.
    await told_about(user, "Орлова", "Вера", "Петровна", born="20.11.2026")
    await user.press("Нет телефона")
    await user.press("Нет гражданства России")
    assert "Полис бывает и у иностранцев" in user.screen().text
    await user.press("Полиса нет")
    assert "новорождённого лечат по полису мамы" in user.screen().text
    await press_all(user, "Пропустить", "Всё верно")
    assert "Полис ОМС ребёнка: нет" in user.screen().text
    await user.press("Как получить полис")
    assert "свидетельство о рождении" in user.screen().text

    # STEP 2. The certificate comes: nine digits.
    await press_all(user, "⬅️", "✏️ Изменить", "✏️ Полис")
    await user.send("123456789")
    assert "временное свидетельство 123456789" in user.screen().text
    await user.press("✅ Сохранить")
    assert user.screen().text.startswith("✅ Сохранено.")
    assert "временное свидетельство 123456789" in user.screen().text


async def test_a_childs_phone_is_mine_or_anybodys(town: BotProcess) -> None:
    user, granny = await with_consent(town), await town.emulator.user("Вера", phone="+79167654321")
    await typed_form(user, "Соколова", a_policy())
    await to_policies(user)
    await press_all(user, "➕ Добавить", "👶 Ребёнок")
    await told_about(user, "Соколов", "Пётр", "Ильич", born="05.03.2020", sex="Мужской")

    # STEP 1. Somebody's card: its number is taken, for it is not the child's own that is asked for.
    assert "пришлите контакт" in user.screen().text
    await user.share_contact(granny)
    await user.send(a_policy(date(2020, 3, 5), Sex.MALE))
    await user.press("Пропустить")
    assert "Телефон: +7 916 765-43-21" in user.screen().text

    # STEP 2. Or one's own, in one press.
    await press_all(user, "✏️ Исправить", "✏️ Телефон", "Мой номер: +7 916 123-45-67")
    assert "Телефон: +7 916 123-45-67" in user.screen().text

    # STEP 3. Or any that is typed, or none.
    await press_all(user, "✏️ Исправить", "✏️ Телефон")
    await user.send("12345")
    assert "не похоже на номер телефона" in user.screen().text
    await user.send("8 495 000 00 00")
    assert "Телефон: +7 495 000-00-00" in user.screen().text
    await press_all(user, "✏️ Исправить", "✏️ Телефон", "Нет телефона")
    assert "Телефон: не указан" in user.screen().text
    await user.press("Всё верно")
    assert "✅ Готово." in user.screen().text
    assert "Телефон" not in user.screen().text


async def test_whoever_is_there_already_is_not_added_again(town: BotProcess) -> None:
    user, policy = await with_family(town), a_policy(date(2020, 3, 5))
    for _ in range(2):
        await to_policies(user)
        await press_all(user, "➕ Добавить", "👶 Ребёнок")
        await told_about(user, "Белова", "Вера", "Петровна", born="05.03.2020")
        await finish(user, policy)
    assert user.screen().text.startswith("Этот человек уже есть в списке. Вот карточка.")
    await to_policies(user)
    assert "Всего полисов: 6" in user.screen().text

    # STEP 2. A number of somebody else is refused, and can be corrected.
    await press_all(user, "➕ Добавить", "👤 Другой гражданин")
    await told_about(user, "Зайцева", "Вера", "Петровна", born="05.03.2020")
    await finish(user, policy)
    assert "этот номер полиса записан на другое имя" in user.screen().text
    await press_all(user, "✏️ Исправить", "✏️ Полис")
    await user.send(a_policy(date(2020, 3, 5)))
    await user.press("Всё верно")
    assert "✅ Готово." in user.screen().text


async def test_an_unfinished_form_waits(town: BotProcess) -> None:
    user = await with_family(town)
    await to_policies(user)
    await press_all(user, "➕ Добавить", "👶 Ребёнок")
    await user.send("Орлова")
    await user.press("🏠")

    # STEP 1. «Добавить» again: go on, or begin anew.
    await to_policies(user)
    await user.press("➕ Добавить")
    assert "не закончили" in user.screen().text
    await user.press("Продолжить")
    assert "Данные ребёнка, вопрос 2 из 8" in user.screen().text
    await to_policies(user)
    await press_all(user, "➕ Добавить", "Начать заново")
    assert "Кого добавить?" in user.screen().text


async def test_another_number_costs_the_mark(town: BotProcess) -> None:
    user = await with_family(town)
    await to_policies(user)
    await user.press("3 ·")
    assert "✅ подтверждён" in user.screen().text
    born = user.screen().text.partition("Дата рождения: ")[2][:10]

    # STEP 1. Documents have shown name, birth date and sex: no buttons for them.
    await user.press("✏️ Изменить")
    assert "Имя, дата рождения и пол — из документов" in user.screen().text
    assert [label for label in user.screen().labels if label.startswith("✏️")] == ["✏️ Телефон", "✏️ Полис", "✏️ СНИЛС"]

    # STEP 2. «Назад» of a question leads back to the data, «Назад» of the data to the card; nothing has changed.
    await user.press("✏️ Полис")
    await user.press("⬅️")
    await user.press("⬅️")
    assert "✅ подтверждён" in user.screen().text

    # STEP 3. Another number, with a warning where it looks wrong; the mark is lost, and why is told.
    await press_all(user, "✏️ Изменить", "✏️ Полис")
    await user.send(a_policy(date(1980, 3, 5)))
    assert "по номеру выходит другая дата рождения" in user.screen().text
    await user.press("✏️ Полис")
    day, month, year = map(int, born.split("."))
    number = a_policy(date(year, month, day))
    await user.send(number)
    assert "⚠️" not in user.screen().text
    await user.press("✅ Сохранить")
    assert LOST in user.screen().text
    assert as_printed(number) in user.screen().text
    assert "✅ подтверждён" not in user.screen().text
    await user.press("Полис не подтверждён: почему?")
    assert "Номер ввели здесь сами" in user.screen().text


async def test_typed_data_can_be_corrected_in_every_line(town: BotProcess) -> None:
    user = await with_consent(town)
    await typed_form(user, "Соколлова", a_policy())

    # STEP 1. One's own, with a slip in the surname; too young a birth date is refused as in the form.
    await to_card(user, "(я)")
    await press_all(user, "✏️ Изменить", "✏️ Дата рождения")
    await user.send("05.03.2020")
    assert "можно с 14 лет" in user.screen().text
    await user.press("Оставить: 05.03.1980")
    await user.press("✏️ Фамилия")
    await user.send("Соколова")
    await user.press("✅ Сохранить")
    assert user.screen().text.startswith("✅ Сохранено.")
    assert "Соколова Анна Сергеевна" in user.screen().text

    # STEP 2. A child stays one.
    await to_policies(user)
    await press_all(user, "➕ Добавить", "👶 Ребёнок")
    await told_about(user, "Соколова", "Вера", "Петровна", born="05.03.2020")
    await finish(user, a_policy(date(2020, 3, 5)))
    await press_all(user, "✏️ Изменить", "✏️ Дата рождения")
    await user.send("05.03.1990")
    assert "не подходит к тому, кем человек Вам приходится" in user.screen().text
    await user.send("06.03.2020")
    await press_all(user, "✏️ Имя")
    await user.send("Варя")
    await user.press("✏️ Полис")
    await user.send(a_policy(date(2020, 3, 6)))
    await user.press("✅ Сохранить")
    assert "Соколова Варя Петровна" in user.screen().text
    assert "Дата рождения: 06.03.2020" in user.screen().text


async def test_who_is_taken_off_the_list_keeps_the_visits(town: BotProcess) -> None:
    user = await with_family(town)
    await to_policies(user)
    await user.press("3 ·")
    name = user.screen().text.splitlines()[0]
    await press_all(user, "🩺 Записать к врачу", "⭐", "Педиатр", "⚡", RU.confirm)

    # STEP 1. The question says what stands; no is no.
    await to_card(user, name)
    await user.press("🗑 Убрать из списка")
    assert "Впереди 1 запись. В поликлинике она останется в силе" in user.screen().text
    await user.press("Нет, оставить")
    assert name in user.screen().text
    await user.press("🗑 Убрать из списка")
    await user.press("📋 Мои записи")
    assert name in user.screen().text

    # STEP 2. Yes: off the list, the visit stands in the registry, Home is one's own again.
    child = patients_of(town, user)[2]
    await to_card(user, name)
    await press_all(user, "🗑 Убрать из списка", "Да, убрать")
    assert user.screen().text == f"Убрано из списка: {name}"
    await user.press("👪 Полисы")
    assert "Всего полисов: 4" in user.screen().text
    assert name not in user.screen().text
    await user.press("🏠")
    await user.press("📋 Мои записи")
    assert "Всего записей: 0" in user.screen().text
    async with desk_of(town) as desk:
        assert len(await desk.registry.visits([child])) == 1


async def test_a_booking_begun_for_whoever_leaves_goes_with_them(town: BotProcess) -> None:
    user = await with_family(town)
    await to_policies(user)
    await press_all(user, "3 ·", "🩺 Записать к врачу", "⭐")
    await to_policies(user)
    await press_all(user, "3 ·", "🗑 Убрать из списка", "Да, убрать", "🏠", "Записаться к врачу")
    assert "Кому нужна запись к врачу?" in user.screen().text


async def test_a_silent_registry_is_said_so(town: BotProcess) -> None:
    user = await with_family(town)
    await to_policies(user)
    await user.press("3 ·")
    town.fault(visits="unavailable", find_patient="unavailable")
    await user.press("🗑 Убрать из списка")
    assert "регистратура сейчас не отвечает" in user.screen().text
    await user.press("Нет, оставить")

    # STEP 2. What is typed meanwhile is not lost.
    await to_policies(user)
    await press_all(user, "➕ Добавить", "👤 Другой гражданин")
    await told_about(user, "Зайцева", "Вера", "Петровна", born="05.03.2020")
    await finish(user, a_policy(date(2020, 3, 5)))
    assert "При записи мы спросим об этом человеке" in user.screen().text


async def test_nobody_reaches_anothers_person(town: BotProcess) -> None:
    mine, other = await with_family(town), await with_family(town, "Ольга")
    await to_policies(mine)
    await mine.press("3 ·")
    name = mine.screen().text.splitlines()[0]
    buttons = [data_of(mine, label) for label in ("🩺", "✅", "✏️", "🗑")]
    await mine.press("🗑 Убрать из списка")
    buttons += [data_of(mine, "Нет, оставить"), data_of(mine, "Да, убрать")]

    # STEP 1. Another chat presses my buttons.
    for data in buttons:
        await other.press_data(screen_id(other), data)
        assert GONE in other.screen().text, data
        assert name not in other.screen().text

    # STEP 2. Nothing has changed for me; and one's own cannot be removed by a forged button either.
    await to_card(mine, "(я)")
    own = data_of(mine, "✏️").partition(":")[2]
    await mine.press_data(screen_id(mine), f"pr1:{own}:1")
    assert "Это Вы" in mine.screen().text
    await to_policies(mine)
    assert "Всего полисов: 5" in mine.screen().text


async def test_consent_alone_lets_nobody_correct(town: BotProcess) -> None:
    user = await with_family(town)
    await to_card(user, "муж или жена")
    spouse = data_of(user, "🗑").split(":")[1]
    await user.press_data(screen_id(user), f"pe1:{spouse}")
    assert "Эти данные человек меняет сам" in user.screen().text
    await user.press("🗑 Убрать из списка")
    assert "Доступ, который этот человек Вам открыл, закроется" in user.screen().text
    await user.press("Да, убрать")
    assert user.screen().text.startswith("Убрано из списка: ")
    await user.press("👪 Полисы")
    assert "Всего полисов: 4" in user.screen().text


async def test_the_family_in_english(town: BotProcess) -> None:
    user = await with_family(town, language="en")

    # STEP 1. The list and a card.
    await press_all(user, "More", "Policies")
    assert "Policies in all: 5" in user.screen().text
    await user.press("3 ·")
    assert "Who it is to you: child" in user.screen().text
    assert "You see all bookings" in user.screen().text

    # STEP 2. A child is added, with a slip of the year.
    await press_all(user, EN.back, "➕ Add", "👶 Child")
    for text in ("Smith", "John"):
        await user.send(text)
    await user.press("No patronymic")
    await user.send("5 March 1990")
    assert "By this date of birth it is an adult" in user.screen().text
    await user.press("Correct the date of birth")
    await user.send("5 March 2020")
    await user.press("Male")
    await user.press("No phone")
    await user.send(a_policy(date(2020, 3, 5), Sex.MALE))
    await press_all(user, EN.skip, EN.all_right)
    assert user.screen().text.startswith("✅ Done.")
    assert "Smith John" in user.screen().text

    # STEP 3. Corrected, and taken off.
    await press_all(user, "Change the data", "✏️ First name")
    await user.send("James")
    await user.press("✅ Save")
    assert "Smith James" in user.screen().text
    await user.press("Take off the list")
    assert "Take this person off the list?" in user.screen().text
    await user.press("Yes, take off the list")
    assert user.screen().text == "Taken off the list: Smith James"
    await user.press("👪 Policies")
    assert "Policies in all: 5" in user.screen().text

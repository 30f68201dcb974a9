"""The person's form: what is typed is checked at once, the sentence says what is wrong, nothing is a wall."""

from __future__ import annotations

from dataclasses import dataclass

from emulator.driver import User
from services.registry.model import Sex
from tests.e2e.desk import desk_of, patients_of
from tests.e2e.people import BORN, a_policy, as_printed, asked_below, press_all, with_consent
from tests.support.bot_process import BotProcess

NOT_LETTERS = "Здесь нужны только буквы"
MIXED = "смешаны русские и латинские буквы"
TOO_LONG = "Слишком длинно"
NOT_A_DATE = "Не получается прочитать дату"
IN_FUTURE = "Этот день ещё не наступил"
LONG_AGO = "Это больше 120 лет назад"
TOO_YOUNG = "можно с 14 лет"
A_CHOICE = "Нажмите одну из кнопок"
NOT_A_PHONE = "Это не похоже на номер телефона"
FOREIGN_PHONE = "Это номер другого человека"
NOT_A_POLICY = "Это не похоже на номер полиса"
NOT_A_SNILS = "В СНИЛС 11 цифр"
SNILS_CHECK = "одна из цифр неверна"


@dataclass(frozen=True)
class Field:
    """A field: its question, what is refused and how, what is taken at last."""

    question: str
    refused: tuple[tuple[str, str], ...]
    taken: str


NAMES = (
    Field(
        "Фамилия",
        (
            ("Ив4нова", NOT_LETTERS),
            ("<b>Иванова</b>", NOT_LETTERS),
            ("Ивaнова", MIXED),  # the first «a» is Latin
            ("А" * 61, TOO_LONG),
        ),
        "римская-корсакова",
    ),
    Field("Имя", (("👩", NOT_LETTERS), ("Анна!", NOT_LETTERS)), "АННА"),
    Field("Отчество", (("12", NOT_LETTERS),), "Сергеевна"),
)
DATES = (
    ("завтра", NOT_A_DATE),
    ("31.02.1990", "Такого дня нет: в феврале 1990 года 28 дней"),
    ("31.04.1980", "Такого дня нет: в апреле 1980 года 30 дней"),
    ("05.13.1980", "Такого месяца нет"),
    ("5 марта", "Не хватает года"),
    ("01.01.2027", IN_FUTURE),
    ("01.01.1890", LONG_AGO),
)
POLICIES = (
    ("5097 5797 9200 018", "Не хватает 1 цифры: в номере полиса их 16"),
    ("5097 5797 92", "Не хватает 6 цифр: в номере полиса их 16"),
    ("полис", NOT_A_POLICY),
    ("50975797920001801", "Лишняя цифра: 1. В номере полиса их 16"),
)
SNILSES = (
    ("112-233-445", "Не хватает 2 цифр: в СНИЛС их 11"),
    ("112-233-445 950 1", "Лишние цифры: 2. В СНИЛС их 11"),
    ("112-233-445 96", SNILS_CHECK),
    ("не помню", NOT_A_SNILS),
)


async def refused_then_taken(user: User, field: Field) -> None:
    """Every wrong value gets its sentence with the question below it, then the right one is taken."""
    assert field.question in user.screen().text
    for typed, sentence in field.refused:
        await user.send(typed)
        said = user.screen().text
        assert said.startswith("⚠️"), said
        assert sentence in said, f"{typed!r}: {said}"
        assert field.question in said
        assert "например" in said.lower() or field.question == "Пол"
    await user.send(field.taken)
    assert "⚠️" not in user.screen().text


async def test_each_field_of_the_own_form_is_refused_with_its_sentence(town: BotProcess) -> None:
    user, other = await with_consent(town), await town.emulator.user("Борис", phone="+79167654321")
    await user.press("Заполнить анкету")

    # STEP 1. Names: letters only, one alphabet, not too long; capital letters are put right.
    for field in NAMES:
        await refused_then_taken(user, field)

    # STEP 2. The birth date: a real day of the past, fourteen years ago at least.
    await refused_then_taken(user, Field("Дата рождения", (*DATES, ("05.03.2020", TOO_YOUNG)), "5 марта 80 г."))

    # STEP 3. The sex can be typed too; anything else points at the buttons.
    await refused_then_taken(user, Field("Пол", (("не скажу", A_CHOICE),), "Женский."))

    # STEP 4. The phone: no number, somebody else's contact, a contact that belongs to nobody; then one's own.
    await user.send("12345")
    assert NOT_A_PHONE in user.screen().text
    for owner in (other, "+79160000000"):
        await user.share_contact(owner)
        assert FOREIGN_PHONE in user.screen().text
        await asked_below(town, user, "📱 Отправить мой номер")
    await user.share_contact()
    assert "⚠️" not in user.screen().text

    # STEP 5. The policy: 16 digits or one of the older forms.
    policy = a_policy()
    await refused_then_taken(user, Field("Номер полиса ОМС", POLICIES, policy))

    # STEP 6. СНИЛС with its check number.
    await refused_then_taken(user, Field("СНИЛС", SNILSES, "112 233 445 95"))

    # STEP 7. What has been taken, as people write it.
    for value in (
        "Фамилия: Римская-Корсакова",
        "Имя: Анна",
        "Отчество: Сергеевна",
        "Дата рождения: 05.03.1980",
        "Пол: женский",
        "Телефон: +7 916 123-45-67",
        f"Полис: {as_printed(policy)}",
        "СНИЛС: 112-233-445 95",
    ):
        assert value in user.screen().text


async def test_every_line_of_the_check_screen_can_be_corrected(town: BotProcess) -> None:
    user = await with_consent(town)
    policy, another = a_policy(), a_policy()

    # STEP 1. A form with «нет отчества», an old policy and no СНИЛС.
    await user.press("Заполнить анкету")
    for typed in ("Иванова", "Анна"):
        await user.send(typed)
    await user.press("Нет отчества")
    await user.send("05031980")
    await user.press("Женский")
    await user.send("8 (916) 123-45-67")
    await user.send("50-АБ 123456")
    await user.press("Пропустить")
    for value in ("Отчество: нет", "Телефон: +7 916 123-45-67", "Полис: 50-АБ 123456", "СНИЛС: не указан"):
        assert value in user.screen().text

    # STEP 2. Each line is corrected by its button; after each the check screen stands again.
    for button, typed, value in (
        ("✏️ Фамилия", "Петрова", "Фамилия: Петрова"),
        ("✏️ Имя", "Ольга", "Имя: Ольга"),
        ("✏️ Отчество", "Ильинична", "Отчество: Ильинична"),
        ("✏️ Телефон", "+7 495 000 00 00", "Телефон: +7 495 000-00-00"),
        ("✏️ Полис", "123456789", "Полис: временное свидетельство 123456789"),
        ("✏️ СНИЛС", "11223344595", "СНИЛС: 112-233-445 95"),
        ("✏️ Полис", policy, f"Полис: {as_printed(policy)}"),
    ):
        line = next(line for line in user.screen().text.splitlines() if line.startswith(button.removeprefix("✏️ ")))
        was = line.partition(": ")[2]
        await press_all(user, "✏️ Исправить", button)
        kept = [label.removesuffix("…") for label in user.screen().labels if label.startswith("Оставить: ")]
        assert bool(kept) == (was not in ("нет", "не указан"))
        assert all(f"Оставить: {was}".startswith(label) for label in kept)
        await user.send(typed)
        assert value in user.screen().text, user.screen().text

    # STEP 3. What was looked at and is right stays as it is.
    await press_all(user, "✏️ Исправить", "✏️ СНИЛС")
    await user.press("Оставить: 112-233-445 95")
    assert "СНИЛС: 112-233-445 95" in user.screen().text
    await press_all(user, "✏️ Исправить", "✏️ Отчество")
    await user.press("Нет отчества")
    assert "Отчество: нет" in user.screen().text

    # STEP 4. Another sex or birth date disagrees with the policy: a warning, and it may stand all the same.
    await press_all(user, "✏️ Исправить", "✏️ Пол")
    await user.press("Мужской")
    assert "по номеру выходит другой пол" in user.screen().text
    await user.press("Номер верный")
    assert "Пол: мужской" in user.screen().text
    await press_all(user, "✏️ Исправить", "✏️ Дата рождения")
    await user.send("06.03.1980")
    warned = user.screen().text
    assert "по номеру выходит другой пол" in warned
    assert "по номеру выходит другая дата рождения" in warned

    # STEP 5. Or the number is corrected, from the warning itself.
    await user.press("Исправить номер")
    assert "Номер полиса ОМС" in user.screen().text
    await user.send(another)
    assert "по номеру выходит" in user.screen().text
    await user.send("999888777")
    assert "временное свидетельство 999888777" in user.screen().text

    # STEP 6. «Назад» from the check screen goes question by question.
    await user.press("⬅️")
    assert "СНИЛС" in user.screen().text
    await user.press("⬅️")
    assert "Номер полиса ОМС" in user.screen().text


async def test_one_person_typed_two_ways_is_one_patient(town: BotProcess) -> None:
    policy, of_father = a_policy(), a_policy(BORN, Sex.MALE)
    user = await with_consent(town)

    # STEP 1. The form as somebody types it at home: «ё», a hyphen, no patronymic.
    await user.press("Заполнить анкету")
    for typed in ("Ёлкина-О'Коннор", "Алёна", "нет", "05.03.1980"):
        await user.send(typed)
    await user.press("Женский")
    await user.share_contact()
    await user.send(policy)
    await user.press("Пропустить")
    assert "Фамилия: Ёлкина-О'Коннор" in user.screen().text, "own letters stay"
    assert "Отчество: нет\n" in user.screen().text
    await user.press("Всё верно")
    assert "✅ Готово" in user.screen().text

    # STEP 2. A visit at the clinic's counter.
    async with desk_of(town) as desk:
        slot = (await desk.free("110"))[0]
        visit = await desk.book(patients_of(town, user)[0], slot.id)

    # STEP 3. From another chat, as a phone has it: other hyphens and apostrophes, stress, a dot, marks not to be seen.
    other = await with_consent(town, "Борис")
    await other.press("Заполнить анкету")
    for typed in ("\u2068ЕЛКИНА\u00a0– О’ко\u0301ннор.\u2069", "Але\u0308\u0301на ", "Без отчества", "5 марта 1980 г."):
        await other.send(typed)
        assert "⚠️" not in other.screen().text, other.screen().text
    await other.press("Женский")
    await other.send("+79160000001")
    await other.send(f"{policy[:4]}\u2011{policy[4:8]}\u2011{policy[8:12]}\u2011{policy[12:]}\u200b")
    await press_all(other, "Пропустить", "Всё верно")
    assert "✅ Готово" in other.screen().text

    # STEP 4. One patient, and the visit is that patient's.
    assert patients_of(town, other) == patients_of(town, user)
    async with desk_of(town) as desk:
        assert [each.number for each in await desk.visits(other)] == [visit.number]

    # STEP 5. In one chat, too: the relative typed again is the one who is there.
    for surname in ("Мамин-Сибиряк", "мамин\u2010 сибиряк."):
        await user.send("/start")
        await press_all(user, "Ещё", "Полисы", "➕ Добавить", "💍 Муж или жена")
        for typed in (surname, "Илья", "—", "05.03.1980"):
            await user.send(typed)
        await user.press("Мужской")
        await user.press("Нет телефона")
        await user.send(of_father)
        await press_all(user, "Пропустить", "Всё верно")
    assert "Этот человек уже есть в списке" in user.screen().text
    assert "Мамин-Сибиряк Илья\n" in user.screen().text
    assert len(patients_of(town, user)) == 2

    # STEP 6. Somebody whose name is only alike is somebody else: the registry does not give them this policy.
    stranger = await with_consent(town, "Вера")
    await stranger.press("Заполнить анкету")
    for typed in ("Елкин-О'Коннор", "Алена", "-", "05.03.1980"):
        await stranger.send(typed)
    await stranger.press("Женский")
    await stranger.send("+79160000002")
    await stranger.send(policy)
    await press_all(stranger, "Пропустить", "Всё верно")
    assert "этот номер полиса записан на другое имя или другую дату рождения" in stranger.screen().text
    assert not patients_of(town, stranger)


async def test_without_a_policy_the_clinic_has_a_phone_and_the_policy_can_come_later(town: BotProcess) -> None:
    user, policy = await with_consent(town), a_policy()

    # STEP 1. «Полиса нет»: the form goes on and says what that means.
    await user.press("Заполнить анкету")
    for typed in ("Иванова", "Анна", "Сергеевна", "05.03.1980"):
        await user.send(typed)
    await user.press("Женский")
    await user.share_contact()
    await user.press("Полиса нет")
    assert "Без полиса записывают по телефону" in user.screen().text
    await user.press("Пропустить")
    assert "Полис: нет" in user.screen().text
    await user.press("Всё верно")
    assert "Полис ОМС: нет" in user.screen().text

    # STEP 2. Booking leads to the clinic's phone and how to get a policy.
    await user.press("Записаться к врачу")
    await user.send("московская")
    await user.press("Московская область")
    await user.press("👤 Мне:")
    await user.press("1 ·")
    said = user.screen().text
    assert "Без полиса записывают по телефону" in said
    assert "Телефон: +7 495 000-" in said
    assert "Как получить полис" in said

    # STEP 3. Here it is: only the number is asked.
    await user.press("Ввести номер полиса")
    assert "Номер полиса ОМС" in user.screen().text
    await user.send(policy)
    assert "Иванова" in user.screen().text
    await user.press("Всё верно")
    assert f"Полис ОМС: {as_printed(policy)}" in user.screen().text

    # STEP 4. The booking goes on where it was left, and nobody is sent to the phone any more.
    await user.press("Записаться к врачу")
    await user.press("Продолжить")
    assert "Без полиса" not in user.screen().text
    await user.press("Продолжить запись сюда")
    await user.press("Терапевт")
    await user.press("⚡")
    await user.press("Да, подтверждаю")
    assert "Запись подтверждена" in user.screen().text


async def test_a_policy_of_somebody_else_is_refused_plainly(town: BotProcess) -> None:
    # STEP 1. Anna is in the registry.
    policy = a_policy()
    await typed_form(await with_consent(town), "Иванова", policy)

    # STEP 2. Somebody of another name types the same number.
    user = await with_consent(town, "Ольга")
    await typed_form(user, "Сидорова", policy)
    said = user.screen().text
    assert "этот номер полиса записан на другое имя" in said
    assert "Сидорова" in said

    # STEP 3. The slip is corrected, and the form is taken.
    await press_all(user, "✏️ Исправить", "✏️ Полис")
    await user.send(a_policy())
    await user.press("Всё верно")
    assert "🏠 Главное меню" in user.screen().labels
    assert "Сидорова" in user.screen().text


async def typed_form(user: User, surname: str, policy: str) -> None:
    """The own form from Home to «Всё верно»."""
    await user.press("Заполнить анкету")
    for typed in (surname, "Анна", "Сергеевна", "05.03.1980"):
        await user.send(typed)
    await user.press("Женский")
    await user.share_contact()
    await user.send(policy)
    await user.press("Пропустить")
    await user.press("Всё верно")

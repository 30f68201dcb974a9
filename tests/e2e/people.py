"""Ways of users that many stories begin with, by pressing what is on the screen."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from itertools import count

from emulator.driver import User
from services.registry.local.demo_family import enp
from services.registry.model import Sex, Slot
from services.texts.dates import local, month_words
from services.texts.i18n import texts
from tests.support.bot_process import BotProcess


@dataclass(frozen=True)
class Words:
    """What a story presses and reads, in its language."""

    language: str
    agree: str
    family: str
    fill_in: str
    book: str
    me: str
    therapist: str
    any_doctor: str
    nearest: str
    confirm: str
    home: str
    back: str
    my_bookings: str
    notifications: str
    booked: str
    female: str
    skip: str
    keep_number: str
    all_right: str
    moscow_region: str
    go_on_here: str
    consent: str
    questions: tuple[str, ...]
    wrong_digit: str
    correct: str
    correct_name: str
    registered: str
    home_title: str
    held: str
    bring: str
    my_number: str


RU = Words(
    language="ru",
    agree="✅",
    family="Взять готовую семью",
    fill_in="Заполнить анкету",
    book="Записаться к врачу",
    me="👤 Мне:",
    therapist="Терапевт",
    any_doctor="Любой врач",
    nearest="⚡",
    confirm="Да, подтверждаю",
    home="🏠",
    back="⬅️",
    my_bookings="Мои записи",
    notifications="Уведомления",
    booked="Запись подтверждена",
    female="Женский",
    skip="Пропустить",
    keep_number="Номер верный",
    all_right="Всё верно",
    moscow_region="Московская область",
    go_on_here="Продолжить запись сюда",
    consent="Согласие на обработку персональных данных",
    questions=("Фамилия", "Имя", "Отчество", "Дата рождения", "Пол", "Телефон", "Номер полиса ОМС", "СНИЛС"),
    wrong_digit="последняя цифра не сходится с остальными",
    correct="✏️ Исправить",
    correct_name="✏️ Имя",
    registered="✅ Готово. При записи",
    home_title="🏠 Главное меню",
    held="Держим за Вами до 09:",
    bring="Возьмите с собой паспорт, полис ОМС и СНИЛС",
    my_number="📱 Отправить мой номер",
)
EN = Words(
    language="en",
    agree="✅ I agree",
    family="Take a ready family",
    fill_in="Fill in the form",
    book="Book a doctor",
    me="👤 Me:",
    therapist="General practitioner",
    any_doctor="Any doctor",
    nearest="⚡",
    confirm="Yes, I confirm",
    home="🏠",
    back="⬅️",
    my_bookings="My bookings",
    notifications="Notifications",
    booked="Booking confirmed",
    female="Female",
    skip="Skip",
    keep_number="The number is right",
    all_right="Everything is right",
    moscow_region="Moscow Region",
    go_on_here="Go on with this clinic",
    consent="Consent to the processing of personal data",
    questions=(
        "Surname",
        "First name",
        "Patronymic",
        "Date of birth",
        "Sex",
        "Phone",
        "Number of the compulsory insurance policy",
        "SNILS",
    ),
    wrong_digit="the last digit does not fit the others",
    correct="✏️ Change it",
    correct_name="✏️ First name",
    registered="✅ Done. When you book",
    home_title="🏠 Main menu",
    held="The time is held for you until 09:",
    bring="Bring with you: passport, insurance policy, SNILS",
    my_number="📱 Send my number",
)
WORDS = {"ru": RU, "en": EN}

WHICH_REGION = "В каком регионе поликлиника?"
WHO = "Кому нужна запись к врачу?"
WHICH_CLINIC = "В какую поликлинику?"
UNATTACHED = "Внимание"
WHICH_SERVICE = "К какому специалисту?"
WHICH_DOCTOR = "К какому врачу?"
WHICH_DAY = "На какой день?"
WHAT_TIME = "На какое время?"
CHECK_BOOKING = "Проверьте запись"
CHECKING = "Проверяем, записались ли Вы"
BOOKED = "Запись подтверждена"
NO_RIGHT_ANSWER = "Нажмите одну из кнопок."
UNAVAILABLE = "Электронная регистратура не отвечает"
NO_TIMES = "нет номерков"

BORN = date(1980, 3, 5)
"""The birth date of whoever types one."""
_SERIALS = count(1)


def a_policy(born: date = BORN, sex: Sex = Sex.FEMALE) -> str:
    """A policy number that passes every check and that nobody else has."""
    return enp(born, sex, next(_SERIALS))


def with_wrong_digit(policy: str) -> str:
    """The number with a last digit that does not agree."""
    return policy[:-1] + str((int(policy[-1]) + 1) % 10)


def as_printed(policy: str) -> str:
    """«5056 9108 9412 3456»."""
    return " ".join(policy[start : start + 4] for start in range(0, 16, 4))


async def with_consent(bot: BotProcess, name: str = "Анна", language: str = "ru") -> User:
    """Somebody who has agreed and is nobody yet."""
    user = await bot.emulator.user(name, language_code=language, phone="+79161234567")
    await user.send("/start")
    await user.press(WORDS[language].agree)
    return user


async def with_family(bot: BotProcess, name: str = "Анна", language: str = "ru") -> User:
    """Somebody who has agreed and taken the ready family: stands at Home."""
    user = await with_consent(bot, name, language)
    await user.press(WORDS[language].family)
    return user


async def to_doctors(user: User, words: Words = RU, *, service: str | None = None) -> None:
    """From Home to the list of doctors: oneself, the attached clinic, the service."""
    await user.press(words.book)
    await user.press(words.me)
    await user.press("⭐")
    await find_and_press(user, service or words.therapist)


async def to_times(user: User, words: Words = RU, *, service: str | None = None) -> None:
    """From Home to the times of the nearest day, of any doctor."""
    await to_doctors(user, words, service=service)
    await user.press(words.any_doctor)
    await user.press(days(user)[0])


async def to_confirmation(user: User, words: Words = RU, *, service: str | None = None) -> None:
    """From Home to the confirmation card by the nearest time."""
    await to_doctors(user, words, service=service)
    await user.press(words.nearest)


def days(user: User) -> list[str]:
    """Days of the calendar on the screen that can be pressed."""
    return [label for label in user.screen().labels if label.isdigit()]


def text_of(user: User, message_id: int) -> str:
    """What this message says now, whatever stands below it."""
    return next(message.text for message in user.messages() if message.id == message_id)


def labels_of(user: User, message_id: int) -> list[str]:
    """The buttons of this message, whatever stands below it."""
    return next(each.labels for each in user.messages() if each.id == message_id)


def data_of(user: User, label: str) -> str:
    """What the button on the screen sends."""
    return next(button.callback_data or "" for row in user.screen().buttons for button in row if label in button.text)


def times(user: User) -> list[str]:
    """Times on the screen: «09:20»."""
    return [label for label in user.screen().labels if label[:1].isdigit() and ":" in label]


async def asked_below(bot: BotProcess, user: User, label: str | None) -> None:
    """Waits for the reply keyboard below the chat to be this one button, or none: it changes after the screen."""
    wanted = [[label]] if label else None
    await bot.comes_true(lambda: user.screen().reply_keyboard == wanted, f"the keyboard {label!r}")


async def press_all(user: User, *labels: str) -> None:
    """One press after another, turning pages where a button stands on a later one."""
    for label in labels:
        await find_and_press(user, label)


async def choose(user: User, slot: Slot) -> None:
    """From the calendar to the confirmation of this time."""
    start = local(slot.start, "Europe/Moscow")
    month = month_words(texts("ru"), start.date())
    while month not in user.screen().text:
        await user.press(f"{month} ▶️" if f"{month} ▶️" in user.screen().labels else " ▶️")
    await user.press(str(start.day))
    await press_time(user, slot)


_PARTS = ("Утро", "День", "Вечер")


async def press_time(user: User, slot: Slot) -> None:
    """Press this time on the screen of its day, opening its part of the day first."""
    label = f"{local(slot.start, 'Europe/Moscow'):%H:%M}"
    for part in _PARTS:
        if label in user.screen().labels:
            break
        if any(part in each for each in user.screen().labels):
            await user.press(part)
    await user.press(label)


async def press_some_time(user: User) -> None:
    """The first time on the screen of a day that is not known to have few: many stand under parts of the day."""
    for part in _PARTS:
        if not times(user) and any(part in each for each in user.screen().labels):
            await user.press(part)
    await user.press(times(user)[0])


async def find_and_press(user: User, label: str) -> None:
    """Press the button, turning pages until it is there."""
    while has_more(user) and not any(label in each for each in user.screen().labels):
        await user.press(" ▶️")
    await user.press(label)


def has_more(user: User) -> bool:
    """Whether a page follows the one on the screen."""
    return any(label.endswith(" ▶️") for label in user.screen().labels)


def number_on(user: User) -> str:
    """The number of the ticket on the screen."""
    first, second = user.screen().text.splitlines()[:2]
    assert first.startswith("🎫"), user.screen().text
    return second.rpartition(": ")[2]


async def open_notice(user: User, words: str) -> None:
    """In the list of notifications, open the one that is headed so, by the number on its button."""
    found = re.search(rf"^(?:● )?(\d+)\. {re.escape(words)}", user.screen().text, re.MULTILINE)
    assert found is not None, user.screen().text
    await user.press(f"{found[1]} ·")


def told(user: User, words: str) -> int:
    """How many messages of the bot in this chat say so."""
    return sum(words in message.text for message in user.messages() if message.from_bot and not message.deleted)

"""Ways of users that many stories begin with, by pressing what is on the screen."""

from __future__ import annotations

from dataclasses import dataclass

from emulator.driver import User
from tests.support.bot_process import BotProcess


@dataclass(frozen=True)
class Words:
    """What a story presses, in its language."""

    agree: str
    family: str
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


RU = Words(
    agree="✅",
    family="Взять готовую семью",
    book="Записаться к врачу",
    me="Мне:",
    therapist="Терапевт",
    any_doctor="Любой врач",
    nearest="⚡",
    confirm="Да, подтверждаю",
    home="🏠",
    back="⬅️",
    my_bookings="Мои записи",
    notifications="Уведомления",
    booked="Запись подтверждена",
)
EN = Words(
    agree="✅ I agree",
    family="Take a ready family",
    book="Book a doctor",
    me="Me:",
    therapist="General practitioner",
    any_doctor="Any doctor",
    nearest="⚡",
    confirm="Yes, I confirm",
    home="🏠",
    back="⬅️",
    my_bookings="My bookings",
    notifications="Notifications",
    booked="Booking confirmed",
)
WORDS = {"ru": RU, "en": EN}


async def with_family(bot: BotProcess, name: str = "Анна", language: str = "ru") -> User:
    """Somebody who has agreed and taken the ready family: stands at Home."""
    words = WORDS[language]
    user = await bot.emulator.user(name, language_code=language, phone="+79161234567")
    await user.send("/start")
    await user.press(words.agree)
    await user.press(words.family)
    return user


async def to_doctors(user: User, words: Words = RU, *, service: str | None = None) -> None:
    """From Home to the list of doctors: oneself, the attached clinic, the service."""
    await user.press(words.book)
    await user.press(words.me)
    await user.press("⭐")
    await user.press(service or words.therapist)


async def to_confirmation(user: User, words: Words = RU, *, service: str | None = None) -> None:
    """From Home to the confirmation card by the nearest time."""
    await to_doctors(user, words, service=service)
    await user.press(words.nearest)

"""Both wizards as journeys: what stands on each screen, and how a person goes on from it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from emulator.driver import User
from tests.e2e.people import (
    CHECK_BOOKING,
    UNATTACHED,
    WHAT_TIME,
    WHICH_CLINIC,
    WHICH_DAY,
    WHICH_DOCTOR,
    WHICH_REGION,
    WHICH_SERVICE,
    WHO,
    a_policy,
    days,
    find_and_press,
    times,
    with_wrong_digit,
)

Go = Callable[[User], Awaitable[None]]


@dataclass(frozen=True)
class Stop:
    """A step of a wizard: what its screen says in both languages, and how to leave it forwards."""

    name: str
    says: str
    says_in_english: str
    go: Go

    def is_shown_to(self, user: User) -> bool:
        return self.says in user.screen().text


def press(label: str) -> Go:
    async def go(user: User) -> None:
        await find_and_press(user, label)

    return go


def write(text: str) -> Go:
    async def go(user: User) -> None:
        await user.send(text)

    return go


async def share_contact(user: User) -> None:
    await user.share_contact()


async def moscow_region(user: User) -> None:
    """From the whole list, whatever was looked for before."""
    if "Все регионы" in user.screen().labels:
        await user.press("Все регионы")
    await find_and_press(user, "Московская область")


async def first_day(user: User) -> None:
    await user.press(days(user)[0])


async def first_time(user: User) -> None:
    await user.press(times(user)[0])


async def stay(_: User) -> None:
    """The last step of a journey."""


def own_form() -> Sequence[Stop]:
    """«Заполнить анкету»; the policy has a doubtful digit, so every step there is is passed."""
    return [
        Stop("surname", "вопрос 1 из 8", "question 1 of 8", write("Орлова")),
        Stop("name", "вопрос 2 из 8", "question 2 of 8", write("Анна")),
        Stop("patronymic", "вопрос 3 из 8", "question 3 of 8", press("Нет отчества")),
        Stop("birth", "вопрос 4 из 8", "question 4 of 8", write("05.03.1980")),
        Stop("sex", "вопрос 5 из 8", "question 5 of 8", press("Женский")),
        Stop("phone", "вопрос 6 из 8", "question 6 of 8", share_contact),
        Stop("policy", "вопрос 7 из 8", "question 7 of 8", write(with_wrong_digit(a_policy()))),
        Stop("doubt", "Проверьте номер полиса", "Please check the policy number", press("Номер верный")),
        Stop("snils", "вопрос 8 из 8", "question 8 of 8", press("Пропустить")),
        Stop("check", "Проверьте анкету", "Check your form", stay),
    ]


def booking() -> Sequence[Stop]:
    """«Записаться к врачу» of somebody with the ready family, for oneself."""
    return [
        Stop("person", WHO, "Who is the visit for?", press("👤 Мне:")),
        Stop("clinic", WHICH_CLINIC, "Which clinic?", press("⭐")),
        Stop("service", WHICH_SERVICE, "Which specialist?", press("Терапевт")),
        Stop("doctor", WHICH_DOCTOR, "Which doctor?", press("Любой врач")),
        Stop("day", WHICH_DAY, "Which day?", first_day),
        Stop("time", WHAT_TIME, "What time?", first_time),
        Stop("confirm", CHECK_BOOKING, "Please check the booking", stay),
    ]


def booking_for_another() -> Sequence[Stop]:
    """The same for «Другой гражданин», with a change of the region on the way."""
    return [
        Stop("person", WHO, "Who is the visit for?", press("Другой регион")),
        Stop("region", WHICH_REGION, "In which region is the clinic?", moscow_region),
        Stop("person", WHO, "Who is the visit for?", press("Другой гражданин")),
        Stop("surname", "вопрос 1 из 7", "question 1 of 7", write("Кузнецова")),
        Stop("name", "вопрос 2 из 7", "question 2 of 7", write("Вера")),
        Stop("patronymic", "вопрос 3 из 7", "question 3 of 7", write("Павловна")),
        Stop("birth", "вопрос 4 из 7", "question 4 of 7", write("05.03.1980")),
        Stop("sex", "вопрос 5 из 7", "question 5 of 7", press("Женский")),
        Stop("policy", "вопрос 6 из 7", "question 6 of 7", write(with_wrong_digit(a_policy()))),
        Stop("doubt", "Проверьте номер полиса", "Please check the policy number", press("Номер верный")),
        Stop("snils", "вопрос 7 из 7", "question 7 of 7", press("Пропустить")),
        Stop("check", "Проверьте данные", "Check the data", press("Всё верно")),
        Stop("clinic", WHICH_CLINIC, "Which clinic?", press("1 ·")),
        Stop("unattached", UNATTACHED, "Attention", press("Продолжить запись сюда")),
        Stop("service", WHICH_SERVICE, "Which specialist?", press("Терапевт")),
        Stop("doctor", WHICH_DOCTOR, "Which doctor?", press("Любой врач")),
        Stop("day", WHICH_DAY, "Which day?", first_day),
        Stop("time", WHAT_TIME, "What time?", first_time),
        Stop("confirm", CHECK_BOOKING, "Please check the booking", stay),
    ]

"""Links to booking, as posters carry them: to a clinic, a doctor, a service; for those known and for somebody new."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image

from emulator.driver import User
from services.booking.links import LIFETIME, payload_of
from services.booking.model import BookingLink, LinkKind
from services.clinics.whom import clinic_for, post_for
from services.registry.model import Doctor
from tests.e2e.desk import HOME_CLINIC, desk_of
from tests.e2e.people import (
    BOOKED,
    RU,
    UNATTACHED,
    UNAVAILABLE,
    WHAT_TIME,
    WHICH_CLINIC,
    WHICH_DAY,
    WHICH_DOCTOR,
    WHICH_SERVICE,
    WHO,
    WORDS,
    a_policy,
    days,
    times,
    to_doctors,
    with_consent,
    with_family,
)
from tests.e2e.test_access import CONFIRMED, confirm, options, take
from tests.support.bot_process import BotProcess
from tests.support.qr import read_qr

THERAPIST = "110"


def to_clinic(clinic: str = HOME_CLINIC) -> str:
    return payload_of(BookingLink(LinkKind.CLINIC, clinic))


def to_service(service: str = THERAPIST, clinic: str = HOME_CLINIC) -> str:
    return payload_of(BookingLink(LinkKind.SERVICE, clinic, service))


def to_doctor(doctor: str, clinic: str = HOME_CLINIC) -> str:
    return payload_of(BookingLink(LinkKind.DOCTOR, clinic, doctor))


async def a_free_doctor(bot: BotProcess, service: str = THERAPIST, clinic: str = HOME_CLINIC, age: int = 36) -> Doctor:
    """A doctor who has times."""
    async with desk_of(bot) as desk:
        offers = await desk.registry.doctors(clinic, service, age=age)
        doctor = await desk.registry.doctor(next(each.id for each in offers if each.free))
    assert doctor is not None
    return doctor


async def clinic_name(bot: BotProcess, clinic: str = HOME_CLINIC) -> str:
    async with desk_of(bot) as desk:
        found = await desk.registry.clinic(clinic)
    assert found is not None
    return found.name


def calls(bot: BotProcess) -> Counter[str]:
    """How often the bot has called each method."""
    return Counter(call.method for call in bot.emulator.calls)


async def to_the_ticket(user: User) -> None:
    """From the calendar on."""
    await user.press(days(user)[0])
    await user.press(times(user)[0])
    await user.press(RU.confirm)
    assert BOOKED in user.screen().text


async def test_to_a_clinic_a_service_and_a_doctor(town: BotProcess) -> None:
    user = await with_family(town)
    name = await clinic_name(town)

    # STEP 1. To a clinic: who it is for is asked, then the specialist.
    await user.open_link(to_clinic())
    assert WHO in user.screen().text
    assert name in user.screen().text
    await user.press(RU.me)
    assert WHICH_SERVICE in user.screen().text
    await user.send("/cancel")

    # STEP 2. To a service of it: the doctor is asked.
    await user.open_link(to_service())
    assert "Специалист: Терапевт" in user.screen().text
    await user.press(RU.me)
    assert WHICH_DOCTOR in user.screen().text

    # STEP 3. To a doctor: the unfinished one stands in between.
    doctor = await a_free_doctor(town)
    await user.open_link(to_doctor(doctor.id))
    assert "Вы не закончили запись" in user.screen().text
    assert doctor.name in user.screen().text
    await user.press("Начать заново по ссылке")
    assert f"Врач: {doctor.name}" in user.screen().text
    await user.press(RU.me)
    assert WHICH_DAY in user.screen().text
    assert doctor.name in user.screen().text

    # STEP 4. «Назад» passes the questions that the link has answered, and they can be answered otherwise.
    for question in (WHICH_DOCTOR, WHICH_SERVICE, WHICH_CLINIC, WHO):
        await user.press(RU.back)
        assert question in user.screen().text
    await user.press(RU.me)
    assert WHICH_DAY in user.screen().text
    await to_the_ticket(user)
    assert doctor.name in user.screen().text


async def test_an_unfinished_booking_is_not_lost(town: BotProcess) -> None:
    # STEP 1. Half-way to a visit, a link is opened.
    user = await with_family(town)
    await to_doctors(user)
    await user.press(RU.any_doctor)
    await user.open_link(to_clinic("demo-02"))
    assert "Вы не закончили запись" in user.screen().text
    assert await clinic_name(town, "demo-02") in user.screen().text

    # STEP 2. It goes on from where it was.
    await user.press("▶️ Продолжить")
    assert WHICH_DAY in user.screen().text
    await user.press(days(user)[0])
    assert WHAT_TIME in user.screen().text

    # STEP 3. Another look at the link, and the other one is given up for it.
    await user.open_link(to_clinic("demo-02"))
    await user.press("Начать заново по ссылке")
    assert WHO in user.screen().text

    # STEP 4. Not there after all: the ordinary way begins with all clinics.
    await user.press("Выбрать другую поликлинику")
    assert "Регион: Московская область" in user.screen().text
    await user.press(RU.me)
    assert WHICH_CLINIC in user.screen().text


@pytest.mark.parametrize("language", ["ru", "en"])
async def test_somebody_new_is_led_on_after_the_form(town: BotProcess, language: str) -> None:
    words = WORDS[language]
    name = await clinic_name(town, "demo-03")

    # STEP 1. The consent says that it is on the way to a booking.
    user = await town.emulator.user("Вера", language_code=language, phone="+79161234567")
    await user.open_link(to_clinic("demo-03"))
    assert words.consent in user.screen().text
    assert ("по ссылке на запись" if language == "ru" else "Your link opens a booking") in user.screen().text
    assert not any("demo-03" in (each.callback_data or "") for row in user.screen().buttons for each in row)

    # STEP 2. The form, and where it leads; typed to the end.
    await user.press(words.agree)
    assert name in user.screen().text
    await user.press(words.fill_in)
    for typed in ("Смирнова", "Мария", "Ивановна", "05.03.1980"):
        await user.send(typed)
    await user.press(words.female)
    await user.share_contact()
    await user.press("Полиса нет" if language == "ru" else "No policy")
    await user.press(words.skip)
    await user.press(words.all_right)

    # STEP 3. The booking opens by itself, under the word that the form is filled in.
    said = user.screen().text
    assert ("Кому нужна запись" if language == "ru" else "Who is the visit for?") in said
    assert said.startswith("✅")
    assert name in said
    await user.press(words.me)
    assert ("Без полиса записывают по телефону" if language == "ru" else "Without a policy") in user.screen().text

    # STEP 4. The link has been followed: the next booking begins as always.
    await user.press(words.home)
    await user.press(words.book)
    await user.press("Начать заново" if language == "ru" else "Start again")
    assert name not in user.screen().text


async def test_the_ready_family_is_led_on_too_after_a_restart(bot: BotProcess) -> None:
    # STEP 1. Somebody new opens a doctor's link, and the power goes before the consent.
    doctor = await a_free_doctor(bot)
    user = await bot.emulator.user("Вера", language_code="ru")
    await user.open_link(to_doctor(doctor.id))
    stored = bot.rows("SELECT id, data FROM waiting_link")
    assert len(stored) == 1
    assert str(user.id) not in stored[0][0]
    assert doctor.id.encode() not in stored[0][1]
    await bot.comes_true(lambda: calls(bot)["getMyShortDescription"] == 3, "commands and descriptions are set")
    await bot.kill()
    await bot.start()
    await user.press(RU.agree)
    assert doctor.name in user.screen().text

    # STEP 2. The ready family in one press, then at once who it is for; the doctor's calendar after that.
    await user.press(RU.family)
    assert WHO in user.screen().text
    await user.press(RU.me)
    assert WHICH_DAY in user.screen().text
    assert bot.rows("SELECT id FROM waiting_link") == []
    await to_the_ticket(user)

    # STEP 3. Whoever says no, and whoever waits for more than a day, is not led anywhere; it just goes on.
    other = await bot.emulator.user("Олег", language_code="ru")
    await other.open_link(to_clinic())
    await other.press("Не даю согласия")
    assert bot.rows("SELECT id FROM waiting_link") == []
    late = await bot.emulator.user("Пётр", language_code="ru")
    await late.open_link(to_clinic())
    bot.shift_clock(LIFETIME + timedelta(minutes=1))
    await late.press(RU.agree)
    await late.press(RU.family)
    assert RU.home_title in late.screen().text

    # STEP 4. What Telegram shows of the bot was set at the first start alone; the second one has only looked.
    await bot.comes_true(lambda: calls(bot)["getMyShortDescription"] == 6, "both starts have looked at everything")
    assert calls(bot)["getMyCommands"] == 6
    assert calls(bot)["setMyCommands"] == 3


async def test_links_that_lead_nowhere_or_do_not_fit(town: BotProcess) -> None:
    # STEP 1. Cut off on the way: said to somebody known and to somebody new, and Telegram's own limits hold.
    user = await with_family(town)
    guest = await town.emulator.user("Гость", language_code="ru")
    for payload in ("s-08-demo", "d-99-demo-01-x", "hello", "c1234"):
        await user.open_link(payload)
        assert user.screen().text.startswith("⚠️ Эту ссылку прочитать не удалось")
        assert user.screen().labels == [RU.home_title], "told alone, and Home follows"
    await guest.open_link("s-08-demo")
    assert "Эту ссылку прочитать не удалось" in guest.screen().text
    assert RU.consent in guest.screen().text

    # STEP 2. A clinic that is gone: said, and the booking begins as always.
    await user.open_link(to_clinic("closed-long-ago"))
    assert "больше нет" in user.screen().text
    assert WHO in user.screen().text
    await user.press("🏠")

    # STEP 3. A doctor and a service that are gone: the clinic is kept.
    await user.open_link(to_doctor("nobody"))
    assert "Врач, на которого вела ссылка" in user.screen().text
    assert await clinic_name(town) in user.screen().text
    await user.press("🏠")
    await user.open_link(to_service("none"))
    assert "Специалист, к которому вела ссылка" in user.screen().text
    await user.press(RU.me)
    assert WHICH_SERVICE in user.screen().text


async def test_a_child_and_an_adult_clinic_and_the_other_way_round(town: BotProcess) -> None:
    user = await with_family(town)
    async with desk_of(town) as desk:
        clinics = await desk.registry.clinics("50")
        adults = (each for each in clinics if each.age_group == "adult" and each.id != HOME_CLINIC)
        adult = next(each for each in adults if clinic_for(each) is None)
        paediatric = next(each for each in clinics if each.age_group == "child")
        offered = await desk.registry.services(adult.id, age=36)
        service = next(each for each in offered if post_for(each.id, each.name) is None)

    # STEP 1. A child to an adult clinic: said, and clinics for children are shown.
    await user.open_link(to_service(service.id, adult.id))
    await user.press("ребёнок")
    assert "принимает только взрослых" in user.screen().text
    assert adult.name in user.screen().text
    assert WHICH_CLINIC in user.screen().text

    # STEP 2. Another person after all: the link is followed again, up to the warning, and beyond.
    await user.press(RU.back)
    await user.press(RU.me)
    assert UNATTACHED in user.screen().text
    await user.press(RU.go_on_here)
    assert WHICH_DOCTOR in user.screen().text or "нет номерков" in user.screen().text.lower()

    # STEP 3. An adult to a clinic for children.
    await user.open_link(to_clinic(paediatric.id))
    await user.press("Начать заново по ссылке")
    await user.press(RU.me)
    assert "принимает только детей" in user.screen().text
    assert WHICH_CLINIC in user.screen().text


async def test_a_doctor_without_times_and_a_registry_that_is_silent(town: BotProcess) -> None:
    user = await with_family(town)
    doctor = await a_free_doctor(town)

    # STEP 1. Somebody takes every time of the doctor: said, and the others of the same specialty are offered.
    async with desk_of(town) as desk:
        slots = await desk.registry.slots(HOME_CLINIC, THERAPIST, age=36, doctor_id=doctor.id)
        await desk.give_away(*(each.id for each in slots))
        others = [
            each.name for each in await desk.registry.doctors(HOME_CLINIC, THERAPIST, age=36) if each.id != doctor.id
        ]
    await user.open_link(to_doctor(doctor.id))
    await user.press(RU.me)
    assert f"нет номерков: {doctor.name}" in user.screen().text
    assert WHICH_DOCTOR in user.screen().text
    labels = " ".join(user.screen().labels)
    assert any(" ".join(each.split(" ")[:2]) in labels for each in others)

    # STEP 2. The registry is silent: nothing is said of the clinic, and the link is kept in the button.
    await user.press("🏠")
    await user.send("/cancel")
    town.fault(clinic="unavailable")
    await user.open_link(to_clinic())
    assert user.screen().text.startswith(UNAVAILABLE)
    town.fault()
    await user.press("Попробовать ещё раз")
    assert WHO in user.screen().text


async def test_whoever_gets_no_form_but_a_code_is_led_on_by_the_menu(town: BotProcess) -> None:
    # STEP 1. Without a form the link waits; the desk's code makes the form needless.
    user = await with_consent(town)
    await user.open_link(to_clinic())
    assert "Ссылка сохранена" in user.screen().text
    printed = await confirm(town, "own", *options("Ссылкина", a_policy()))
    await take(user, printed.payload)
    assert CONFIRMED in user.screen().text

    # STEP 2. «Записаться к врачу» goes on with it.
    await user.send("/start")
    await user.press(RU.book)
    assert WHO in user.screen().text
    assert await clinic_name(town) in user.screen().text


async def test_the_operators_command(town: BotProcess, tmp_path: Path) -> None:
    # STEP 1. A poster: the link, the code in the terminal and in a file, both of which say the same.
    doctor, target = await a_free_doctor(town), tmp_path / "poster.png"
    exit_code, printed = await town.command("qr", "doctor", doctor.id, "--to", str(target))
    assert exit_code == 0, printed
    assert f"{await clinic_name(town)}, Терапевт, {doctor.name}" in printed
    found = re.search(r"Link: (https://t\.me/\S+\?start=(\S+))", printed)
    assert found, printed
    with Image.open(target) as picture:
        assert read_qr(picture) == found[1]

    # STEP 2. It opens what it says.
    user = await with_family(town)
    await user.open_link(found[2])
    await user.press(RU.me)
    assert WHICH_DAY in user.screen().text
    assert doctor.name in user.screen().text

"""An operator's directory: real clinics of Moscow from a published file, doctors and times from an invented one."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from services.texts.dates import local
from tests.e2e.desk import desk_of
from tests.e2e.people import (
    BOOKED,
    RU,
    UNATTACHED,
    WHICH_CLINIC,
    WHICH_SERVICE,
    a_policy,
    number_on,
    press_all,
    with_consent,
    with_family,
)
from tests.e2e.test_form import typed_form
from tests.support.bot_process import BEGIN, BotProcess, running_bot
from tests.support.clock import FolderClock
from tests.support.machine import ROOT, environment
from tests.support.nursery import Nursery

PUBLISHED = ROOT.parent / "shared" / "data" / "clinics_moscow_datamosru_2014.csv"
STREET = "Даев переулок"
SAME_SHAPE = """id,kind,name,short_name,address,okrug,phone,lat,lon,closed_flag,note
503-147,polyclinic_adult,ГБУЗ «Городская поликлиника № 5»,,"107045, город Москва, Даев переулок, дом 3, корпус 1",ЦАО,\
(495) 608-16-80,55.770948,37.634299,,
503-607,polyclinic_adult,ГБУЗ «Городская поликлиника № 6»,,"город Москва, Большой Харитоньевский переулок, дом 8",ЦАО,\
(495) 624-17-15,55.764221,37.644287,,
505-27,polyclinic_child,Детская городская поликлиника № 5,Детская № 5,"107140, Москва, ул. Русаковская, д.3",ЦАО,,,,,
"""
MAPPED = ("--map", "name=short_name|name", "--set", "region=77", "--set", "town=Москва")


@dataclass(frozen=True)
class Files:
    """What the operator has: `clinic` is the row that the invented doctors work at."""

    clinics: Path
    doctors: Path
    schedule: Path
    clinic: dict[str, str]
    count: int

    @property
    def arguments(self) -> tuple[str, ...]:
        return ("import", str(self.clinics), str(self.doctors), str(self.schedule), *MAPPED)


def files(folder: Path, today: date) -> Files:
    clinics = PUBLISHED
    if not clinics.exists():
        clinics = folder / "clinics.csv"
        clinics.write_text(SAME_SHAPE)
    with clinics.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    clinic = next(row for row in rows if STREET in row["address"])
    doctors, schedule = folder / "doctors.csv", folder / "schedule.csv"
    doctors.write_text(
        "id;clinic;service;surname;name;patronymic;room;age_group\n"
        f"d1;{clinic['id']};Невролог;Щукин;Пётр;Ильич;каб. 12;adult\n"
        f"d2;{clinic['id']};Ревматолог;Чижова;Анна;;каб. 14;взрослые\n",
        encoding="cp1251",
    )
    days = [today + timedelta(days=ahead) for ahead in (1, 2, 3)]
    hours = [f"{doctor};{day:%d.%m.%Y};{start};{end};20\n" for doctor, start, end in HOURS for day in days]
    schedule.write_text("doctor;date;from;to;minutes\n" + "".join(hours), encoding="cp1251")
    return Files(clinics, doctors, schedule, clinic, len(rows))


HOURS = (("d1", "09:00", "12:00"), ("d2", "13:00", "15:00"))


async def test_a_person_books_at_a_real_clinic(bot: BotProcess, tmp_path: Path) -> None:
    wanted = files(tmp_path, local(BEGIN, "Europe/Moscow").date())
    name = wanted.clinic["short_name"] or wanted.clinic["name"]
    user = await with_family(bot)

    # STEP 1. Moscow has no clinics here yet.
    await press_all(user, "Записаться к врачу", "Другой регион")
    await user.send("Москва")
    await user.press("Москва")
    assert "Здесь пока нет поликлиник региона «Москва»" in user.screen().text

    # STEP 2. The operator loads the files beside the running bot.
    code, printed = await bot.command(*wanted.arguments)
    assert (code, f"Clinics: {wanted.count} added" in printed) == (0, True), printed

    # STEP 3. Within a minute the region is there.
    bot.shift_clock(timedelta(seconds=61))
    await press_all(user, "🏠", "Записаться к врачу", "Другой регион")
    await user.send("москва")
    await user.press("🏥 Москва")
    await user.press(RU.me)
    assert WHICH_CLINIC in user.screen().text
    assert "\nМосква\n" in user.screen().text

    # STEP 4. The clinic by its street; the person is attached elsewhere.
    await user.send(STREET)
    assert "корпус 1" in user.screen().text
    await user.press("1 ·")
    assert UNATTACHED in user.screen().text
    assert wanted.clinic["phone"] in user.screen().text
    await user.press("Продолжить запись сюда")
    assert "Невролог · завтра 09:00" in user.screen().labels
    assert any("Ревматолог" in label for label in user.screen().labels)

    # STEP 5. Booked, with the clinic's own name and address on the ticket.
    await press_all(user, "Невролог", "⚡", RU.confirm)
    ticket = user.screen().text
    assert BOOKED in ticket
    assert name in ticket
    assert wanted.clinic["address"] in ticket
    assert "Щукин Пётр Ильич" in ticket
    assert "завтра, вт 24 ноября, 09:00" in ticket
    number = number_on(user)

    # STEP 6. Another specialist, the clinic found by where one stands.
    await press_all(user, "🏠", "Записаться к врачу", "Другой регион", "🕘 Москва", RU.me)
    await user.press("📍 Рядом")
    await user.send_location(float(wanted.clinic["lat"]), float(wanted.clinic["lon"]))
    assert user.screen().labels[0].startswith("1 · ")
    assert user.screen().labels[0].endswith(" · 10 м")
    await press_all(user, "1 ·", "Ревматолог", "⚡", RU.confirm)  # the warning has been read
    assert BOOKED in user.screen().text
    assert "Чижова Анна" in user.screen().text

    # STEP 7. A clinic for which nobody has loaded doctors says so.
    await press_all(user, "🏠", "Записаться к врачу", "Другой регион", "🕘 Москва", RU.me)
    await user.send("Харитоньевский")
    await press_all(user, "1 ·", "Продолжить запись сюда")
    assert "записи в эту поликлинику здесь нет" in user.screen().text
    assert WHICH_SERVICE in user.screen().text

    # STEP 8. Both visits stand in «Мои записи» and in the registry.
    await press_all(user, "🏠", "Мои записи")
    assert "Всего записей: 2" in user.screen().text
    async with desk_of(bot) as desk:
        assert number in {visit.number for visit in await desk.visits(user)}


async def test_without_the_demo_a_stranger_is_refused_plainly(tmp_path: Path, nursery: Nursery) -> None:
    # STEP 1. An operator without DEMO loads the directory and starts the bot.
    prepared, said = tmp_path / "prepared", tmp_path / "said"
    prepared.mkdir()
    FolderClock(prepared).set(BEGIN)
    name = "ГБУЗ «Поликлиника»"
    wanted = files(tmp_path, local(BEGIN, "Europe/Moscow").date())
    loading = await nursery.start(prepared, environment(DEMO="0", OPERATOR_NAME=name), said, *wanted.arguments)
    assert await loading.wait() == 0, said.read_text()
    async with running_bot(tmp_path / "bot", prepared, nursery, DEMO="0", OPERATOR_NAME=name) as bot:
        # STEP 2. The consent names the operator; there is no ready family to take.
        user = await with_consent(bot)
        ((consent, given_at),) = bot.rows("SELECT text, given_at FROM consent")
        assert name in consent
        assert given_at == bot.now.timestamp() * 1000
        assert not any("семью" in label for label in user.screen().labels)

        # STEP 3. The form is kept, and it is said that the registry does not know this person.
        await typed_form(user, "Орлова", a_policy())
        assert "Если она Вас не знает" in user.screen().text

        # STEP 4. At the confirmation: refused with the clinic's phone, nothing is booked.
        await user.press("Записаться к врачу")
        await user.send("москва")
        await press_all(user, "🏥 Москва", RU.me)
        await user.send(STREET)
        await press_all(user, "1 ·", "Продолжить запись сюда", "Невролог", "⚡", RU.confirm)
        assert "Такого пациента в электронной регистратуре нет" in user.screen().text
        assert f"Телефон поликлиники: {wanted.clinic['phone']}" in user.screen().text
        assert bot.rows("SELECT count(*) FROM registry_visit") == [(0,)]

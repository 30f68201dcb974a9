"""Ways on from «нет»: the specialist elsewhere, a booking that stands, a question asked once, one's own hold."""

from __future__ import annotations

import re

from services.registry.local.demo_clinics import ADULT_HOME
from tests.e2e.desk import desk_of, held_slot
from tests.e2e.people import (
    BOOKED,
    CHECK_BOOKING,
    RU,
    UNATTACHED,
    WHICH_CLINIC,
    WHICH_DOCTOR,
    WHICH_SERVICE,
    WHO,
    choose,
    press_all,
    to_confirmation,
    to_doctors,
    with_consent,
    with_family,
)
from tests.e2e.test_access import MANAGE, confirmed, open_access
from tests.e2e.test_links import to_clinic
from tests.support.bot_process import BotProcess

WHERE = "🔎 Где есть: Кардиолог"


async def test_no_cardiologist_here_and_the_nearest_elsewhere(town: BotProcess) -> None:
    # STEP 1. At her clinic nobody gets to a cardiologist: that alone is on the screen, with the ways on.
    user = await with_family(town)
    await press_all(user, RU.book, RU.me, "⭐", "Кардиолог")
    said = user.screen()
    assert "Сейчас нет номерков: Кардиолог" in said.text
    assert "+7 495 000-" in said.text
    assert WHICH_SERVICE not in said.text
    assert said.labels == [WHERE, "Выбрать другого специалиста", "⬅️ Назад", "🏠 Главное меню"]

    # STEP 2. Where there is one: the nearest clinics that see adults, each with its way and its time.
    await user.press(WHERE)
    listed = user.screen()
    assert listed.text.splitlines()[0].startswith(WHERE)
    far = [float(each.replace(",", ".")) for each in re.findall(r"(\S+) км", listed.text)]
    assert len(far) == 4
    assert far == sorted(far)
    assert "етская" not in " ".join(listed.labels)

    # STEP 3. Back to what was said, and there again; a press goes straight on.
    await user.press("⬅️")
    assert "Сейчас нет номерков: Кардиолог" in user.screen().text
    await user.press(WHERE)
    await user.press(user.screen().labels[0])
    assert UNATTACHED in user.screen().text
    await user.press("Продолжить запись сюда")
    assert WHICH_DOCTOR in user.screen().text
    await press_all(user, "⚡", "Да, подтверждаю")
    assert BOOKED in user.screen().text
    async with desk_of(town) as desk:
        (visit,) = await desk.visits(user)
        assert (visit.service, visit.clinic.id != ADULT_HOME) == ("Кардиолог", True)

    # STEP 4. Next time the clinic's warning has been read.
    await press_all(user, "🏠", RU.book, RU.me)
    await user.send(visit.clinic.name)
    await user.press(user.screen().labels[0])
    assert WHICH_SERVICE in user.screen().text


async def test_a_booking_with_the_specialist_is_said_at_once(town: BotProcess) -> None:
    # STEP 1. A visit to the therapist.
    user = await with_family(town)
    await to_confirmation(user)
    await press_all(user, "Да, подтверждаю", "🏠")

    # STEP 2. Chosen once more: what there is, before any doctor or time, and what can be done with it.
    await to_doctors(user)
    said = user.screen()
    assert "К этому специалисту уже есть запись" in said.text
    assert WHICH_DOCTOR not in said.text
    assert said.labels == [
        "🔁 Перенос записи",
        "📋 Мои записи",
        "Выбрать другого специалиста",
        "⬅️ Назад",
        "🏠 Главное меню",
    ]

    # STEP 3. Moved from there; its own hour is not among what is offered as nearest.
    async with desk_of(town) as desk:
        (old,) = await desk.visits(user)
    await press_all(user, "Перенос записи", "⬅️")
    nearest = next(label for label in user.screen().labels if "⚡" in label)
    await user.press("⚡")
    assert CHECK_BOOKING not in user.screen().text
    await user.press("Да, перенести")
    async with desk_of(town) as desk:
        new = next(each for each in await desk.visits(user) if each.id != old.id)
        assert new.start > old.start, nearest

    # STEP 4. For a child of hers it is no matter.
    await press_all(user, "🏠", RU.book, "Начать заново")
    await user.press(next(label for label in user.screen().labels if "ребёнок" in label))
    await press_all(user, "⭐", "Педиатр")
    assert WHICH_DOCTOR in user.screen().text


async def test_a_man_and_a_gynaecologist(town: BotProcess) -> None:
    # STEP 1. The husband of the ready family is known by a consent: his sex is not shown, nothing follows from it.
    user = await with_family(town)
    await press_all(user, RU.book)
    await user.press(next(label for label in user.screen().labels if "муж или жена" in label))
    assert WHICH_CLINIC in user.screen().text
    await user.press(user.screen().labels[0])
    await press_all(user, "Продолжить запись сюда", "Акушер-гинеколог")
    assert WHICH_DOCTOR in user.screen().text

    # STEP 2. Somebody who is typed in is known: the specialist comes last, and it is asked once.
    await press_all(user, "🏠", RU.book, "Начать заново", "Другой гражданин")
    for text in ("Кузнецов", "Пётр"):
        await user.send(text)
    await user.press("Нет отчества")
    await user.send("05.03.1980")
    await user.press("Мужской")
    await user.send("5055808000000013")
    while WHICH_CLINIC not in user.screen().text:
        labels = user.screen().labels
        await user.press(
            next(each for each in ("Номер верный", "Пропустить", "Всё верно") if any(each in it for it in labels))
        )
    await user.press(user.screen().labels[0])
    await user.press("Продолжить запись сюда")
    services = user.screen().labels
    while more := next((each for each in user.screen().labels if "▶️" in each), None):
        await user.press(more)
        services += user.screen().labels
    order = [each.partition(" · ")[0] for each in services if each.startswith(("Терапевт", "Уролог", "Акушер"))]
    assert order == ["Терапевт", "Уролог", "Акушер-гинеколог"]
    await press_all(user, "Акушер-гинеколог")
    assert "Записать мужчину к гинекологу?" in user.screen().text
    await user.press("Да, всё верно")
    assert WHICH_DOCTOR in user.screen().text


async def test_a_spouse_without_a_form_books_for_who_lets_him_in(town: BotProcess) -> None:
    # STEP 1. She lets him in; he has no form of his own.
    hers = await confirmed(town, "Орлова")
    code = await open_access(hers, MANAGE)
    his = await with_consent(town, "Борис")
    await his.send(f"/start c{code.replace('-', '')}")
    await press_all(his, "Муж или жена", "🏠")

    # STEP 2. «Записаться к врачу» asks who it is for, and offers the form for himself.
    await his.press(RU.book)
    if "В каком регионе" in his.screen().text:
        await his.send("московская")
        await his.press("Московская область")
    assert WHO in his.screen().text
    assert "👤 Мне: заполнить анкету" in his.screen().labels
    await his.press("Орлова")
    await his.send("поликлиника 1 подольск")
    await his.press(his.screen().labels[0])
    await press_all(his, "Продолжить запись сюда", "Хирург", "⚡", "Да, подтверждаю")
    assert BOOKED in his.screen().text

    # STEP 3. A poster's link leads him there, too.
    await his.open_link(to_clinic())
    assert WHO in his.screen().text
    await his.press("Орлова")
    assert UNATTACHED in his.screen().text


async def test_ones_own_hold_is_offered_and_passes_over(town: BotProcess) -> None:
    # STEP 1. A visit is being moved, and another time is held for that.
    user = await with_family(town)
    await to_confirmation(user)
    await press_all(user, "Да, подтверждаю", "Перенос записи", "⬅️", "⚡")
    async with desk_of(town) as desk:
        slot = await desk.registry.slot(held_slot(town, user) or "")
    assert slot is not None

    # STEP 2. The same time suits her husband better: it is there in a booking for him, and is booked.
    await press_all(user, "🏠", RU.book)
    await user.press(next(label for label in user.screen().labels if "муж или жена" in label))
    await user.press(user.screen().labels[0])
    await press_all(user, "Продолжить запись сюда", "Терапевт", "Любой врач")
    await choose(user, slot)
    assert CHECK_BOOKING in user.screen().text
    assert "Держим за Вами" in user.screen().text
    await user.press("Да, подтверждаю")
    assert BOOKED in user.screen().text

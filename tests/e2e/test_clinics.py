"""Finding a region and a clinic: typed search, nearest by location, a place on the map, a region without any."""

from __future__ import annotations

import re

from emulator.driver import Screen, User
from tests.e2e.people import (
    BOOKED,
    RU,
    UNATTACHED,
    WHAT_TIME,
    WHICH_CLINIC,
    WHICH_REGION,
    WHICH_SERVICE,
    WHO,
    asked_below,
    days,
    find_and_press,
    press_all,
    times,
    with_family,
)
from tests.support.bot_process import BotProcess

MYTISHCHI = (55.9106, 37.7364)
KOLOMNA = (55.1028, 38.7531)
OWN_CLINIC = "1 · ⭐ Мытищи · № 1"


async def to_clinics(user: User) -> None:
    await press_all(user, "Записаться к врачу", RU.me)


async def test_a_region_by_typing_and_by_pages(town: BotProcess) -> None:
    user = await with_family(town)
    await press_all(user, "Записаться к врачу", "Другой регион")

    # STEP 1. All regions in pages, those with clinics first and marked.
    first = turning(user)
    assert [label.startswith("2 из 1") for label in first] == [True], "far more than one page, and this is the first"
    assert "🏥 Московская область" in user.screen().labels
    await user.press("▶️")
    assert turning(user) == [f"◀️ {first[0][:-3]}".replace("2", "1", 1), first[0].replace("2", "3", 1)]
    await user.press("◀️")

    # STEP 2. The beginning of a name, in either language and any case; a slip of the finger.
    for typed, found in (
        ("моск", ("Москва", "Московская область")),
        ("МОСКОВ", ("Московская область",)),
        ("moscow", ("Москва", "Московская область")),
        ("масковская", ("Московская область",)),
        ("орёл", ()),
        ("орлов", ("Орловская область",)),
        ("петербург", ("Санкт-Петербург",)),
    ):
        await user.send(typed)
        for region in found:
            assert any(region in label for label in user.screen().labels), (typed, user.screen().labels)
        assert f"«{typed}»" in user.screen().text

    # STEP 3. Nothing found is said, and the whole list is one press away.
    await user.send("щщщщ")
    assert "По запросу «щщщщ» ничего не нашлось" in user.screen().text
    await user.press("Все регионы")
    assert turning(user) == first


async def test_a_region_without_clinics_says_so_and_offers_what_there_is(town: BotProcess) -> None:
    user = await with_family(town)
    await press_all(user, "Записаться к врачу", "Другой регион")

    # STEP 1. Kaluga has none here: said plainly, with those that have.
    await user.send("калуж")
    await user.press("Калужская область")
    assert "Здесь пока нет поликлиник региона «Калужская область»" in user.screen().text
    assert "Поликлиники есть в этих регионах:" in user.screen().text
    assert WHICH_REGION in user.screen().text
    assert user.screen().labels[0] == "🏥 Московская область"
    assert "Калужская область" not in "".join(user.screen().labels)

    # STEP 2. One of them, and on.
    await user.press("Московская область")
    assert WHO in user.screen().text
    assert "Регион: Московская область" in user.screen().text

    # STEP 3. Next time it stands first.
    await press_all(user, "🏠", "Записаться к врачу", "Другой регион")
    assert user.screen().labels[0].startswith("🕘 Московская область")


async def test_a_clinic_by_typing(town: BotProcess) -> None:
    user = await with_family(town)
    await to_clinics(user)

    # STEP 1. The attached one first, with a star, then others of the same town; only those that see adults.
    assert user.screen().labels[0] == OWN_CLINIC
    assert "⭐ — место прикрепления" in user.screen().text
    assert not any("детская" in label.lower() for label in user.screen().labels)

    # STEP 2. By number, town, street, a part of a word, «е» for «ё».
    for typed, found in (
        ("Химки", "Химки"),
        ("поликлиника 1 химки", "Поликлиника № 1, Химки"),
        ("королев", "Королёв"),
        ("стомат колом", "Стоматологическая поликлиника № 3, Коломна"),
        ("женская", "Женская консультация"),
        ("каломна", "Коломна"),
    ):
        await user.send(typed)
        assert f"Найдено по запросу «{typed}»" in user.screen().text
        assert found in user.screen().text.partition("Найдено")[2], (typed, user.screen().text)
    assert "Все поликлиники" in user.screen().labels

    # STEP 3. A children's clinic is no place for an adult.
    await user.send("детская химки")
    assert "1. Детская" not in user.screen().text
    assert user.screen().labels

    # STEP 4. Nothing found: said, with the whole list.
    await user.send("больница на луне")
    assert "По запросу «больница на луне» ничего не нашлось" in user.screen().text
    assert user.screen().labels[0] == OWN_CLINIC

    # STEP 5. Found and chosen: the warning about the attachment, then its specialists.
    await user.send("поликлиника 1 химки")
    await user.press("1 ·")
    assert UNATTACHED in user.screen().text
    await user.press("Выбрать другую поликлинику")
    assert WHICH_CLINIC in user.screen().text
    await user.send("поликлиника 1 химки")
    await press_all(user, "1 ·", "Продолжить запись сюда", "Терапевт", "⚡", RU.confirm)
    assert "Поликлиника № 1, Химки" in user.screen().text

    # STEP 6. Next time it stands among the first.
    await press_all(user, "🏠")
    await to_clinics(user)
    assert user.screen().labels[1] == "2 · Химки · поликлиника № 1"


async def test_the_nearest_clinics_by_location(town: BotProcess) -> None:
    user = await with_family(town)
    await to_clinics(user)

    # STEP 1. Telegram's own button below the chat asks for the place.
    await user.press("📍 Рядом")
    await asked_below(town, user, "📍 Отправить, где я")

    # STEP 2. Clinics by distance, each with how far it is; the button below is gone.
    await user.send_location(*KOLOMNA)
    await asked_below(town, user, None)
    assert "Сначала те, что ближе" in user.screen().text
    assert user.screen().labels[0].startswith("1 · Коломна · ")
    far = distances(user.screen())
    assert len(far) == 4
    assert far == sorted(far)
    assert far[0] < 5

    # STEP 3. The next page goes on, and the plain list is one press away.
    await user.press("▶️")
    further = distances(user.screen())
    assert further[0] >= far[-1]
    assert further[-1] > 50
    await user.press("Все поликлиники")
    assert user.screen().labels[0] == OWN_CLINIC

    # STEP 4. A place sent without being asked for is understood too, and a clinic of it can be booked.
    await user.send_location(*MYTISHCHI)
    assert "Мытищи" in user.screen().labels[0]
    await find_and_press(user, "⭐")
    assert WHICH_SERVICE in user.screen().text
    await press_all(user, "Терапевт", "⚡", RU.confirm)
    assert BOOKED in user.screen().text


async def test_a_place_on_the_map_and_away_again(town: BotProcess) -> None:
    user = await with_family(town)
    await to_clinics(user)
    await press_all(user, "🗺 На карте", "⭐ 1")
    screen = user.screen()

    # STEP 1. The clinic as Telegram's own place, with its address, from its card.
    await user.press("📍 Поликлиника на карте")
    place = user.messages()[-1]
    assert place.venue is not None
    assert place.venue["title"] == "Поликлиника № 1, Мытищи"
    assert "Мытищи" in place.venue["address"]
    assert abs(place.venue["location"]["latitude"] - MYTISHCHI[0]) < 0.1

    # STEP 2. Closed: the screen above is the last one again, and it works.
    await user.press("✖️ Закрыть карту")
    assert user.messages()[-1].deleted
    assert user.screen() == screen
    await press_all(user, "✅ Выбрать", "Терапевт", "Любой врач")
    await user.press(days(user)[0])
    assert WHAT_TIME in user.screen().text

    # STEP 3. Left open, it is in nobody's way; the ticket has the same button.
    await user.press(times(user)[0])
    await user.press(RU.confirm)
    await user.press("📍 На карте")
    assert user.messages()[-1].venue is not None
    await user.press("Мои записи")
    assert any("Всего записей: 1" in each.text for each in user.messages())


async def test_children_are_shown_clinics_for_children(town: BotProcess) -> None:
    user = await with_family(town)
    await user.press("Записаться к врачу")
    await user.press(next(label for label in user.screen().labels if "ребёнок" in label))
    assert user.screen().labels[0].startswith("1 · ⭐ ")
    assert "детская" in user.screen().labels[0]
    assert "Здесь принимают детей" in user.screen().text
    assert not any("женская" in label.lower() for label in user.screen().labels)
    await press_all(user, "⭐", "Педиатр", "⚡", RU.confirm)
    assert BOOKED in user.screen().text
    assert "свидетельство о рождении" in user.screen().text


def turning(user: User) -> list[str]:
    """«◀️ 1 из 11» and «3 из 11 ▶️» of the screen, as far as they stand there."""
    return [label for label in user.screen().labels if " из " in label]


def distances(screen: Screen) -> list[float]:
    """Kilometres from «350 м», «1,2 км», «14 км» of each clinic, on its button or told above, in their order."""
    told = dict(re.findall(r"^(\d+)\. .*\n.*\n.*?([\d,]+ к?м)$", screen.text, re.MULTILINE))
    buttons = [label.partition(" · ") for label in screen.labels if re.match(r"\d+ · ", label)]
    found = [told.get(number, rest.rpartition(" · ")[2]).split(" ") for number, _, rest in buttons]
    return [float(number.replace(",", ".")) / (1000 if unit == "м" else 1) for number, unit in found]

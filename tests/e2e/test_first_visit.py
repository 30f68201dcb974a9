"""First visit ever: from /start to the ticket, in both languages."""

from __future__ import annotations

import pytest

from tests.e2e.people import WORDS, a_policy, as_printed, asked_below, number_on, told, with_family, with_wrong_digit
from tests.support.bot_process import BotProcess


@pytest.mark.parametrize("language", ["ru", "en"])
async def test_somebody_new_types_the_form_and_books(town: BotProcess, language: str) -> None:
    words = WORDS[language]
    user = await town.emulator.user("Мария", language_code=language, phone="+79161234567")
    policy = as_printed(with_wrong_digit(a_policy()))

    # STEP 1. The consent comes first, in the language of the person's Telegram.
    await user.send("/start")
    assert words.consent in user.screen().text
    await user.press(words.agree)

    # STEP 2. A question a screen, each with its place; names are typed.
    await user.press(words.fill_in)
    for place, typed in enumerate(("Смирнова", "Марья", "Ивановна", "05.03.1980")):
        assert words.questions[place] in user.screen().text
        assert f"{place + 1} " in user.screen().text.splitlines()[0]
        await user.send(typed)

    # STEP 3. The sex by a button, the phone by Telegram's own.
    await user.press(words.female)
    await asked_below(town, user, words.my_number)
    await user.share_contact()
    await asked_below(town, user, None)

    # STEP 4. The policy's last digit is wrong: a warning, and the person decides.
    await user.send(policy)
    assert words.wrong_digit in user.screen().text
    await user.press(words.keep_number)
    await user.press(words.skip)

    # STEP 5. Everything on one screen; the name is corrected, and nothing else is asked again.
    check = user.screen().text
    for value in ("Смирнова", "Марья", "Ивановна", "05.03.1980", "+7 916 123-45-67", policy):
        assert value in check
    await user.press(words.correct)
    await user.press(words.correct_name)
    await user.send("Мария")
    assert "Мария" in user.screen().text
    assert "Марья" not in user.screen().text

    # STEP 6. Registered: said by itself, with what is kept; the next press books.
    await user.press(words.all_right)
    home = user.screen().text
    assert home.startswith(words.registered)
    assert words.home_title not in home
    assert "Смирнова Мария Ивановна" in home
    assert policy in home

    # STEP 7. Booking: nothing is known yet, so the region is asked, and the clinic warns that she is not attached.
    await user.press(words.book)
    await user.send(words.moscow_region[:5])
    await user.press(words.moscow_region)
    await user.press(words.me)
    await user.press("1 ·")
    await user.press(words.go_on_here)
    await user.press(words.therapist)
    await user.press(words.nearest)
    card = user.screen().text
    assert "Смирнова Мария Ивановна" in card
    assert words.held in card
    await user.press(words.confirm)

    # STEP 8. The ticket has all that is needed to come.
    ticket = user.screen().text
    assert words.booked in ticket
    assert "Смирнова Мария Ивановна" in ticket
    assert "+7 495 000-" in ticket
    assert words.bring in ticket

    # STEP 9. It stands on Home as the next visit.
    number = number_on(user)
    await user.press(words.home)
    assert "Смирнова Мария Ивановна" in user.screen().text
    await user.press(words.my_bookings)
    await user.press("1 ·")
    assert number_on(user) == number


@pytest.mark.parametrize("language", ["ru", "en"])
async def test_a_ready_family_takes_eight_presses_to_the_ticket(town: BotProcess, language: str) -> None:
    words = WORDS[language]
    user = await with_family(town, language=language)

    # STEP 1. Home → the ticket, nothing typed.
    await user.press(words.book)
    await user.press(words.me)
    await user.press("⭐")
    await user.press(words.therapist)
    await user.press(words.any_doctor)
    await user.press(next(label for label in user.screen().labels if label.isdigit()))
    await user.press(next(label for label in user.screen().labels if label[0].isdigit() and ":" in label))
    await user.press(words.confirm)
    assert words.booked in user.screen().text
    number = number_on(user)

    # STEP 2. It stands in «Мои записи» and in «Уведомления»; nothing was sent twice.
    await user.press(words.my_bookings)
    await user.press("1 ·")
    assert number_on(user) == number
    await user.press(words.home)
    await user.press(words.notifications)
    assert words.booked in user.screen().text
    assert told(user, words.booked) == 2, "the ticket, which stays, and the list below it"
    assert told(user, f"🎫 {words.booked}") == 1


async def test_the_nearest_time_takes_six_presses(town: BotProcess) -> None:
    words = WORDS["ru"]
    user = await with_family(town)

    # STEP 1. The region comes from the person's clinic and stands as a line.
    await user.press(words.book)
    assert "Регион: Московская область" in user.screen().text

    # STEP 2. Five more presses.
    for label in (words.me, "⭐", words.therapist, words.nearest, words.confirm):
        await user.press(label)
    assert words.booked in user.screen().text

"""People send anything at any moment: always an answer, never an exception, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import pytest

from emulator import people
from emulator.driver import Message, User
from tests.e2e.desk import desk_of
from tests.e2e.journeys import Stop, booking, booking_for_another, own_form
from tests.e2e.people import BOOKED, RU, with_consent, with_family
from tests.support.bot_process import BotProcess

TEXTS = (
    "/unknown",
    "А" * 5000,  # Telegram cuts it at 4096
    "שלום עולם",
    "<b>жирно</b>",
    "Иванов & Петров &amp; <script>",
    "👩‍👩‍👧‍👦🙈",
    "a\x00b",
    "\u200b\u200d\ufeff",
    "{name} %s %(x)s {0}",
    "-1",
    "1",
)
SENT = len(TEXTS) + 6
TOLD_ELSEWHERE = ("service", "doctor", "day", "time", "confirm")
WENT_WRONG = "пошло не так"


async def bothered(bot: BotProcess, user: User) -> list[Message]:
    """Everything at once; the answers, without the messages that only carry a keyboard."""
    world, where = user.emulator.world, (user.emulator.bot_id, user.id)
    before = user.messages()[-1].id

    def answers() -> list[Message]:
        came = [message for message in user.messages() if message.id > before and message.from_bot]
        return [message for message in came if not message.text.startswith("⬇️")]

    for text in TEXTS:
        people.say(world, *where, text)
    people.send_sticker(world, *where)
    people.send_voice(world, *where)
    people.send_photo(world, *where, caption="Фамилия Петров")
    people.share_contact(world, *where, "+79160000000")
    people.say(world, *where, "?")
    await bot.comes_true(lambda: len(answers()) >= SENT, "an answer to each")
    await user.emulator.wait_quiet()
    assert len(answers()) == SENT, [message.text for message in answers()]
    return answers()


def only_one_is_live(user: User, says: str) -> bool:
    """Whether one message alone shows the step and can be pressed."""
    return sum(bool(message.labels) and says in message.text for message in user.messages()) == 1


@pytest.mark.parametrize(
    ("stops", "opens"),
    [(own_form, "Заполнить анкету"), (booking, "Записаться к врачу"), (booking_for_another, "Записаться к врачу")],
    ids=["form", "booking", "another"],
)
async def test_anything_at_every_step(town: BotProcess, stops: Callable[[], Sequence[Stop]], opens: str) -> None:
    town.emulator.forgiven = ("«{name} %s",)  # what was looked for is echoed
    user = await (with_consent(town) if stops is own_form else with_family(town))
    await user.press(opens)
    for stop in stops():
        assert stop.is_shown_to(user), f"{stop.name}: {user.screen().text}"

        if stops is booking_for_another and stop.name in TOLD_ELSEWHERE:
            await stop.go(user)
            continue

        # STEP 1. Seventeen messages, each answered with the step again or a word about it.
        answers = await bothered(town, user)
        assert not any(WENT_WRONG in message.text for message in answers), stop.name
        assert sum(stop.says in message.text for message in answers) == SENT - 1, stop.name  # not /unknown

        # STEP 2. The step is the same, one screen has buttons, and it goes on from there.
        assert stop.is_shown_to(user)
        await town.comes_true(partial(only_one_is_live, user, stop.says), "one screen with buttons")
        await stop.go(user)

    # STEP 3. Nothing of what was answered between is lost.
    if stops is own_form:
        for value in ("Фамилия: Орлова", "Имя: Анна", "Отчество: нет", "Пол: женский"):
            assert value in user.screen().text
        await user.press("Всё верно")
        assert "Орлова Анна" in user.screen().text
    else:
        await user.press(RU.confirm)
        assert BOOKED in user.screen().text
        async with desk_of(town) as desk:
            assert len(await desk.visits(user)) == 1


async def test_anything_where_nothing_is_asked(town: BotProcess) -> None:
    guest, agreed, home = await town.emulator.user("Гость"), await with_consent(town), await with_family(town)
    await guest.send("/start")
    for user, says in (
        (guest, "Согласие на обработку персональных данных"),
        (agreed, "Здесь всё делается кнопками"),
        (home, "Здесь всё делается кнопками"),
    ):
        # STEP 1. Each message has an answer with a way on.
        for message in await bothered(town, user):
            assert says in message.text
            assert message.labels


async def test_what_was_typed_is_shown_as_it_was_typed(town: BotProcess) -> None:
    # STEP 1. Markup in a search stays text, in the region and in the clinic.
    user = await with_family(town)
    await user.press("Записаться к врачу")
    await user.press("Другой регион")
    await user.send("<b>Мос & \u202eква</b>")
    assert "«<b>Мос & \u202eква</b>»" in user.screen().text
    await user.press("Все регионы")
    await user.press("Московская область")
    await user.press(RU.me)
    await user.send('</a><a href="https://example.org">сюда</a>')
    assert 'По запросу «</a><a href="https://example.org">сюда</a>» ничего не нашлось' in user.screen().text
    assert "<a " not in user.screen().html

    # STEP 2. A name with what names may have.
    await user.press("⬅️")
    await user.press("Другой гражданин")
    await user.send("Д’Артаньян-Ёлкина")
    await user.send("Анна Мария")
    assert "вопрос 3 из 7" in user.screen().text

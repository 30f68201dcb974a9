"""Moving a visit over real services: every screen says which booking stands, the old one or the new."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.fsm import moving
from bot.fsm.moving import NEXT_SCREENS, begins
from bot.fsm.wizard import Typed
from bot.keyboards import origins
from bot.keyboards.buttons.wizard import WizardPress
from bot.views import moving as view
from bot.views import refusals
from bot.views.screen import Screen
from services.accounts.model import Account, Basis, Person, Relation
from services.booking.model import Checking, Declined, Made
from services.booking.notices import VisitNews
from services.errors import Denial
from services.notify.model import Notification
from services.registry.model import (
    CancelRefusal,
    NotCancelled,
    PatientIdentity,
    Refusal,
    Refused,
    Unknown,
    Visit,
    VisitStatus,
)
from services.storage.engine import Database
from services.storage.vault import Vault
from services.texts.i18n import texts
from tests.bot.test_booking_wizard import Chat as BookingChat
from tests.support.clock import FakeClock
from tests.support.telegram_limits import formatted
from tests.support.world import (
    ADULT,
    CLINIC,
    SECOND_THERAPIST,
    SURGEON,
    TEENAGER,
    THERAPIST,
    Lost,
    World,
    at,
    somebody,
)

T = texts("ru")
ANNA = somebody(1, ADULT)
KEPT = "Осталась прежняя запись"
GONE = "Прежняя запись уже отменена"
NONE_STANDS = "Прежняя запись отменена, а новой нет. Запишитесь ещё раз."
WAS = "Было: завтра, вт 24 ноября, 09:00"
moves_in_one_call = pytest.mark.parametrize("moves", [True, False], ids=["moves", "plain"])
takes_no_second = pytest.mark.parametrize("moves", [False], ids=["plain"])


@pytest.fixture
def moves() -> bool:
    """Whether the registry moves in one call."""
    return True


@pytest.fixture
async def world(database: Database, vault: Vault, clock: FakeClock, moves: bool) -> World:
    world = World(database, vault, clock, moves=moves)
    await world.furnish()
    return world


class Chat(BookingChat):
    """Moves a visit by pressing what is on the screen."""

    def __init__(self, world: World, account: Account, old: Visit) -> None:
        super().__init__(world, account)
        self.old = old
        self.wizard = world.house.wizard(moving.KIND)

    async def begin(self) -> None:
        entry = await self.world.visits.get(self.account, self.old.id)
        known = begins(entry, origins.NOWHERE)
        self.now = await self.wizard.start(self.account, T, known.answers, marks=known.marks)

    async def look(self) -> None:
        """The screen again, as after /help."""
        self.now = await self.wizard.resume(self.account, T)

    @property
    def yes(self) -> WizardPress:
        assert self.reply.screen is not None
        return WizardPress.unpack(self.reply.screen.markup.inline_keyboard[0][0].callback_data or "")


@pytest.fixture
async def account(world: World) -> Account:
    return await world.account()


@pytest.fixture
async def anna(world: World, account: Account) -> Person:
    return await world.person(account, ANNA)


@pytest.fixture
async def old(world: World, account: Account, anna: Person) -> Visit:
    """Anna's visit to the therapist, tomorrow at nine."""
    return await booked(world, account, anna)


@pytest.fixture
async def chat(world: World, account: Account, old: Visit) -> Chat:
    """Anna has pressed «Перенос записи»."""
    chat = Chat(world, account, old)
    await chat.begin()
    return chat


async def booked(world: World, account: Account, who: Person | PatientIdentity, *slot: Any) -> Visit:
    outcome = await world.booking.book(await world.request(account, who, await world.slot(*slot)))
    assert isinstance(outcome, Made), outcome
    return outcome.visit


async def standing(world: World, who: Person) -> list[Visit]:
    found = await world.registry.visits([who.patient_id])
    return [each for each in found if each.status is VisitStatus.BOOKED]


async def others_at(world: World, *slot: Any, number: int = 5) -> None:
    """Somebody else gets this time."""
    other = await world.account()
    await booked(world, other, await world.person(other, somebody(number, ADULT)), *slot)


TO_CONFIRM = ("25", "09:20")


# --- the straight way -----------------------------------------------------------------------------


async def test_day_time_and_a_confirmation(chat: Chat, world: World, anna: Person, old: Visit) -> None:
    assert chat.step == "day", "the clinic, the specialist and the doctor are those of the visit"
    assert "Перенос. Сейчас: завтра 09:00" in chat.text
    assert "Пациент: Аннаб Иванова" in chat.text
    assert "Ветров Иван Петрович" in chat.text
    await chat.go(*TO_CONFIRM)
    assert chat.step == "confirm"
    assert WAS in chat.text
    assert "Будет: ср 25 ноября, 09:20" in chat.text
    assert "Прежняя запись действует, пока не сделана новая" in chat.text
    assert chat.labels == ["✅ Да, перенести", "Оставить как было", "⬅️ Назад", "🏠 Главное меню"]
    assert [each.id for each in await standing(world, anna)] == [old.id]
    await chat.press("Да, перенести")
    assert chat.reply.over
    assert chat.text.startswith(f"✅ Запись перенесена. {WAS}.")
    (visit,) = await standing(world, anna)
    assert visit.number in chat.text
    assert visit.start == at(9, 20, 25)


async def test_another_doctor_of_the_specialist(chat: Chat, world: World, anna: Person) -> None:
    await chat.press("Назад")
    assert chat.step == "doctor"
    assert "⬅️ Назад" in chat.labels, "to the card that it began from"
    await chat.go("Громов", "24", "09:00", "Да, перенести")
    assert chat.reply.over
    (visit,) = await standing(world, anna)
    assert (visit.doctor_id, visit.start) == (SECOND_THERAPIST.id, at(9))


async def test_the_nearest_of_any_doctor(chat: Chat, world: World, anna: Person) -> None:
    await chat.go("Назад", "⚡", "Да, перенести")
    (visit,) = await standing(world, anna)
    assert (visit.doctor_id, visit.start) == (THERAPIST.id, at(9, 20)), (
        "another doctor at the very same time is no move"
    )


async def test_its_own_time_is_no_choice_but_with_another_doctor_by_name(chat: Chat, world: World) -> None:
    await chat.go("Назад", "Любой врач", "24")
    assert chat.step == "time"
    assert "09:00" not in chat.labels
    assert "09:20" in chat.labels
    await chat.go("Назад", "Назад", "Громов", "24")
    assert "09:00" in chat.labels


async def test_a_day_that_has_its_own_time_alone_is_no_choice(chat: Chat, world: World) -> None:
    """Of the other doctor that minute is the last one left on the day."""
    for doctor in (THERAPIST, SECOND_THERAPIST):
        for slot in await world.registry.slots("c1", THERAPIST.service_id, age=36, doctor_id=doctor.id):
            if slot.start.day == 24 and (doctor is THERAPIST or slot.start != at(9)):
                rival = await world.account()
                await world.holds.take(slot, rival, (await world.draft(rival)).id)
    await chat.go("Назад", "Любой врач")
    assert chat.step == "day"
    assert "24" not in chat.labels
    assert "25" in chat.labels


async def test_left_as_it_was(chat: Chat, world: World, anna: Person, old: Visit) -> None:
    await chat.go(*TO_CONFIRM, "Оставить как было")
    assert chat.reply.over
    assert chat.text.startswith(KEPT)
    assert old.number in chat.text
    assert [each.id for each in await standing(world, anna)] == [old.id]
    assert await world.drafts.get(chat.reply.draft.id) is None
    assert await world.holds.until(chat.reply.draft.id, (await world.slot(THERAPIST, 9, 20, 25)).id) is None


async def test_back_frees_the_time_at_once(chat: Chat, world: World) -> None:
    await chat.go(*TO_CONFIRM)
    slot = await world.slot(THERAPIST, 9, 20, 25)
    assert await world.holds.until(chat.reply.draft.id, slot.id) is not None
    await chat.press("Назад")
    assert chat.step == "time"
    assert await world.holds.until(chat.reply.draft.id, slot.id) is None


async def test_a_press_after_the_end_shows_the_ticket_again(chat: Chat) -> None:
    await chat.go(*TO_CONFIRM)
    yes = chat.yes
    await chat.press("Да, перенести")
    made = chat.text
    assert made.startswith("✅ Запись перенесена. Было: ")
    await chat.send(yes)
    assert chat.text == made, "a press that a crash has cut short comes again: this tells of the move, or nothing does"
    assert (chat.reply.over, chat.reply.stale) == (True, False)


async def test_a_teenagers_visit_is_moved_by_who_has_booked_it(world: World, account: Account) -> None:
    teenager = await world.person(account, somebody(2, TEENAGER), Relation.CHILD, Basis.DESK)
    chat = Chat(world, account, await booked(world, account, teenager))
    await chat.begin()
    await chat.go(*TO_CONFIRM, "Да, перенести")
    assert chat.reply.over
    assert [each.start for each in await standing(world, teenager)] == [at(9, 20, 25)]


async def test_typing_is_not_an_answer(chat: Chat) -> None:
    chat.now = await chat.wizard.receive(chat.account, T, Typed("завтра"))
    assert "Нажмите одну из кнопок" in chat.text
    assert chat.step == "day"


# --- times that cannot be had -----------------------------------------------------------------------


async def test_a_hold_that_ran_out_is_taken_again(chat: Chat, world: World) -> None:
    await chat.go(*TO_CONFIRM)
    world.clock.advance(minutes=6)
    await chat.press("Да, перенести")
    assert chat.step == "confirm"
    assert formatted(refusals.hold_renewed(T)).text in chat.text
    await chat.press("Попробовать ещё раз")
    assert chat.reply.over


async def test_a_new_time_that_is_held_no_more_can_be_had(chat: Chat, world: World, anna: Person) -> None:
    await chat.go(*TO_CONFIRM)
    for confirms in ("Да, перенести", "Попробовать ещё раз"):
        world.clock.advance(minutes=5)
        await chat.press(confirms)
        assert chat.step == "confirm"
    world.clock.advance(minutes=5)
    await chat.go("Назад", "Назад", "09:20")
    assert "больше не держим. Записаться на него всё же можно" in chat.text
    await chat.press("Да, перенести")
    assert chat.reply.over
    assert [each.start for each in await standing(world, anna)] == [at(9, 20, 25)]


async def test_a_hold_that_was_lost_leads_to_the_other_times(
    chat: Chat, world: World, anna: Person, old: Visit
) -> None:
    await chat.go(*TO_CONFIRM)
    world.clock.advance(minutes=6)
    rival = await world.account()
    await world.holds.take(await world.slot(THERAPIST, 9, 20, 25), rival, (await world.draft(rival)).id)
    await chat.press("Да, перенести")
    assert chat.step == "time"
    assert formatted(refusals.hold_lost(T)).text in chat.text
    assert "Перенос. Сейчас: завтра" in chat.text
    assert [each.id for each in await standing(world, anna)] == [old.id]


async def test_a_time_that_somebody_gets_meanwhile(chat: Chat, world: World, anna: Person) -> None:
    await chat.go(*TO_CONFIRM)
    await others_at(world, THERAPIST, 9, 20, 25)
    await chat.press("Да, перенести")
    assert chat.step == "time"
    assert "09:20" not in chat.labels
    await chat.go("09:40", "Да, перенести")
    assert [each.start for each in await standing(world, anna)] == [at(9, 40, 25)]


async def test_without_any_free_time_the_old_one_remains(
    world: World, account: Account, old: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def none(*_: Any, **__: Any) -> list[Any]:
        return []

    for name in ("days", "slots", "doctors"):
        monkeypatch.setattr(world.times, name, none)
    chat = Chat(world, account, old)
    await chat.begin()
    assert chat.reply.over
    assert chat.text.startswith("⚠️ Сейчас нет номерков: Терапевт")
    assert KEPT in chat.text
    assert old.number in chat.text
    assert await world.drafts.open_of(account.id, moving.KIND) is None


async def test_a_doctor_without_free_times_leads_to_the_others(
    world: World, account: Account, old: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = world.times.days

    async def of_the_second(*args: Any, **named: Any) -> Any:
        return [] if args[-1] == THERAPIST.id else await real(*args, **named)

    monkeypatch.setattr(world.times, "days", of_the_second)
    chat = Chat(world, account, old)
    await chat.begin()
    assert chat.step == "doctor"
    assert "Сейчас нет номерков: Ветров Иван Петрович" in chat.text
    await chat.go("Громов", "25", "09:00", "Да, перенести")
    assert chat.reply.over


# --- refusals: a sentence, the next sensible screen, and which booking stands ---------------------------


def sentence(reason: Refusal | Denial) -> str:
    return formatted(refusals.move_refusal(T, reason, CLINIC)).text


@pytest.mark.parametrize("reason", NEXT_SCREENS, ids=str)
async def test_each_refusal_has_its_sentence_and_its_next_screen(
    chat: Chat, world: World, reason: Refusal | Denial, old: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    await chat.go(*TO_CONFIRM)
    draft_id = chat.reply.draft.id

    async def declined(_request: Any) -> Declined:
        return Declined(reason)

    monkeypatch.setattr(world.booking, "book", declined)
    await chat.press("Да, перенести")
    assert chat.text.startswith(sentence(reason))
    assert (KEPT in chat.text) is (reason is not Refusal.OLD_VISIT_OVER)
    assert "🏠 Главное меню" in chat.labels
    if NEXT_SCREENS[reason] == "card":
        assert chat.reply.over
        assert old.number in chat.text
    else:
        assert chat.step == NEXT_SCREENS[reason]
        assert not chat.reply.over
    held = await world.holds.until(draft_id, (await world.slot(THERAPIST, 9, 20, 25)).id)
    assert (held is not None) is (NEXT_SCREENS[reason] == "confirm"), "a time that is not confirmed is let go"


@moves_in_one_call
async def test_a_registry_that_is_down_and_up_again(chat: Chat, world: World, anna: Person) -> None:
    await chat.go(*TO_CONFIRM)
    world.registry.answers = [Refused(Refusal.UNAVAILABLE)]
    await chat.press("Да, перенести")
    assert "на новое время Вы не записаны" in chat.text
    assert KEPT in chat.text
    await chat.press("Попробовать ещё раз")
    if not chat.reply.over:
        await chat.press("Отменить прежнюю и записать")
    assert [each.start for each in await standing(world, anna)] == [at(9, 20, 25)]


@pytest.mark.parametrize("became", ["cancelled", "moved", "passed"])
async def test_a_visit_that_is_over_meanwhile_is_shown_as_it_is(
    chat: Chat, world: World, old: Visit, became: str
) -> None:
    await chat.go(*TO_CONFIRM)
    if became == "cancelled":
        await world.admin.cancel_visit(old.id)
    elif became == "moved":
        await world.admin.move_visit(old.id, (await world.slot(THERAPIST, 11)).id)
    else:
        world.clock.set(old.start)
    await chat.look()
    assert chat.reply.over
    said = {
        "cancelled": CancelRefusal.ALREADY_CANCELLED,
        "moved": CancelRefusal.MOVED,
        "passed": CancelRefusal.TIME_PASSED,
    }
    assert chat.text.startswith(formatted(refusals.kept(T, said[became])).text)
    assert KEPT not in chat.text
    if became == "moved":
        assert chat.labels[0] == "🎫 Новая запись"


async def test_pressed_after_the_clinic_has_moved_it(chat: Chat, world: World, anna: Person, old: Visit) -> None:
    await chat.go(*TO_CONFIRM)
    await world.admin.move_visit(old.id, (await world.slot(THERAPIST, 11)).id)
    await chat.press("Да, перенести")
    assert chat.reply.over
    assert chat.text.startswith(sentence(Refusal.OLD_VISIT_OVER))
    assert KEPT not in chat.text
    assert [each.start for each in await standing(world, anna)] == [at(11)]


# --- silence --------------------------------------------------------------------------------------


async def test_silence_is_checked_and_its_answer_is_shown(chat: Chat, world: World, anna: Person) -> None:
    await chat.go(*TO_CONFIRM)
    world.registry.answers = [Lost()]
    await chat.press("Да, перенести")
    assert chat.step == "checking"
    assert "Проверяем, перенесена ли запись" in chat.text
    assert "Одна из двух записей в силе" in chat.text
    assert "⬅️ Назад" not in chat.labels
    again = chat.yes
    await chat.press("Проверить сейчас")
    assert "Ответа из электронной регистратуры пока нет" in chat.text
    world.clock.advance(minutes=1)
    await world.booking.recover()
    await chat.send(again)
    assert chat.reply.over
    assert chat.text.startswith("✅ Запись перенесена. Было: ")
    assert [each.start for each in await standing(world, anna)] == [at(9, 20, 25)]


async def test_silence_for_good_leads_back_to_the_card(chat: Chat, world: World, anna: Person, old: Visit) -> None:
    await chat.go(*TO_CONFIRM)
    world.registry.answers = [Unknown()]
    await chat.press("Да, перенести")
    for _ in range(20):
        world.clock.advance(seconds=15)
        await world.booking.recover()
    await chat.press("Проверить сейчас")
    assert chat.step == "confirm"
    assert sentence(Refusal.UNAVAILABLE) in chat.text
    assert KEPT in chat.text
    assert [each.id for each in await standing(world, anna)] == [old.id]
    await chat.press("Попробовать ещё раз")
    assert chat.reply.over


# --- a registry that takes no second visit to the specialist ---------------------------------------------


@takes_no_second
async def test_giving_the_old_one_up_is_asked_for(chat: Chat, world: World, anna: Person, old: Visit) -> None:
    await chat.go(*TO_CONFIRM, "Да, перенести")
    assert chat.step == "giveup"
    assert chat.text.startswith("Отменить прежнюю запись?")
    assert WAS in chat.text
    assert "Будет: ср 25 ноября, 09:20" in chat.text
    assert chat.labels == ["Отменить прежнюю и записать", "Оставить как было", "⬅️ Назад", "🏠 Главное меню"]
    assert [each.id for each in await standing(world, anna)] == [old.id]
    await chat.press("Отменить прежнюю и записать")
    assert chat.reply.over
    assert chat.text.startswith(f"✅ Запись перенесена. {WAS}.")
    assert [each.start for each in await standing(world, anna)] == [at(9, 20, 25)]


@takes_no_second
async def test_or_left_as_it_was(chat: Chat, world: World, anna: Person, old: Visit) -> None:
    await chat.go(*TO_CONFIRM, "Да, перенести", "Оставить как было")
    assert chat.reply.over
    assert chat.text.startswith(KEPT)
    assert [each.id for each in await standing(world, anna)] == [old.id]
    assert world.registry.asked["cancel"] == 0


@takes_no_second
async def test_back_from_the_question_and_to_another_time(chat: Chat, world: World, anna: Person) -> None:
    await chat.go(*TO_CONFIRM, "Да, перенести", "Назад")
    assert chat.step == "confirm"
    await chat.press("Назад")
    assert chat.step == "time"
    await chat.go("09:40", "Да, перенести", "Отменить прежнюю и записать")
    assert [each.start for each in await standing(world, anna)] == [at(9, 40, 25)]


@takes_no_second
async def test_a_new_time_that_slips_away_costs_the_old_one(chat: Chat, world: World, anna: Person) -> None:
    await chat.go(*TO_CONFIRM, "Да, перенести")
    world.registry.answers = [Refused(Refusal.TIME_BUSY)]
    await chat.press("Отменить прежнюю и записать")
    assert chat.step == "time"
    assert chat.text.startswith(sentence(Refusal.TIME_BUSY))
    assert GONE in chat.text
    assert "Перенос. Сейчас" not in chat.text, "there is nothing to move any more"
    await chat.press("09:40")
    assert chat.step == "confirm"
    assert "Было:" not in chat.text
    assert chat.labels == ["✅ Да, подтверждаю", "⬅️ Назад", "🏠 Главное меню"]
    await chat.press("Да, подтверждаю")
    assert chat.reply.over
    assert [each.start for each in await standing(world, anna)] == [at(9, 40, 25)]


@takes_no_second
async def test_down_after_the_old_one_has_gone(chat: Chat, world: World, anna: Person) -> None:
    await chat.go(*TO_CONFIRM, "Да, перенести")
    world.registry.answers = [Refused(Refusal.UNAVAILABLE)]
    await chat.press("Отменить прежнюю и записать")
    assert chat.step == "confirm"
    assert chat.text.startswith(sentence(Refusal.UNAVAILABLE))
    assert GONE in chat.text
    assert KEPT not in chat.text
    world.clock.advance(minutes=2)
    waiting = {each.notification.kind for each in await world.outbox.claim(9)}
    assert VisitNews.MOVE_FAILED not in waiting, "the screen has said it"
    await chat.press("Попробовать ещё раз")
    assert [each.start for each in await standing(world, anna)] == [at(9, 20, 25)]


@takes_no_second
async def test_an_old_one_that_does_not_go(chat: Chat, world: World, anna: Person, old: Visit) -> None:
    await chat.go(*TO_CONFIRM, "Да, перенести")
    world.registry.cancel_answers = [NotCancelled(CancelRefusal.UNAVAILABLE)]
    await chat.press("Отменить прежнюю и записать")
    assert chat.step == "confirm"
    assert chat.text.startswith(sentence(Refusal.UNAVAILABLE))
    assert KEPT in chat.text
    assert [each.id for each in await standing(world, anna)] == [old.id]


@takes_no_second
async def test_the_question_after_a_crash(
    chat: Chat, world: World, anna: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is pressed on it then, nothing is said to be as it was before that is known."""
    await chat.go(*TO_CONFIRM, "Да, перенести")
    yes = chat.yes
    world.registry.cancel_answers = [Lost()]
    await chat.press("Отменить прежнюю и записать")
    assert chat.step == "checking"
    assert "Одна из двух записей" not in chat.text, "for a while there may be none"
    assert isinstance(await world.booking.outcome(chat.reply.draft.id), Checking)
    for arg in ("no", "yes", None):
        draft = await world.drafts.get(chat.reply.draft.id)
        assert draft is not None
        left = await world.drafts.save(replace(draft, step="giveup"))  # what a crash before the next screen leaves
        assert left is not None
        if arg is None:
            await chat.look()
        else:
            await chat.send(WizardPress(draft=left.id, step="giveup", version=left.version, verb=yes.verb, arg=arg))
        assert chat.step == "checking", chat.text
    world.clock.advance(minutes=1)
    await world.booking.recover()
    assert [each.start for each in await standing(world, anna)] == [at(9, 20, 25)]


@takes_no_second
async def test_silence_for_good_after_the_old_one_has_gone(chat: Chat, world: World, anna: Person) -> None:
    await chat.go(*TO_CONFIRM, "Да, перенести")
    world.registry.answers = [Unknown()] * 5
    await chat.press("Отменить прежнюю и записать")
    for _ in range(24):
        world.clock.advance(seconds=15)
        await world.booking.recover()
    await chat.press("Проверить сейчас")
    assert chat.step == "confirm"
    assert GONE in chat.text
    await chat.press("Попробовать ещё раз")
    assert [each.start for each in await standing(world, anna)] == [at(9, 20, 25)]


@takes_no_second
async def test_another_visit_in_the_way_is_told_and_nothing_is_given_up(
    chat: Chat, world: World, account: Account, anna: Person, old: Visit
) -> None:
    await booked(world, account, anna, SURGEON, 9, 20, 25)
    await chat.go(*TO_CONFIRM, "Да, перенести")
    assert chat.step == "time"
    assert chat.text.startswith(sentence(Refusal.SAME_TIME))
    assert KEPT in chat.text
    assert old.id in {each.id for each in await standing(world, anna)}


async def test_what_cancel_says_in_the_middle(chat: Chat) -> None:
    assert moving.stopped(T, chat.reply.draft) == view.stopped(T, given_up=False)
    assert KEPT in view.stopped(T, given_up=False)
    given_up = replace(chat.reply.draft, marks={**chat.reply.draft.marks, "given_up": True})
    assert moving.stopped(T, given_up) == view.stopped(T, given_up=True)
    assert moving.stopped(T, replace(chat.reply.draft, kind="booking")) is None


# --- what is told by itself -------------------------------------------------------------------------


async def noticed(world: World, account: Account, kind: str, visit: Visit) -> str | None:
    """What such a notification about the visit says now; None where it is not sent."""
    note = Notification("n1", account.id, kind, visit.id, world.clock.now())
    notice = await world.house.notices.render(account, note, T)
    return formatted(notice.text).text if isinstance(notice, Screen) else None


async def test_a_failed_move_is_told_as_things_are_by_then(
    world: World, account: Account, anna: Person, old: Visit
) -> None:
    failed = VisitNews.MOVE_FAILED
    assert (await noticed(world, account, failed, old) or "").startswith(f"⚠️ Перенести запись не получилось. {KEPT}.")
    request = replace(await world.request(account, anna, await world.slot(THERAPIST, 10)), moves=old)
    new = await world.booking.book(request)
    assert isinstance(new, Made)
    assert await noticed(world, account, failed, old) is None, "moved after all: that is told of by itself"
    await world.cancelling.cancel(account, new.visit.id)
    assert NONE_STANDS in (await noticed(world, account, failed, new.visit) or "")


async def test_a_failed_cancelling_is_told_as_things_are_by_then(
    world: World, account: Account, anna: Person, old: Visit
) -> None:
    failed = VisitNews.CANCEL_FAILED
    said = await noticed(world, account, failed, old) or ""
    assert said.startswith("⚠️ Отменить запись не получилось. Электронная регистратура не отвечает")
    assert "запись пока действует" in said
    surgeon = await booked(world, account, anna, SURGEON, 11)
    await world.admin.cancel_visit(surgeon.id)
    assert (await noticed(world, account, failed, surgeon) or "").startswith("Эта запись уже отменена.")
    await world.cancelling.cancel(account, old.id)
    assert await noticed(world, account, failed, old) is None, "cancelled after all: that is told of by itself"


async def test_who_has_cancelled_it_is_not_asked_who_it_was(
    world: World, account: Account, anna: Person, old: Visit
) -> None:
    spouse = await world.account()
    await world.person(spouse, anna.identity, Relation.SPOUSE, Basis.CONSENT)
    await world.cancelling.cancel(account, old.id)
    mine = await noticed(world, account, VisitNews.VISIT_CANCELLED, old) or ""
    theirs = await noticed(world, spouse, VisitNews.VISIT_CANCELLED, old) or ""
    assert mine.startswith("🎫 Запись отменена заявителем")
    assert theirs.startswith("Запись отменена. Если отменили не Вы")
    assert "🎫 Запись отменена заявителем" in theirs

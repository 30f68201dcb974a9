"""The booking wizard over real services: from the region to the ticket, and on from every refusal."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.fsm import booking
from bot.fsm.booking import NEXT_SCREENS, first_answers
from bot.fsm.wizard import Reply, SharedLocation, Typed
from bot.keyboards.buttons.wizard import WizardOpen, WizardPress
from bot.views import booking as booking_view
from bot.views import refusals
from bot.views import times as times_view
from bot.views.prompts import Prompt
from services.accounts.model import Account, Basis, Person, Relation
from services.booking.model import Declined, Made
from services.errors import Denial
from services.registry.model import AgeGroup, Policy, PolicyKind, Refusal, Refused, Sex, Unknown
from services.registry.ports.errors import RegistryUnavailable
from services.texts.i18n import texts
from tests.bot.wizards import pressed
from tests.support.telegram_limits import formatted
from tests.support.world import ADULT, CHILD, CHILDREN, CLINIC, SURGEON, Lost, World, at, somebody

T = texts("ru")
ANNA = somebody(1, ADULT)
GO_ON = T.label("Go on with this clinic")
OTHER = somebody(7, ADULT, "Кузнецова")


class Chat:
    """Presses what is on the screen, as a person does."""

    def __init__(self, world: World, account: Account) -> None:
        self.world, self.account = world, account
        self.wizard = world.house.wizard(booking.KIND)
        self.now: Reply | None = None

    @property
    def reply(self) -> Reply:
        assert self.now is not None
        return self.now

    @property
    def step(self) -> str:
        return self.reply.draft.step

    @property
    def text(self) -> str:
        assert self.reply.screen is not None
        return formatted(self.reply.screen.text).text

    @property
    def labels(self) -> list[str]:
        assert self.reply.screen is not None
        return [each.text for row in self.reply.screen.markup.inline_keyboard for each in row]

    async def begin(self) -> None:
        self.account = await self.world.accounts.by_telegram(self.account.telegram_id) or self.account
        known = await first_answers(self.world.persons, self.world.directory, self.account)
        self.now = await self.wizard.start(self.account, T, known)

    async def press(self, label: str) -> None:
        assert self.reply.screen is not None
        buttons = [each for row in self.reply.screen.markup.inline_keyboard for each in row]
        found = next((each for each in buttons if label in each.text), None)
        assert found is not None, f"no «{label}» among {self.labels}\n{self.text}"
        data = found.callback_data or ""
        if data == WizardOpen(kind=self.wizard.kind, anew=False).pack():
            self.now = await self.wizard.resume(self.account, T)
        else:
            await self.send(WizardPress.unpack(data))

    async def send(self, data: WizardPress) -> None:
        self.account = await self.world.accounts.by_telegram(self.account.telegram_id) or self.account
        self.now = await pressed(self.wizard, self.world.drafts, self.account, T, data, 1)

    async def write(self, text: str) -> None:
        self.now = await self.wizard.receive(self.account, T, Typed(text))

    async def go(self, *labels: str) -> None:
        for label in labels:
            await self.press(label)


TO_CONFIRM = ("Анна", "Поликлиника № 1", "Хирург", "Любой врач", "24", "09:00")


@pytest.fixture
async def account(world: World) -> Account:
    return await world.account()


@pytest.fixture
async def anna(world: World, account: Account) -> Person:
    return await world.person(account, ANNA)


@pytest.fixture
async def chat(world: World, account: Account, anna: Person) -> Chat:
    """Anna, attached to the first clinic, has opened the wizard."""
    chat = Chat(world, account)
    await chat.begin()
    return chat


# --- the straight way -----------------------------------------------------------------------------


async def test_six_choices_and_a_confirmation_lead_to_the_ticket(chat: Chat, world: World, anna: Person) -> None:
    assert chat.step == "person", "the region comes from the person's clinic"
    assert "Московская область" in chat.text
    await chat.go(*TO_CONFIRM)
    assert chat.step == "confirm"
    assert "завтра, вт 24 ноября, 09:00" in chat.text
    assert "09:05" in chat.text, "the hold is shown until when"
    await chat.press("Да, подтверждаю")
    assert chat.reply.over
    assert chat.text.startswith("🎫 Запись подтверждена")
    (visit,) = await world.registry.visits([anna.patient_id])
    assert visit.number in chat.text


async def test_the_nearest_time_is_offered_on_the_way(chat: Chat) -> None:
    await chat.go("Анна", "Поликлиника № 1", "Хирург", "⚡")
    assert chat.step == "confirm"
    assert "завтра, вт 24 ноября, 09:00" in chat.text


async def test_a_press_after_the_end_shows_the_ticket_again(chat: Chat) -> None:
    await chat.go(*TO_CONFIRM)
    assert chat.reply.screen is not None
    yes = WizardPress.unpack(chat.reply.screen.markup.inline_keyboard[0][0].callback_data or "")
    await chat.press("Да, подтверждаю")
    ticket = chat.text
    await chat.send(yes)
    assert chat.text == ticket
    assert (chat.reply.over, chat.reply.stale) == (True, False)


async def test_cancel_and_back_free_the_time_at_once(chat: Chat, world: World) -> None:
    for way_out in ("Отменить", "Назад"):
        await chat.begin()
        await chat.go(*TO_CONFIRM)
        slot_id = chat.reply.draft.answers["time"].split(" ")[0]
        assert await world.holds.until(chat.reply.draft.id, slot_id) is not None
        await chat.press(way_out)
        assert chat.step == "time"
        assert "09:00" in chat.labels
        assert await world.holds.until(chat.reply.draft.id, slot_id) is None


async def test_every_step_can_be_gone_back_through(chat: Chat) -> None:
    await chat.go(*TO_CONFIRM)
    way = [chat.step]
    while "⬅️ Назад" in chat.labels:
        await chat.press("Назад")
        way.append(chat.step)
    assert way == ["confirm", "time", "day", "doctor", "service", "clinic", "person", "region"]


# --- holds ----------------------------------------------------------------------------------------


async def test_a_hold_that_ran_out_is_taken_again(chat: Chat, world: World) -> None:
    await chat.go(*TO_CONFIRM)
    world.clock.advance(minutes=6)
    await chat.press("Да, подтверждаю")
    assert chat.step == "confirm"
    assert formatted(refusals.hold_renewed(T)).text in chat.text
    assert "09:11" in chat.text
    await chat.press("Попробовать ещё раз")
    assert chat.reply.over


async def test_a_hold_that_ran_out_and_was_lost(
    chat: Chat,
    world: World,
) -> None:
    await chat.go(*TO_CONFIRM)
    world.clock.advance(minutes=6)
    rival = await world.account()
    await world.holds.take(await world.slot(doctor=SURGEON), rival, (await world.draft(rival)).id)
    await chat.press("Да, подтверждаю")
    assert chat.step == "time"
    assert formatted(refusals.hold_lost(T)).text in chat.text
    assert "09:00" not in chat.labels
    assert "09:20" in chat.labels


async def held_for_fifteen_minutes(chat: Chat, world: World) -> None:
    """At the confirmation of a time that may be held no more."""
    await chat.go(*TO_CONFIRM)
    for confirms in ("Да, подтверждаю", "Попробовать ещё раз"):
        world.clock.advance(minutes=5)
        await chat.press(confirms)
        assert formatted(refusals.hold_renewed(T)).text in chat.text
    world.clock.advance(minutes=5)


async def test_a_time_that_is_held_no_more_can_be_booked(chat: Chat, world: World) -> None:
    # STEP 1. Fifteen minutes are over: said when it is chosen again, and no moment is promised.
    await held_for_fifteen_minutes(chat, world)
    await chat.go("Назад", "Отменить")
    assert "09:00" in chat.labels
    await chat.press("09:00")
    assert chat.step == "confirm"
    assert "больше не держим. Записаться на него всё же можно" in chat.text
    assert "до 09:" not in chat.text
    assert await world.holds.until(chat.reply.draft.id, (await world.slot(SURGEON)).id) is None

    # STEP 2. One press books it.
    await chat.press("Да, подтверждаю")
    assert chat.reply.over


async def test_the_press_at_the_fifteenth_minute_books_too(chat: Chat, world: World) -> None:
    await held_for_fifteen_minutes(chat, world)
    await chat.press("Попробовать ещё раз")
    assert chat.reply.over


async def test_a_time_that_is_held_no_more_and_that_another_holds(chat: Chat, world: World) -> None:
    await held_for_fifteen_minutes(chat, world)
    rival = await world.account()
    await world.holds.take(await world.slot(doctor=SURGEON), rival, (await world.draft(rival)).id)
    await chat.press("Попробовать ещё раз")
    assert chat.step == "time"
    assert formatted(refusals.hold_lost(T)).text in chat.text


async def test_a_time_taken_by_somebody_else_is_not_offered(chat: Chat, world: World) -> None:
    await chat.go(*TO_CONFIRM[:-1])
    rival = await world.account()
    await world.holds.take(await world.slot(doctor=SURGEON), rival, (await world.draft(rival)).id)
    await chat.press("09:00")
    assert chat.step == "time"
    assert sentence(Refusal.TIME_BUSY) in chat.text
    assert "09:00" not in chat.labels


async def test_a_time_that_has_begun_is_said_so(chat: Chat, world: World) -> None:
    world.clock.set(at(8, 58))
    await chat.begin()
    await chat.go("Анна", "Поликлиника № 1", "Хирург", "⚡")
    world.clock.set(at(9, 1))
    await chat.press("Да, подтверждаю")
    assert chat.step == "time"
    assert sentence(Refusal.TIME_PASSED) in chat.text


# --- refusals: a sentence and the next sensible screen --------------------------------------------


def sentence(reason: Refusal | Denial) -> str:
    return formatted(refusals.refusal(T, reason, CLINIC)).text


@pytest.mark.parametrize("reason", NEXT_SCREENS, ids=str)
async def test_each_refusal_has_its_sentence_and_its_next_screen(
    chat: Chat, world: World, reason: Refusal | Denial, monkeypatch: pytest.MonkeyPatch
) -> None:
    await chat.go(*TO_CONFIRM)
    draft_id = chat.reply.draft.id

    async def declined(_request: Any) -> Declined:
        return Declined(reason)

    monkeypatch.setattr(world.booking, "book", declined)
    await chat.press("Да, подтверждаю")
    assert chat.step == NEXT_SCREENS[reason]
    assert chat.text.startswith(sentence(reason))
    assert not chat.reply.over
    assert "🏠 Главное меню" in chat.labels
    held = await world.holds.until(draft_id, (await world.slot(doctor=SURGEON)).id)
    assert (held is not None) is (NEXT_SCREENS[reason] == "confirm"), "a time that is not confirmed is let go"


async def test_after_a_refusal_the_way_leads_to_a_visit(chat: Chat, world: World) -> None:
    await chat.go(*TO_CONFIRM)
    world.registry.answers = [Refused(Refusal.TIME_BUSY)]
    await chat.press("Да, подтверждаю")
    assert chat.step == "time"
    await chat.go("09:20", "Да, подтверждаю")
    assert chat.reply.over
    assert "09:20" in chat.text


async def test_a_stranger_whom_the_registry_does_not_know_goes_to_the_data(
    account: Account, anna: Person, world: World
) -> None:
    chat = Chat(world, account)
    await chat.begin()
    await type_other(chat)
    world.registry.answers = [Refused(Refusal.PATIENT_NOT_FOUND)]
    await chat.go("Всё верно", "Поликлиника № 1", GO_ON, "Хирург", "⚡", "Да, подтверждаю")
    assert chat.step == "check"
    assert sentence(Refusal.PATIENT_NOT_FOUND) in chat.text
    assert "▶️ Продолжить" in chat.labels
    chat.now = await chat.wizard.resume(chat.account, T)
    assert "Кузнецова" in chat.text


# --- silence --------------------------------------------------------------------------------------


async def test_a_silent_registry_is_asked_no_second_time(chat: Chat, world: World) -> None:
    await chat.go(*TO_CONFIRM)
    world.registry.answers = [Lost()]
    await chat.press("Да, подтверждаю")
    assert chat.step == "checking"
    assert "Да, подтверждаю" not in " ".join(chat.labels)
    await chat.press("🔄")
    assert chat.step == "checking"
    assert formatted(refusals.still_checking(T)).text in chat.text
    assert world.registry.asked["book"] == 1
    world.clock.advance(seconds=30)
    await world.booking.recover()
    await chat.press("🔄")
    assert chat.reply.over
    assert chat.text.startswith("🎫 Запись подтверждена")


async def test_a_booking_that_never_arrived_can_be_tried_again(chat: Chat, world: World) -> None:
    await chat.go(*TO_CONFIRM)
    world.registry.answers = [Unknown()]
    await chat.press("Да, подтверждаю")
    for _ in range(20):
        world.clock.advance(seconds=15)
        await world.booking.recover()
    await chat.press("🔄")
    assert chat.step == "confirm"
    assert sentence(Refusal.UNAVAILABLE) in chat.text
    await chat.press("Попробовать ещё раз")
    assert chat.reply.over


async def test_a_registry_that_falls_silent_after_booking_is_told_of_by_the_outbox(
    chat: Chat, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The visit stands, but its ticket could not be read: the confirmation must still come."""
    await chat.go(*TO_CONFIRM)

    async def silent(*_: object) -> None:
        raise RegistryUnavailable

    monkeypatch.setattr(world.visits, "get", silent)
    await chat.press("Да, подтверждаю")
    world.clock.advance(seconds=30)
    (delivery,) = await world.outbox.claim(10)
    assert delivery.notification.account_id == chat.account.id


@pytest.mark.parametrize("silent", ["services", "doctors", "days", "slots", "slot"])
async def test_a_silence_on_the_way_is_never_no_times(chat: Chat, world: World, silent: str) -> None:
    world.registry.unavailable = {silent}
    for label in TO_CONFIRM:
        await chat.press(label)
        if "🔄" in " ".join(chat.labels):
            break
    assert "🔄" in " ".join(chat.labels)
    assert "номерков" not in chat.text
    world.registry.unavailable = set()
    again = await chat.wizard.resume(chat.account, T)
    assert again is not None
    chat.now = again
    assert "🔄" not in " ".join(chat.labels)


# --- no times -------------------------------------------------------------------------------------


async def test_no_times_is_said_only_where_there_are_none(chat: Chat, world: World) -> None:
    for hour, minute, day in [(9 + n // 3, 20 * (n % 3), d) for n in range(9) for d in (24, 25)]:
        slot = await world.slot(SURGEON, hour, minute, day)
        rival = await world.account()
        await world.holds.take(slot, rival, (await world.draft(rival)).id)
    await chat.go("Анна", "Поликлиника № 1", "Хирург")
    assert chat.step == "full", "what has come of the press stands alone"
    assert formatted(times_view.no_times(T, "Хирург", CLINIC)).text in chat.text
    world.clock.advance(minutes=5)
    await chat.go("Выбрать другого специалиста", "Хирург")
    assert chat.step == "doctor"


async def draft_of_its_own(world: World) -> Any:
    return await world.draft(await world.account())


# --- region, person, clinic -----------------------------------------------------------------------


async def test_a_region_by_typing_and_one_without_clinics(chat: Chat) -> None:
    await chat.press("регион")
    assert chat.step == "region"
    await chat.write("татар")
    await chat.press("Татарстан")
    assert chat.step == "region"
    assert "Республика Татарстан" in chat.text
    assert [each for each in chat.labels if "Московская область" in each], "what there is, is offered"
    await chat.press("Московская область")
    assert chat.step == "person"


async def test_an_unattached_person_is_warned_and_may_go_on_or_back(
    world: World, account: Account, anna: Person
) -> None:
    child = await world.person(account, somebody(2, CHILD), Relation.CHILD)
    assert child.clinic_id == "c1"
    chat = Chat(world, account)
    await chat.begin()
    await chat.press(f"{child.identity.name} ")
    assert {CHILDREN.name.split()[0], CLINIC.name.split()[0]} <= {
        label.partition(" · ")[2].lstrip("⭐ ").split()[0] for label in chat.labels if " · " in label
    }
    await chat.press("Детская")
    assert chat.step == "unattached"
    await chat.press("другую")
    assert chat.step == "clinic"
    await chat.go("Детская", GO_ON, "Педиатр", "⚡")
    assert chat.step == "confirm"
    assert "Детская поликлиника № 2" in chat.text


async def test_an_adult_is_not_shown_childrens_clinics(chat: Chat) -> None:
    await chat.press("Анна")
    assert CHILDREN.age_group is AgeGroup.CHILD
    assert "Детская" not in " ".join(chat.labels)
    assert any(label.startswith("1 · ⭐") for label in chat.labels), "the clinic of attachment comes first"


async def test_clinics_by_typing_and_by_location(chat: Chat) -> None:
    await chat.press("Анна")
    await chat.write("мира")
    assert "«мира»" in chat.text
    await chat.write("марсианская")
    assert formatted(booking_view.clinic_not_found(T, "марсианская")).text in chat.text
    await chat.press("📍")
    assert chat.reply.prompt is Prompt.LOCATION
    chat.now = await chat.wizard.receive(chat.account, T, SharedLocation(55.91, 37.73))
    assert any(label.endswith("· 10 м") for label in chat.labels)
    assert chat.reply.prompt is None
    await chat.press("Все поликлиники")
    assert not any(label.endswith("· 10 м") for label in chat.labels)


async def type_other(chat: Chat, *, policy: str | None = None) -> None:
    await chat.press("➕")
    for answer in (OTHER.surname, OTHER.name, OTHER.patronymic or "", f"{OTHER.birth_date:%d.%m.%Y}"):
        await chat.write(answer)
    await chat.press("Женский")
    if policy is None:
        await chat.write(OTHER.policy.number)
    else:
        await chat.press(policy)
    await chat.press("Пропустить")
    assert chat.step == "check", chat.text


async def test_another_citizen_by_seven_fields(world: World, account: Account, anna: Person) -> None:
    chat = Chat(world, account)
    await chat.begin()
    await type_other(chat)
    assert OTHER.sex is Sex.FEMALE
    await chat.go("Всё верно", "Поликлиника № 1", GO_ON, "Хирург", "⚡", "Да, подтверждаю")
    assert chat.reply.over, chat.text
    assert "Кузнецова" in chat.text
    family = await world.persons.family(account)
    assert [each.relation for each in family] == [Relation.OWN, Relation.OTHER]
    assert family[1].bases == ((Basis.DECLARED, None),)


async def test_a_field_of_another_citizen_can_be_corrected(world: World, account: Account, anna: Person) -> None:
    chat = Chat(world, account)
    await chat.begin()
    await type_other(chat)
    await chat.go("✏️ Исправить", "✏️ Фамилия")
    assert chat.step == "surname"
    await chat.write("Новикова")
    assert chat.step == "check"
    assert "Новикова" in chat.text
    assert "Кузнецова" not in chat.text


async def test_without_a_policy_the_clinics_phone_is_shown(world: World, account: Account, anna: Person) -> None:
    chat = Chat(world, account)
    await chat.begin()
    await type_other(chat, policy="Полиса нет")
    await chat.go("Всё верно", "Поликлиника № 1")
    assert chat.step == "nopolicy"
    assert CLINIC.phone in chat.text
    await chat.press("✏️")
    assert chat.step == "policy"
    await chat.write(OTHER.policy.number)
    assert chat.step in ("check", "clinic", "unattached", "service"), chat.step


async def test_ones_own_missing_policy_leads_to_the_form(world: World, account: Account) -> None:
    nobody = replace(ANNA, policy=Policy(PolicyKind.NONE), snils=None)
    await world.person(account, nobody, Relation.OWN, Basis.DECLARED, known=False)
    await world.accounts.set_last_region(account, "50")
    chat = Chat(world, account)
    await chat.begin()
    await chat.go("Анна", "Поликлиника № 1")
    assert chat.step == "nopolicy"
    assert "✏️" in " ".join(chat.labels)


async def test_a_booking_draft_lives_a_day(chat: Chat, world: World) -> None:
    assert timedelta(hours=24) == booking.LIFETIME
    await chat.go(*TO_CONFIRM[:3])
    world.clock.advance(hours=23)
    assert await chat.wizard.resume(chat.account, T) is not None
    world.clock.advance(hours=24, seconds=1)
    assert await chat.wizard.resume(chat.account, T) is None


async def test_the_ticket_of_a_booking_is_made_once_by_five_presses(chat: Chat, world: World, anna: Person) -> None:
    await chat.go(*TO_CONFIRM)
    assert chat.reply.screen is not None
    yes = WizardPress.unpack(chat.reply.screen.markup.inline_keyboard[0][0].callback_data or "")
    for _ in range(5):
        await chat.send(yes)
        assert chat.text.startswith("🎫")
    assert world.registry.asked["book"] == 1
    outcome = await world.booking.outcome(chat.reply.draft.id)
    assert isinstance(outcome, Made)

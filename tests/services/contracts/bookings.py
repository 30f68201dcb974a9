"""The contract of `BookingsPort`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from datetime import date

from services.registry.model import (
    AgeGroup,
    Booked,
    BookingAnswer,
    CancelAnswer,
    Cancelled,
    CancelRefusal,
    NotCancelled,
    Refusal,
    Refused,
    Unknown,
    VisitStatus,
)
from tests.services.contracts.world import (
    ANNA,
    OLEG,
    VLADIVOSTOK,
    RegistryWorld,
    a_visit,
    at,
    booked,
    live,
    one_of_many,
)


class BookingsContract:
    """Stories of booking and cancelling."""

    async def test_a_booked_time_is_a_visit_and_no_longer_free(self, world: RegistryWorld) -> None:
        clinic = await world.clinic()
        doctor = await world.doctor(clinic)
        slot_id = await world.free(doctor, at(9, 20))
        patient = await world.patient()
        visit = booked(await world.registry.book("key-1", patient.id, slot_id)).visit
        assert visit.status is VisitStatus.BOOKED
        assert visit.clinic == await world.registry.clinic(clinic)
        assert (visit.patient_id, visit.doctor_id, visit.service_id) == (patient.id, doctor, "110")
        assert (visit.doctor, visit.service, visit.room) == ("Ветров Иван Ильич", "Терапевт", "каб. 12")
        assert (visit.start, visit.end, visit.created_at) == (at(9, 20), at(9, 40), world.clock.now())
        assert visit.number
        assert await world.registry.slot(slot_id) is None
        assert (await world.registry.services(clinic, age=36))[0].free == 0
        assert await world.registry.visit(visit.id) == visit
        assert await world.registry.visits([patient.id]) == [visit]
        assert await world.registry.visit("nothing") is None

    async def test_the_same_key_again_gives_the_same_visit(self, world: RegistryWorld) -> None:
        clinic = await world.clinic()
        doctor = await world.doctor(clinic)
        first, other = await world.free(doctor, at(9)), await world.free(doctor, at(10))
        patient = await world.patient()
        visit = booked(await world.registry.book("key-1", patient.id, first)).visit
        assert booked(await world.registry.book("key-1", patient.id, first)).visit == visit
        assert booked(await world.registry.book("key-1", patient.id, other)).visit == visit
        assert await world.registry.slot(other) is not None
        assert await world.registry.visits([patient.id]) == [visit]

    async def test_what_became_of_a_key(self, world: RegistryWorld) -> None:
        clinic = await world.clinic()
        slot_id = await world.free(await world.doctor(clinic), at(9))
        patient = await world.patient()
        assert await world.registry.find_booking("key-1") is None
        answer = await world.registry.book("key-1", patient.id, slot_id)
        assert await world.registry.find_booking("key-1") == answer
        assert await world.registry.find_booking("key-2") is None

    async def test_an_unknown_patient_is_refused(self, world: RegistryWorld) -> None:
        slot_id = await world.free(await world.doctor(await world.clinic()), at(9))
        assert await world.registry.book("key", "nobody", slot_id) == Refused(Refusal.PATIENT_NOT_FOUND)

    async def test_a_taken_time_is_refused_and_so_is_one_that_never_was(self, world: RegistryWorld) -> None:
        slot_id = await world.free(await world.doctor(await world.clinic()), at(9))
        anna, oleg = await world.patient(ANNA), await world.patient(OLEG)
        booked(await world.registry.book("key-1", anna.id, slot_id))
        assert await world.registry.book("key-2", oleg.id, slot_id) == Refused(Refusal.TIME_BUSY)
        assert await world.registry.book("key-3", oleg.id, "nothing") == Refused(Refusal.TIME_BUSY)
        assert await world.registry.find_booking("key-2") is None

    async def test_a_time_that_has_begun_is_refused(self, world: RegistryWorld) -> None:
        slot_id = await world.free(await world.doctor(await world.clinic()), at(9, 20))
        patient = await world.patient()
        world.clock.set(at(9, 20))
        assert await world.registry.book("key", patient.id, slot_id) == Refused(Refusal.TIME_PASSED)

    async def test_age_is_that_of_the_day_of_the_visit(self, world: RegistryWorld) -> None:
        """Turns 18 on the 25th: still a child's visit on the 24th, an adult's from the 25th."""
        clinic = await world.clinic()
        child_doctor = await world.doctor(clinic, service="Педиатр", age_group=AgeGroup.CHILD)
        adult_doctor = await world.doctor(clinic, age_group=AgeGroup.ADULT)
        patient = await world.patient(replace(ANNA, birth_date=date(2008, 11, 25)))
        other_age = Refused(Refusal.OTHER_AGE)
        book = world.registry.book
        assert await book("1", patient.id, await world.free(adult_doctor, at(9, day=24))) == other_age
        assert await book("2", patient.id, await world.free(child_doctor, at(9, day=25))) == other_age
        booked(await book("3", patient.id, await world.free(child_doctor, at(10, day=24))))
        booked(await book("4", patient.id, await world.free(adult_doctor, at(10, day=25))))

    async def test_the_day_of_the_visit_is_the_clinics(self, world: RegistryWorld) -> None:
        """Turns 18 on the 25th, and it is the 25th in Vladivostok while Moscow still has the 24th."""
        clinic = await world.clinic(tz="Asia/Vladivostok", age_group=AgeGroup.ADULT)
        slot_id = await world.free(await world.doctor(clinic), at(0, 10, day=25, zone=VLADIVOSTOK))
        patient = await world.patient(replace(ANNA, birth_date=date(2008, 11, 25)))
        booked(await world.registry.book("key", patient.id, slot_id))

    async def test_a_childrens_clinic_refuses_an_adult(self, world: RegistryWorld) -> None:
        slot_id = await world.free(await world.doctor(await world.clinic(age_group=AgeGroup.CHILD)), at(9))
        patient = await world.patient()
        assert await world.registry.book("key", patient.id, slot_id) == Refused(Refusal.OTHER_AGE)

    async def test_a_second_visit_to_the_same_specialist_is_refused(self, world: RegistryWorld) -> None:
        here, elsewhere = await world.clinic(), await world.clinic("Поликлиника № 2")
        first = await world.free(await world.doctor(here), at(9))
        second = await world.free(await world.doctor(elsewhere, "Другов"), at(9, day=25))
        patient = await world.patient()
        booked(await world.registry.book("key-1", patient.id, first))
        assert await world.registry.book("key-2", patient.id, second) == Refused(Refusal.SAME_SPECIALIST)
        world.clock.set(at(9, 30))  # the first visit is over: the specialist may be seen again
        booked(await world.registry.book("key-3", patient.id, second))

    async def test_a_visit_that_overlaps_another_is_refused(self, world: RegistryWorld) -> None:
        clinic = await world.clinic()
        therapist, surgeon = await world.doctor(clinic), await world.doctor(clinic, service="Хирург")
        first = await world.free(therapist, at(9), minutes=20)
        overlapping = await world.free(surgeon, at(9, 10), minutes=20)
        next_to_it = await world.free(surgeon, at(9, 30), minutes=20)
        patient = await world.patient()
        booked(await world.registry.book("key-1", patient.id, first))
        assert await world.registry.book("key-2", patient.id, overlapping) == Refused(Refusal.SAME_TIME)
        booked(await world.registry.book("key-3", patient.id, next_to_it))

    # --- cancelling ----------------------------------------------------------------------------

    async def test_a_cancelled_visit_stays_in_the_list_and_its_time_is_free(self, world: RegistryWorld) -> None:
        clinic = await world.clinic()
        slot_id = await world.free(await world.doctor(clinic), at(9))
        patient = await world.patient()
        offered = await world.registry.slot(slot_id)
        visit = booked(await world.registry.book("key", patient.id, slot_id)).visit
        assert await world.registry.cancel(visit.id) == Cancelled()
        cancelled = replace(visit, status=VisitStatus.CANCELLED_BY_PATIENT)
        assert await world.registry.visit(visit.id) == cancelled
        assert await world.registry.visits([patient.id]) == [cancelled]
        assert await world.registry.slot(slot_id) == offered
        assert (await world.registry.services(clinic, age=36))[0].free == 1
        world.clock.set(at(12))
        assert await world.registry.visit(visit.id) == cancelled, "nobody went there"

    async def test_a_cancelled_time_can_be_taken_by_somebody_else(self, world: RegistryWorld) -> None:
        slot_id = await world.free(await world.doctor(await world.clinic()), at(9))
        anna, oleg = await world.patient(ANNA), await world.patient(OLEG)
        visit = booked(await world.registry.book("key-1", anna.id, slot_id)).visit
        await world.registry.cancel(visit.id)
        booked(await world.registry.book("key-2", oleg.id, slot_id))
        assert await world.registry.cancel(visit.id) == NotCancelled(CancelRefusal.ALREADY_CANCELLED)
        assert await world.registry.slot(slot_id) is None, "it is somebody else's now"

    async def test_who_has_cancelled_can_take_the_same_time_again(self, world: RegistryWorld) -> None:
        slot_id = await world.free(await world.doctor(await world.clinic()), at(9))
        patient = await world.patient()
        visit = booked(await world.registry.book("key-1", patient.id, slot_id)).visit
        await world.registry.cancel(visit.id)
        again = booked(await world.registry.book("key-2", patient.id, slot_id)).visit
        assert (again.status, again.slot_id) == (VisitStatus.BOOKED, slot_id)
        assert again.id != visit.id

    async def test_the_key_of_a_cancelled_visit_books_nothing_new(self, world: RegistryWorld) -> None:
        slot_id = await world.free(await world.doctor(await world.clinic()), at(9))
        patient = await world.patient()
        visit = booked(await world.registry.book("key", patient.id, slot_id)).visit
        await world.registry.cancel(visit.id)
        answer = await world.registry.book("key", patient.id, slot_id)
        assert booked(answer).visit == replace(visit, status=VisitStatus.CANCELLED_BY_PATIENT)
        assert await world.registry.find_booking("key") == answer
        assert await world.registry.slot(slot_id) is not None

    async def test_a_visit_is_cancelled_once(self, world: RegistryWorld) -> None:
        visit = await a_visit(world)
        assert await world.registry.cancel(visit.id) == Cancelled()
        assert await world.registry.cancel(visit.id) == NotCancelled(CancelRefusal.ALREADY_CANCELLED)
        world.clock.set(at(12))
        assert await world.registry.cancel(visit.id) == NotCancelled(CancelRefusal.ALREADY_CANCELLED)

    async def test_a_visit_that_has_begun_is_not_cancelled(self, world: RegistryWorld) -> None:
        visit = await a_visit(world)
        for moment in (at(9), at(9, 20)):
            world.clock.set(moment)
            assert await world.registry.cancel(visit.id) == NotCancelled(CancelRefusal.TIME_PASSED)
        found = await world.registry.visit(visit.id)
        assert found is not None
        assert found.status is VisitStatus.FULFILLED

    async def test_a_visit_that_never_was_is_not_cancelled(self, world: RegistryWorld) -> None:
        assert await world.registry.cancel("nothing") == NotCancelled(CancelRefusal.NOT_FOUND)

    # --- races ---------------------------------------------------------------------------------

    async def test_one_visit_cancelled_ten_times_at_once(self, world: RegistryWorld) -> None:
        visit = await a_visit(world)
        answers = await asyncio.gather(*(world.registry.cancel(visit.id) for _ in range(10)))
        assert answers.count(Cancelled()) == 1
        assert answers.count(NotCancelled(CancelRefusal.ALREADY_CANCELLED)) == 9

    async def test_a_time_that_is_cancelled_and_taken_at_once_has_one_visit_at_most(self, world: RegistryWorld) -> None:
        visit = await a_visit(world)
        others = [await world.patient(one_of_many(number)) for number in range(19)]
        cancelled, *answers = await asyncio.gather(
            world.registry.cancel(visit.id),
            *(world.registry.book(f"key-{other.id}", other.id, visit.slot_id) for other in others),
        )
        assert cancelled == Cancelled()
        assert await live(world, [visit.patient_id, *(other.id for other in others)]) == [
            answer.visit for answer in answers if isinstance(answer, Booked)
        ]
        assert sum(isinstance(answer, Booked) for answer in answers) <= 1
        assert (await world.registry.slot(visit.slot_id) is None) == any(isinstance(one, Booked) for one in answers)

    async def test_fifty_people_after_one_time(self, world: RegistryWorld) -> None:
        slot_id = await world.free(await world.doctor(await world.clinic()), at(9))
        patients = [await world.patient(one_of_many(number)) for number in range(50)]
        answers = await asyncio.gather(
            *(world.registry.book(f"key-{patient.id}", patient.id, slot_id) for patient in patients)
        )
        assert sum(isinstance(answer, Booked) for answer in answers) == 1
        assert answers.count(Refused(Refusal.TIME_BUSY)) == 49

    async def test_one_key_ten_times_at_once(self, world: RegistryWorld) -> None:
        slot_id = await world.free(await world.doctor(await world.clinic()), at(9))
        patient = await world.patient()
        answers = await asyncio.gather(*(world.registry.book("key", patient.id, slot_id) for _ in range(10)))
        assert len({booked(answer).visit.id for answer in answers}) == 1
        assert len(await world.registry.visits([patient.id])) == 1

    async def test_one_key_for_two_people_at_once(self, world: RegistryWorld) -> None:
        """A caller's mistake; still one key is one visit."""
        doctor = await world.doctor(await world.clinic())
        anna, oleg = await world.patient(ANNA), await world.patient(OLEG)
        first, second = await world.free(doctor, at(9)), await world.free(doctor, at(10))
        answers = await asyncio.gather(
            world.registry.book("key", anna.id, first), world.registry.book("key", oleg.id, second)
        )
        assert len({booked(answer).visit.id for answer in answers}) == 1

    async def test_one_person_at_two_doctors_of_the_same_hour_at_once(self, world: RegistryWorld) -> None:
        clinic = await world.clinic()
        slots = [
            await world.free(await world.doctor(clinic, service=service), at(9))
            for service in ("Терапевт", "Хирург", "Невролог")
        ]
        patient = await world.patient()
        answers = await asyncio.gather(*(world.registry.book(slot, patient.id, slot) for slot in slots))
        assert sum(isinstance(answer, Booked) for answer in answers) == 1
        assert answers.count(Refused(Refusal.SAME_TIME)) == 2

    async def test_one_person_at_one_specialist_twice_at_once(self, world: RegistryWorld) -> None:
        doctor = await world.doctor(await world.clinic())
        slots = [await world.free(doctor, at(hour)) for hour in (9, 10, 11)]
        patient = await world.patient()
        answers = await asyncio.gather(*(world.registry.book(slot, patient.id, slot) for slot in slots))
        assert sum(isinstance(answer, Booked) for answer in answers) == 1
        assert answers.count(Refused(Refusal.SAME_SPECIALIST)) == 2


class MovingContract:
    """Stories of a registry that moves a visit in one call."""

    async def test_a_registry_that_moves_visits_says_so(self, world: RegistryWorld) -> None:
        assert world.registry.capabilities().moves

    async def test_a_moved_visit_names_its_successor_and_leaves_its_time_free(self, world: RegistryWorld) -> None:
        old = await a_visit(world)
        slot_id = await world.free(old.doctor_id, at(11))
        new = booked(await world.registry.move("key-2", old.id, slot_id)).visit
        assert (new.status, new.slot_id, new.start, new.end) == (VisitStatus.BOOKED, slot_id, at(11), at(11, 20))
        assert (new.patient_id, new.doctor_id, new.moved_to) == (old.patient_id, old.doctor_id, None)
        moved = replace(old, status=VisitStatus.MOVED, moved_to=new.id)
        assert await world.registry.visits([old.patient_id]) == [moved, new]
        assert await world.registry.visit(old.id) == moved
        assert await world.registry.slot(old.slot_id) is not None
        assert await world.registry.slot(slot_id) is None
        world.clock.set(at(12))
        assert await world.registry.visit(old.id) == moved, "nobody went there"

    async def test_a_visit_moves_within_its_specialist_to_a_time_that_overlaps_its_own(
        self, world: RegistryWorld
    ) -> None:
        old = await a_visit(world)
        colleague = await world.doctor(await world.clinic("Поликлиника № 2"), "Другов")
        slot_id = await world.free(colleague, at(9, 10))
        new = booked(await world.registry.move("key-2", old.id, slot_id)).visit
        assert (new.doctor_id, new.service_id, new.start) == (colleague, old.service_id, at(9, 10))

    async def test_a_visit_moves_on_and_back_to_its_first_time(self, world: RegistryWorld) -> None:
        first = await a_visit(world)
        slot_id = await world.free(first.doctor_id, at(11))
        second = booked(await world.registry.move("key-2", first.id, slot_id)).visit
        third = booked(await world.registry.move("key-3", second.id, first.slot_id)).visit
        assert third.slot_id == first.slot_id
        assert await live(world, [first.patient_id]) == [third]
        assert await world.registry.slot(slot_id) is not None

    async def test_a_time_moved_away_from_can_be_taken_by_somebody_else(self, world: RegistryWorld) -> None:
        old = await a_visit(world)
        booked(await world.registry.move("key-2", old.id, await world.free(old.doctor_id, at(11))))
        oleg = await world.patient(OLEG)
        booked(await world.registry.book("key-3", oleg.id, old.slot_id))

    async def test_the_same_key_again_moves_nothing_more(self, world: RegistryWorld) -> None:
        old = await a_visit(world)
        first, other = [await world.free(old.doctor_id, at(hour)) for hour in (11, 12)]
        assert await world.registry.find_booking("key-2") is None
        answer = await world.registry.move("key-2", old.id, first)
        new = booked(answer).visit
        assert await world.registry.move("key-2", old.id, first) == answer
        assert await world.registry.move("key-2", old.id, other) == answer
        assert await world.registry.move("key-2", new.id, other) == answer
        assert await world.registry.find_booking("key-2") == answer
        assert await live(world, [old.patient_id]) == [new]
        assert await world.registry.slot(other) is not None

    async def test_a_refused_move_is_not_known_by_its_key(self, world: RegistryWorld) -> None:
        old = await a_visit(world)
        assert await world.registry.move("key-2", old.id, "nothing") == Refused(Refusal.TIME_BUSY)
        assert await world.registry.find_booking("key-2") is None

    async def test_a_refused_move_leaves_the_visit_and_its_time(self, world: RegistryWorld) -> None:
        old = await a_visit(world)
        oleg = await world.patient(OLEG)
        taken = await world.free(old.doctor_id, at(11))
        booked(await world.registry.book("oleg", oleg.id, taken))
        passed = await world.free(old.doctor_id, at(9, 10, day=23))
        childrens = await world.free(
            await world.doctor(old.clinic.id, service="Педиатр", age_group=AgeGroup.CHILD), at(11)
        )
        surgeon, neurologist = [await world.doctor(old.clinic.id, service=one) for one in ("Хирург", "Невролог")]
        booked(await world.registry.book("surgeon", old.patient_id, await world.free(surgeon, at(14))))
        second_at_surgeon, overlapping = await world.free(surgeon, at(16)), await world.free(neurologist, at(14, 10))
        world.clock.set(at(9, 10, day=23))
        for slot_id, reason in (
            (taken, Refusal.TIME_BUSY),
            ("nothing", Refusal.TIME_BUSY),
            (old.slot_id, Refusal.TIME_BUSY),
            (passed, Refusal.TIME_PASSED),
            (childrens, Refusal.OTHER_AGE),
            (second_at_surgeon, Refusal.SAME_SPECIALIST),
            (overlapping, Refusal.SAME_TIME),
        ):
            assert await world.registry.move(f"to {slot_id}", old.id, slot_id) == Refused(reason)
            assert await world.registry.visit(old.id) == old
            assert await world.registry.slot(old.slot_id) is None

    async def test_a_visit_that_no_longer_stands_is_not_moved(self, world: RegistryWorld) -> None:
        over = Refused(Refusal.OLD_VISIT_OVER)
        cancelled = await a_visit(world)
        await world.registry.cancel(cancelled.id)
        moved = await a_visit(world, "Хирург", 10)
        booked(await world.registry.move("on", moved.id, await world.free(moved.doctor_id, at(13))))
        begun = await a_visit(world, "Невролог", 8)
        slot_id = await world.free(await world.doctor(begun.clinic.id, service="Педиатр"), at(16))
        world.clock.set(at(8))
        for visit_id in (cancelled.id, moved.id, begun.id, "nothing"):
            assert await world.registry.move(f"move {visit_id}", visit_id, slot_id) == over
        assert await world.registry.slot(slot_id) is not None

    async def test_a_visit_that_was_moved_away_is_not_cancelled_and_its_successor_is(
        self, world: RegistryWorld
    ) -> None:
        old = await a_visit(world)
        new = booked(await world.registry.move("key-2", old.id, await world.free(old.doctor_id, at(11)))).visit
        assert await world.registry.cancel(old.id) == NotCancelled(CancelRefusal.MOVED)
        assert await world.registry.cancel(new.id) == Cancelled()
        assert await live(world, [old.patient_id]) == []

    # --- races ---------------------------------------------------------------------------------

    async def test_one_key_moves_ten_times_at_once(self, world: RegistryWorld) -> None:
        old = await a_visit(world)
        slot_id = await world.free(old.doctor_id, at(11))
        answers = await asyncio.gather(*(world.registry.move("key-2", old.id, slot_id) for _ in range(10)))
        assert len({booked(answer).visit.id for answer in answers}) == 1
        assert await live(world, [old.patient_id]) == [booked(answers[0]).visit]

    async def test_one_visit_moves_to_ten_times_at_once(self, world: RegistryWorld) -> None:
        old = await a_visit(world)
        slots = [await world.free(old.doctor_id, at(hour)) for hour in range(10, 20)]
        answers = await asyncio.gather(*(world.registry.move(slot_id, old.id, slot_id) for slot_id in slots))
        (new,) = [answer.visit for answer in answers if isinstance(answer, Booked)]
        assert answers.count(Refused(Refusal.OLD_VISIT_OVER)) == 9
        assert await live(world, [old.patient_id]) == [new]
        free = [slot_id for slot_id in [old.slot_id, *slots] if await world.registry.slot(slot_id) is not None]
        assert set(free) == {old.slot_id, *slots} - {new.slot_id}

    async def test_ten_people_each_want_the_time_of_the_next(self, world: RegistryWorld) -> None:
        """A ring of wishes: nobody waits for ever, nobody loses a visit; and one free time lets some through."""
        doctor = await world.doctor(await world.clinic())
        visits = []
        for number in range(10):
            patient = await world.patient(one_of_many(number))
            slot_id = await world.free(doctor, at(9 + number))
            visits.append(booked(await world.registry.book(slot_id, patient.id, slot_id)).visit)
        spare = await world.free(doctor, at(20))
        wishes = [(visit, after.slot_id) for visit, after in zip(visits, visits[1:] + visits[:1], strict=True)]
        wishes += [(visit, spare) for visit in visits]
        answers = await asyncio.gather(
            *(world.registry.move(f"{visit.id} {slot_id}", visit.id, slot_id) for visit, slot_id in wishes)
        )
        refusals = {answer for answer in answers if not isinstance(answer, Booked)}
        assert refusals <= {Refused(Refusal.TIME_BUSY), Refused(Refusal.OLD_VISIT_OVER)}
        assert any(isinstance(answer, Booked) for answer in answers), "the spare time was free for the first"
        standing = await live(world, [visit.patient_id for visit in visits])
        assert sorted(visit.patient_id for visit in standing) == sorted(visit.patient_id for visit in visits)
        assert len({visit.slot_id for visit in standing}) == 10

    async def test_cancelling_moving_and_booking_at_once(self, world: RegistryWorld) -> None:
        """Four people, four times: each cancels or moves while the others snatch at what that leaves free."""
        doctor = await world.doctor(await world.clinic())
        slots = [await world.free(doctor, at(hour)) for hour in range(9, 14)]
        visits = []
        for number, slot_id in enumerate(slots[:4]):
            patient = await world.patient(one_of_many(number))
            visits.append(booked(await world.registry.book(slot_id, patient.id, slot_id)).visit)
        others = [await world.patient(one_of_many(number)) for number in range(4, 8)]
        acts: list[Awaitable[BookingAnswer | CancelAnswer]] = []
        for number, (visit, other) in enumerate(zip(visits, others, strict=True)):
            acts.append(world.registry.move(f"last {number}", visit.id, slots[4]))
            acts.append(world.registry.book(f"book {number}", other.id, visit.slot_id))
            acts.append(world.registry.cancel(visit.id))
            acts.append(world.registry.move(f"next {number}", visit.id, slots[(number + 1) % 4]))
            acts.append(world.registry.book(f"again {number}", other.id, slots[4]))
        answers = await asyncio.gather(*acts)
        assert not [answer for answer in answers if isinstance(answer, Unknown)]
        assert Refused(Refusal.UNAVAILABLE) not in answers
        cancelled = answers[2::5]
        for visit, answer in zip(visits, cancelled, strict=True):
            standing = await live(world, [visit.patient_id])
            # Whoever was cancelled has none; whoever had moved before that has the new one, and only that.
            assert len(standing) == (0 if answer == Cancelled() else 1)
            assert answer in (Cancelled(), NotCancelled(CancelRefusal.MOVED))
        standing = await live(world, [*(visit.patient_id for visit in visits), *(other.id for other in others)])
        taken = [visit.slot_id for visit in standing]
        assert len(taken) == len(set(taken))
        assert {slot_id for slot_id in slots if await world.registry.slot(slot_id) is None} == set(taken)

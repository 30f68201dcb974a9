"""The contract of `VisitsPort`."""

from __future__ import annotations

from datetime import datetime

from services.registry.model import Cancelled, VisitStatus
from services.registry.ports.visits import VisitFilter
from tests.services.contracts.world import ANNA, OLEG, RegistryWorld, at, booked, one_of_many, some_visits


class VisitsContract:
    """Stories of visits as they are."""

    async def test_visits_of_a_family_in_one_list_past_ones_too(self, world: RegistryWorld) -> None:
        clinic = await world.clinic()
        doctor = await world.doctor(clinic)
        anna, oleg = await world.patient(ANNA), await world.patient(OLEG)
        late = booked(await world.registry.book("1", anna.id, await world.free(doctor, at(12)))).visit
        early = booked(await world.registry.book("2", oleg.id, await world.free(doctor, at(9)))).visit
        assert await world.registry.visits([anna.id, oleg.id]) == [early, late]
        assert await world.registry.visits([anna.id]) == [late]
        assert await world.registry.visits([]) == []
        world.clock.set(at(9, 20))
        statuses = [visit.status for visit in await world.registry.visits([anna.id, oleg.id])]
        assert statuses == [VisitStatus.FULFILLED, VisitStatus.BOOKED]
        again = await world.registry.find_booking("2")
        assert booked(again).visit.status is VisitStatus.FULFILLED

    async def test_visits_since_a_moment_leave_out_those_that_began_before_it(self, world: RegistryWorld) -> None:
        clinic, patient = await world.clinic(), await world.patient()
        visits = []
        for hour, service in ((9, "Терапевт"), (10, "Хирург"), (11, "Невролог")):
            slot_id = await world.free(await world.doctor(clinic, service=service), at(hour))
            visits.append(booked(await world.registry.book(service, patient.id, slot_id)).visit)
        since = world.registry.visits
        assert await since([patient.id], VisitFilter(since=at(10))) == visits[1:], "the moment itself counts"
        assert await since([patient.id], VisitFilter(since=at(10, 1))) == visits[2:]
        assert await since([patient.id], VisitFilter(since=at(12))) == []
        assert await since([patient.id]) == visits

    async def test_visits_come_a_page_at_a_time_from_either_end(self, world: RegistryWorld) -> None:
        anna, visits = await some_visits(world)
        ask = world.registry.visits
        assert await ask([anna], limit=2) == visits[:2]
        assert await ask([anna], limit=2, offset=2) == visits[2:4]
        assert await ask([anna], offset=3) == visits[3:], "all that are left"
        assert await ask([anna], limit=2, offset=9) == []
        assert await ask([anna], latest_first=True) == visits[::-1]
        assert await ask([anna], latest_first=True, limit=2, offset=1) == visits[::-1][1:3]
        assert await ask([anna], limit=0) == []

    async def test_pages_of_visits_that_start_at_once_have_each_of_them_once(self, world: RegistryWorld) -> None:
        doctors = [await world.doctor(await world.clinic(), f"Ветров {number}") for number in range(5)]
        people = [(await world.patient(one_of_many(number))).id for number in range(5)]
        for doctor, patient in zip(doctors, people, strict=True):
            booked(await world.registry.book(patient, patient, await world.free(doctor, at(9))))
        ask = world.registry.visits
        every = [visit.id for visit in await ask(people)]
        assert [visit.id for offset in range(5) for visit in await ask(people, limit=1, offset=offset)] == every
        latest = [
            visit for offset in range(5) for visit in await ask(people, latest_first=True, limit=1, offset=offset)
        ]
        assert [visit.id for visit in latest] == every[::-1]

    async def test_visits_until_a_moment_leave_out_those_that_begin_then(self, world: RegistryWorld) -> None:
        anna, visits = await some_visits(world)
        ask, how_many = world.registry.visits, world.registry.count_visits
        for since, until, found in (
            (None, at(10), visits[:1]),
            (None, at(10, 1), visits[:2]),
            (at(10), at(12), visits[1:2]),
            (at(10), at(12, 1), visits[1:3]),
            (at(10), at(10), []),
            (at(12), at(9), []),
        ):
            assert await ask([anna], VisitFilter(since=since, until=until)) == found
            assert await how_many([anna], VisitFilter(since=since, until=until)) == len(found)

    async def test_visits_of_some_statuses_as_they_are_at_this_moment(self, world: RegistryWorld) -> None:
        anna, visits = await some_visits(world)
        assert await world.registry.cancel(visits[2].id) == Cancelled()
        ask, how_many = world.registry.visits, world.registry.count_visits
        stages: list[tuple[datetime, dict[VisitStatus, list[int]]]] = [
            (at(8), {VisitStatus.BOOKED: [0, 1, 3]}),
            (at(9), {VisitStatus.BOOKED: [0, 1, 3]}),
            (at(9, 20), {VisitStatus.BOOKED: [1, 3], VisitStatus.FULFILLED: [0]}),
            (at(14), {VisitStatus.FULFILLED: [0, 1, 3]}),
        ]
        for moment, expected in stages:
            world.clock.set(moment)
            for status in VisitStatus:
                own = [2] if status is VisitStatus.CANCELLED_BY_PATIENT else expected.get(status, [])
                found = await ask([anna], VisitFilter(statuses=[status]))
                assert [visit.id for visit in found] == [visits[place].id for place in own], (moment, status)
                assert all(visit.status is status for visit in found)
                assert await how_many([anna], VisitFilter(statuses=[status])) == len(own)
            assert await ask([anna], VisitFilter(statuses=list(VisitStatus))) == await ask([anna])
            assert await ask([anna], VisitFilter(statuses=[])) == []
            assert await how_many([anna], VisitFilter(statuses=[])) == 0
        over = (VisitStatus.FULFILLED, VisitStatus.CANCELLED_BY_PATIENT)
        page = await ask([anna], VisitFilter(until=at(12), statuses=over), latest_first=True, limit=2)
        assert [visit.id for visit in page] == [visits[1].id, visits[0].id]

    async def test_visits_are_counted_for_those_asked_about(self, world: RegistryWorld) -> None:
        anna, visits = await some_visits(world)
        oleg = (await world.patient(OLEG)).id
        how_many = world.registry.count_visits
        assert await how_many([anna]) == await how_many([anna, oleg]) == len(visits)
        assert await how_many([oleg]) == await how_many([]) == 0

    async def test_a_visit_names_its_time(self, world: RegistryWorld) -> None:
        slot_id = await world.free(await world.doctor(await world.clinic()), at(9))
        patient = await world.patient()
        visit = booked(await world.registry.book("key", patient.id, slot_id)).visit
        assert (visit.slot_id, visit.moved_to) == (slot_id, None)

    async def test_visits_among_these_ids(self, world: RegistryWorld) -> None:
        anna, visits = await some_visits(world)
        oleg = (await world.patient(OLEG)).id
        ask, how_many = world.registry.visits, world.registry.count_visits
        these = [visits[2].id, visits[0].id, "nothing"]
        assert await ask([anna], VisitFilter(among=these)) == [visits[0], visits[2]]
        assert await ask([anna], VisitFilter(among=these, until=at(10))) == [visits[0]]
        assert await how_many([anna], VisitFilter(among=these)) == 2
        assert await ask([anna], VisitFilter(among=[])) == await ask([oleg], VisitFilter(among=these)) == []
        assert await how_many([anna], VisitFilter(among=[])) == await how_many([oleg], VisitFilter(among=these)) == 0

    async def test_the_visit_that_gave_its_place_to_another(self, world: RegistryWorld) -> None:
        clinic, patient = await world.clinic(), await world.patient()
        doctor = await world.doctor(clinic)
        old = booked(await world.registry.book("1", patient.id, await world.free(doctor, at(9)))).visit
        assert await world.registry.visits([patient.id], VisitFilter(moved_to=old.id)) == []
        if not world.registry.capabilities().moves:
            return
        new = booked(await world.registry.move("2", old.id, await world.free(doctor, at(10)))).visit
        (before,) = await world.registry.visits([patient.id], VisitFilter(moved_to=new.id))
        assert (before.id, before.moved_to) == (old.id, new.id)
        assert await world.registry.visits([(await world.patient(OLEG)).id], VisitFilter(moved_to=new.id)) == []

"""Fields by basis: whoever is let in by a consent learns the name, and can neither read, reuse nor guess the rest."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any

import pytest

from services.accounts.family import AlreadyThere
from services.accounts.model import Account, Basis, Covers, NotShown, Person, Relation
from services.booking.model import ChosenTime, Declined, Made
from services.errors import Denial, NotAllowed
from services.limits.model import Act
from services.registry.model import PatientIdentity, Policy, PolicyKind, Sex
from tests.support.world import ADULT, CLINIC, SURGEON, World, at, somebody

HERS = PatientIdentity(
    *("Меченова", "Меча", "Мечевна", date(1957, 11, 7), Sex.FEMALE, Policy(PolicyKind.ENP, "9182736455463728")),
    *("91827364500", "+79182736455"),
)
MARKS = re.compile(r"1957|918273|7364\d|\+7918")
SEE, BOTH = frozenset({Covers.SEE_VISITS}), frozenset(Covers)


async def let_in(world: World, covers: frozenset[Covers], *more: Basis) -> tuple[Account, Person]:
    """An account whose mother has let it see, or manage, her visits; there is one ahead."""
    taker = await world.account()
    await world.person(taker, somebody(1, ADULT))
    hers = await world.person(taker, HERS, Relation.PARENT, Basis.CONSENT, *more, until=at(9, day=30), covers=covers)
    assert hers.patient_id is not None
    await world.at_the_desk(hers.patient_id, await world.slot())
    return taker, hers


def words_of(value: Any) -> str:
    """All that a service has given, but what is marked as being for rights alone."""
    if is_dataclass(value) and not isinstance(value, type):
        return " ".join(words_of(getattr(value, each.name)) for each in fields(value) if each.name != "born")
    if isinstance(value, Mapping):
        return " ".join(f"{name} {words_of(each)}" for name, each in value.items())
    if isinstance(value, Sequence | frozenset) and not isinstance(value, str):
        return " ".join(map(words_of, value))
    return str(value)


async def test_what_services_give_of_somebody_known_by_consent_holds_the_name_alone(world: World) -> None:
    for covers in (SEE, BOTH):
        taker, hers = await let_in(world, covers)
        given = [
            await world.persons.family(taker),
            await world.visits.ahead(taker),
            await world.visits.latest(taker, 100),
            await world.mydata.export(taker),
            await world.mydata.obligations(taker),
            await world.repeats.offers(taker, 5),
        ]
        said = words_of(given)
        assert "Меченова" in said
        assert not MARKS.search(said)
        assert (hers.shown, hers.clinic_id, hers.verified) == (None, None, False)
        with pytest.raises(NotShown):
            _ = hers.identity
        world.clock.advance(hours=3)


async def test_the_marks_would_be_found(world: World) -> None:
    taker, _ = await let_in(world, SEE, Basis.DESK)
    assert MARKS.search(words_of(await world.persons.family(taker)))
    assert MARKS.search(words_of(await world.mydata.export(taker)))


async def test_a_see_only_consent_keeps_no_time_from_others(world: World) -> None:
    taker, hers = await let_in(world, SEE)
    slot = await world.slot(SURGEON, 10)
    draft = await world.draft(taker, person=hers.id)
    kept = await world.booking.hold(taker, draft.id, ChosenTime(slot.id, slot.start), hers, CLINIC)
    assert kept == Declined(Denial.NOT_COVERED)
    assert await world.holds.of_others([CLINIC.id], "") == set()


async def test_a_consent_to_manage_books_without_showing_what_the_registry_is_told(world: World) -> None:
    taker = await world.account()
    await world.person(taker, somebody(1, ADULT))
    until = at(9, day=30)
    hers = await world.person(taker, HERS, Relation.PARENT, Basis.CONSENT, until=until, known=False)
    assert (hers.patient_id, hers.shown) == (None, None)
    made = await world.booking.book(await world.request(taker, hers, await world.slot(SURGEON, 10)))
    assert isinstance(made, Made)
    found = await world.registry.find_patient(HERS)
    assert found is not None
    assert made.visit.patient_id == found.id


async def test_typing_the_numbers_of_somebody_seen_by_consent_books_nothing(world: World) -> None:
    """They were read, and typed in as «другой гражданин»."""
    taker, hers = await let_in(world, SEE)
    outcome = await world.booking.book(await world.request(taker, HERS, await world.slot(SURGEON, 10)))
    assert outcome == Declined(Denial.NOT_COVERED)
    assert [each.id for each in await world.persons.family(taker) if each.patient_id == hers.patient_id] == [hers.id]


async def test_the_numbers_of_somebody_seen_by_consent_are_not_guessed_uncounted(world: World) -> None:
    taker, hers = await let_in(world, SEE)
    assert await world.persons.same_as(taker, HERS) is None, "no answer without the registry"
    with pytest.raises(AlreadyThere) as there:
        await world.family.add(taker, Relation.PARENT, HERS)
    assert there.value.person_id == hers.id
    assert await world.limits.used(taker.telegram_id, Act.LOOK_UP) == 1


async def test_whose_form_is_not_shown_is_not_corrected(world: World) -> None:
    taker, hers = await let_in(world, BOTH)
    with pytest.raises(NotAllowed) as denied:
        await world.family.edit(taker, hers.id, HERS)
    assert denied.value.reason is Denial.NOT_COVERED

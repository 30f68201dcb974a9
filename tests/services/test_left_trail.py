"""What an account has done for others outlives it: a patient may ask, whoever comes back is the same one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from services.accounts.model import TRAIL_YEARS, Account, Relation
from services.booking.model import GivenUp, Made
from services.registry.model import Visit
from services.storage.engine import Database
from services.storage.rows import Row
from services.storage.tables import LEFT_LENGTH, audit
from services.storage.vault import Vault
from tests.services.test_access import BOTH, confirmed, consent
from tests.support.clock import FakeClock
from tests.support.world import ADULT, CHILD, SURGEON, THERAPIST, World, somebody

CHAT, OTHER_CHAT = 6_200_000_001, 6_200_000_002
ANNA, NEIGHBOUR, MASHA = somebody(1, ADULT), somebody(7, ADULT, "Соседова"), somebody(2, CHILD, "Дочкина")


async def booked(world: World, account: Account, who: Any, *slot: Any) -> Visit:
    outcome = await world.booking.book(await world.request(account, who, await world.slot(*slot)))
    assert isinstance(outcome, Made), outcome
    return outcome.visit


async def about(world: World, *visits: Visit) -> Sequence[Row]:
    """What the journal tells to whoever asks about these visits."""
    of_them = audit.c.subject_id.in_([each.id for each in visits])
    return (await world.database.fetch(select(audit).where(of_them).order_by(audit.c.at, audit.c.action))).all()


async def rows_of(world: World, account: Account) -> Sequence[Row]:
    return (await world.database.fetch(select(audit).where(audit.c.account_id == account.id))).all()


async def test_what_was_done_for_others_is_left_and_ones_own_goes(world: World) -> None:
    account = await world.account(CHAT)
    own = await world.person(account, ANNA)
    child = await world.person(account, MASHA, Relation.CHILD)
    mine = await booked(world, account, own, THERAPIST, 9)
    theirs = [await booked(world, account, NEIGHBOUR, SURGEON, 10), await booked(world, account, child, SURGEON, 11)]
    assert isinstance(await world.cancelling.cancel(account, theirs[0].id), GivenUp)
    await world.family.add(account, Relation.SPOUSE, somebody(9, ADULT, "Мужева"))
    await world.mydata.erase(account)

    left = await about(world, *theirs)
    assert sorted(each.action for each in left) == ["visit_booked", "visit_booked", "visit_cancelled"]
    (pseudonym,) = {each.account_id for each in left}
    assert len(pseudonym) == LEFT_LENGTH
    assert {each.person_id for each in left} == {None}, "the visit leads to the patient, nothing leads to a form"
    assert await about(world, mine) == []
    assert await rows_of(world, account) == []
    kept = (await world.database.fetch(select(audit.c.account_id, audit.c.action))).all()
    assert {each.action for each in kept if each.account_id == pseudonym} == {"visit_booked", "visit_cancelled"}


async def test_whoever_comes_back_is_the_same_one(world: World) -> None:
    seen = []
    for number, chat in enumerate((CHAT, CHAT, OTHER_CHAT)):
        account = await world.account(chat)
        visit = await booked(world, account, somebody(30 + number, ADULT, "Соседова"), SURGEON, 9 + number)
        await world.mydata.erase(account)
        seen += [each.account_id for each in await about(world, visit)]
    first, again, other = seen
    assert first == again != other

    # It is told to whose it is, also before anything new is done.
    back = await world.account(CHAT)
    told = (await world.mydata.export(back))["actions"]
    assert [each["action"].value for each in told] == ["visit_booked"] * 2  # type: ignore[union-attr,index,call-overload]
    stranger = await world.account()
    assert not (await world.mydata.export(stranger))["actions"]


async def test_what_was_done_on_a_consent_leads_to_the_one_who_gave_it(world: World) -> None:
    giver, anna = await confirmed(world, ANNA)
    holder, _ = await confirmed(world, NEIGHBOUR)
    await consent(world, giver, holder, BOTH)
    shared = next(each for each in await world.persons.family(holder) if each.relation is not Relation.OWN)
    visit = await booked(world, holder, shared, SURGEON, 10)
    await world.mydata.erase(holder)
    (row,) = await about(world, visit)
    assert (row.person_id, len(row.account_id)) == (anna.id, LEFT_LENGTH)

    # She leaves, too: then it is nobody's question any more.
    await world.mydata.erase(giver)
    assert await about(world, visit) == []
    all_rows = (await world.database.fetch(select(audit))).all()
    assert not [each for each in all_rows if anna.id in (each.person_id, each.subject_id)]


async def test_a_new_key_takes_the_pseudonym_along(database: Database, clock: FakeClock) -> None:
    before, after = b"1" * 32, b"2" * 32
    old = World(database, Vault(before), clock)
    await old.furnish()
    account = await old.account(CHAT)
    first = await booked(old, account, NEIGHBOUR, SURGEON, 9)
    await old.mydata.erase(account)
    new = World(database, Vault(after, before), clock)
    account = await new.account(CHAT)
    second = await booked(new, account, somebody(8, ADULT, "Другая"), SURGEON, 10)
    assert len((await new.mydata.export(account))["actions"]) == 2  # type: ignore[arg-type]
    await new.mydata.erase(account)
    assert len({each.account_id for each in await about(new, first, second)}) == 1


async def test_it_is_kept_as_long_as_the_consent_says(world: World) -> None:
    account, here = await world.account(CHAT), await world.account()
    gone = await booked(world, account, NEIGHBOUR, SURGEON, 9)
    stands = await booked(world, here, somebody(8, ADULT, "Другая"), SURGEON, 10)
    await world.mydata.erase(account)
    world.clock.advance(days=365 * TRAIL_YEARS - 1)
    assert await world.mydata.purge() == 0
    world.clock.advance(days=1)
    assert await world.mydata.purge() == 1
    assert [each.account_id for each in await about(world, gone, stands)] == [here.id]


async def test_bases_that_have_come_by_codes_lead_nowhere_and_go(world: World) -> None:
    account, _ = await confirmed(world, ANNA)
    assert await rows_of(world, account), "a code of the desk is noted"
    await world.mydata.erase(account)
    left = (await world.database.fetch(select(audit.c.account_id))).scalars().all()
    assert not [each for each in left if len(each) == LEFT_LENGTH]

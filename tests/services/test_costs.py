"""The statement of costs: the application's way under the clock, cut short at each step, repeated, refused, at once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.notices.notices import Notices
from services.accounts.model import Account, Basis, Covers, Person, Relation
from services.cases.model import Case, WrongStep
from services.cases.notices import CaseNews
from services.cases.tables import case as case_table
from services.costs.costs import AGAIN_AFTER, LOOK_AGAIN_AFTER, STEP, Costs
from services.costs.model import KIND, AlreadyApplied, CostStatus, Period, TooManyApplications, WrongPeriod
from services.costs.tables import cost_application
from services.drafts.model import Draft
from services.errors import Denial, NotAllowed, NotFound
from services.limits.model import LIMITS, Act
from services.notify.tables import notification, outbox
from services.registry.model import CareCase
from services.registry.ports.insurance import CareCaseRecord
from services.texts.i18n import plain, texts
from tests.support.world import ADULT, CHILD, TEENAGER, World, somebody

YEAR = Period(date(2025, 1, 1), date(2025, 12, 31))
TODAY = date(2026, 11, 23)
WAY = (CostStatus.SENT, CostStatus.RECEIVED, CostStatus.DONE)
CASE = CareCase(
    *("50-1", 1, False, "50", "Поликлиника № 1", date(2025, 3, 2), date(2025, 3, 9)),
    *("первичная медико-санитарная помощь", "амбулаторно", "Приём терапевта", Decimal("512.30")),
)


@pytest.fixture
async def world(world: World) -> World:
    await world.furnish()
    return world


@pytest.fixture
async def account(world: World) -> Account:
    return await world.account()


@pytest.fixture
async def person(world: World, account: Account) -> Person:
    return await world.person(account, somebody(1, ADULT))


@pytest.fixture
def costs(world: World) -> Costs:
    return world.house.service(Costs)


async def pay(world: World, person: Person, *cases: CareCase) -> None:
    await world.admin.put_care_cases([CareCaseRecord(person.patient_id or "", each) for each in cases])


async def draft(world: World, account: Account) -> str:
    return (await world.drafts.start(Draft("", account.id, "costs", "check"))).id


async def apply(world: World, account: Account, person: Person, period: Period = YEAR) -> Case:
    costs = world.house.service(Costs)
    return await costs.apply(account, person.id, period, draft_id=await draft(world, account))


async def step(world: World) -> None:
    """What the job does when the next step is due."""
    world.clock.advance(seconds=STEP.seconds)
    await world.house.service(Costs).advance()


async def to_the_end(world: World) -> None:
    for _ in WAY:
        await step(world)


async def statuses(world: World, account: Account, case: Case) -> list[str]:
    return [each.status for each in (await world.cases.get(account, case.id)).steps]


async def told(world: World) -> list[tuple[str, str]]:
    """Keys of all that was told of cases, in their order, each with how the chat's row stands."""
    query = (
        select(outbox.c.dedupe_key, outbox.c.status)
        .join(notification, notification.c.id == outbox.c.notification_id)
        .where(notification.c.kind == CaseNews.CASE_STATUS, outbox.c.channel == "telegram")
        .order_by(outbox.c.due_at)
    )
    return [tuple(row) for row in (await world.database.fetch(query)).all()]


# --- the way ------------------------------------------------------------------------------------------------------


async def test_an_application_goes_its_way_step_by_step_and_each_is_told(
    world: World, account: Account, person: Person, costs: Costs
) -> None:
    await pay(world, person, CASE)
    case = await apply(world, account, person)
    assert case.status == CostStatus.REGISTERED
    assert await statuses(world, account, case) == [CostStatus.DRAFT, CostStatus.REGISTERED]
    assert await costs.advance() == 0, "nothing is due before its time"

    for place, status in enumerate(WAY, start=1):
        await step(world)
        assert (await world.cases.get(account, case.id)).status == status
        assert await costs.advance() == 0, "one step at a time"
        assert len(await told(world)) <= 1 + place
    assert await statuses(world, account, case) == list(CostStatus)[:5]
    keys = [key for key, _ in await told(world)]
    assert keys[-1] == f"request:{case.id}:done"
    assert len(keys) == len(set(keys))

    issued = await costs.issued(account, case.id)
    assert (issued.statement.total, issued.application.period) == (Decimal("512.30"), YEAR)
    assert issued.day == TODAY
    world.clock.advance(days=30)
    assert await costs.advance() == 0, "it is over"


async def test_a_step_that_was_told_stays_told_when_the_next_one_comes(
    world: World, account: Account, person: Person
) -> None:
    case = await apply(world, account, person)
    await world.outbox.shown(f"confirm:{(await _draft_of(world, case))}")
    for _ in WAY:
        await step(world)
        for each in await world.outbox.claim(10):
            await world.outbox.sent(each)
    assert [key for key, status in await told(world) if status == "sent"][1:] == [
        f"request:{case.id}:{status}" for status in WAY
    ]


async def _draft_of(world: World, case: Case) -> str:
    query = select(case_table.c.draft_id).where(case_table.c.id == case.id)
    return str((await world.database.fetch(query)).scalar_one())


async def test_what_is_told_names_the_person_and_says_nothing_of_the_care(
    world: World, account: Account, person: Person
) -> None:
    await pay(world, person, CASE)
    await apply(world, account, person)
    await to_the_end(world)
    (delivery,) = await world.outbox.claim(10)
    screen: Any = await world.house.service(Notices).render(account, delivery.notification, texts("ru"))
    text = plain(screen.text)
    assert person.full_name in text
    assert "Услуга оказана" in text
    for secret in ("512", "терапевта", "Поликлиника № 1"):
        assert secret not in text


async def test_only_the_latest_versions_of_the_period_are_summed_to_the_kopeck(
    world: World, account: Account, person: Person, costs: Costs
) -> None:
    many = [
        replace(CASE, number=f"50-{n}", ended=date(2025, 1 + n % 12, 28), begun=date(2025, 1 + n % 12, 28), cost=each)
        for n, each in enumerate([Decimal("0.10")] * 399, start=2)
    ]
    await pay(
        world,
        person,
        CASE,
        replace(CASE, version=2, cost=Decimal("500.01")),
        replace(CASE, number="50-void"),
        replace(CASE, number="50-void", version=2, void=True),
        replace(CASE, number="50-late", ended=date(2026, 1, 1)),
        *many,
    )
    case = await apply(world, account, person)
    await to_the_end(world)
    statement = (await costs.issued(account, case.id)).statement
    rows = [each for clinic in statement.clinics for each in clinic.cases]
    assert len(rows) == 400
    assert statement.total == sum((each.cost for each in rows), Decimal()) == Decimal("539.91")


async def test_what_was_issued_stays_as_it_was_issued(
    world: World, account: Account, person: Person, costs: Costs
) -> None:
    await pay(world, person, CASE)
    case = await apply(world, account, person)
    await to_the_end(world)
    await pay(world, person, replace(CASE, version=2, cost=Decimal(1)))
    assert (await costs.issued(account, case.id)).statement.total == Decimal("512.30")


async def test_a_period_without_services_is_a_statement_too(
    world: World, account: Account, person: Person, costs: Costs
) -> None:
    case = await apply(world, account, person)
    with pytest.raises(NotFound):
        await costs.issued(account, case.id)
    await to_the_end(world)
    issued = await costs.issued(account, case.id)
    assert (issued.statement.clinics, issued.statement.total) == ([], Decimal(0))


# --- who may ------------------------------------------------------------------------------------------------------

SHUT, OVER = Denial.NOT_OPEN, Denial.BASIS_ENDED
RIGHTS = [
    (Relation.OWN, ADULT, Basis.DESK, (), True),
    (Relation.OWN, ADULT, Basis.OIDC, (), True),
    (Relation.OWN, ADULT, Basis.DECLARED, (), SHUT),
    (Relation.CHILD, CHILD, Basis.DESK, (), True),
    (Relation.CHILD, TEENAGER, Basis.DESK, (), SHUT),
    (Relation.CHILD, TEENAGER, Basis.CONSENT, (Covers.INSURANCE,), SHUT),
    (Relation.CHILD, date(2008, 11, 1), Basis.DESK, (), OVER),
    (Relation.WARD, ADULT, Basis.DESK, (), True),
    (Relation.SPOUSE, ADULT, Basis.CONSENT, tuple(Covers), SHUT),
    (Relation.OTHER, ADULT, Basis.DECLARED, (), SHUT),
]


@pytest.mark.parametrize(("relation", "born", "basis", "covers", "opens"), RIGHTS)
async def test_who_may_apply(
    world: World,
    account: Account,
    costs: Costs,
    relation: Relation,
    born: date,
    basis: Basis,
    covers: Sequence[Covers],
    opens: bool | Denial,
) -> None:
    person = await world.person(account, somebody(1, born), relation, basis, covers=covers)
    stranger = await world.account()
    if opens is not True:
        with pytest.raises(NotAllowed) as denied:
            await apply(world, account, person)
        assert denied.value.reason is opens
        return
    case = await apply(world, account, person)
    await to_the_end(world)
    assert (await costs.issued(account, case.id)).application.person == person
    for ask in (costs.get, costs.issued, costs.repeat):
        with pytest.raises(NotFound):
            await ask(stranger, case.id)
    with pytest.raises(NotFound):
        await apply(world, stranger, person)


@pytest.mark.parametrize("taken", range(4))
async def test_a_right_that_ends_on_the_way_ends_the_application(
    world: World, account: Account, costs: Costs, taken: int
) -> None:
    """Wherever it is; and what has been issued is kept no more."""
    await world.person(account, somebody(9, ADULT))
    child = await world.person(account, somebody(1, CHILD), Relation.CHILD)
    await pay(world, child, CASE)
    case = await apply(world, account, child)
    for _ in range(taken):
        await step(world)
    await world.family.remove(account, child.id)
    assert await kept(world, case) == (None, None)
    await to_the_end(world)
    now = await world.cases.get(account, case.id)
    assert now.status == (CostStatus.DONE if taken == len(WAY) else CostStatus.REFUSED)
    assert await kept(world, case) == (None, None)
    for ask in (costs.get, costs.issued, costs.repeat):
        with pytest.raises(NotFound):
            await ask(account, case.id)


async def kept(world: World, case: Case) -> tuple[Any, Any]:
    query = select(cost_application.c.applicant, cost_application.c.statement).where(cost_application.c.id == case.id)
    row = (await world.database.fetch(query)).one()
    return row.applicant, row.statement


async def test_a_right_that_ends_while_the_registry_is_asked_leaves_nothing(
    world: World, account: Account, costs: Costs, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.person(account, somebody(9, ADULT))
    child = await world.person(account, somebody(1, CHILD), Relation.CHILD)
    await pay(world, child, CASE)
    case = await apply(world, account, child)
    await step(world)
    await step(world)
    registry: Any = world.registry._real
    asked = registry.care_cases

    async def slow(patient_id: str) -> Sequence[CareCase]:
        found: Sequence[CareCase] = await asked(patient_id)
        await world.family.remove(account, child.id)
        return found

    monkeypatch.setattr(registry, "care_cases", slow)
    await step(world)
    assert await kept(world, case) == (None, None)
    with pytest.raises(NotFound):
        await costs.issued(account, case.id)


async def test_whom_the_registry_does_not_know_is_refused_with_a_word(world: World, account: Account) -> None:
    person = await world.person(account, somebody(1, ADULT), known=False)
    case = await apply(world, account, person)
    await step(world)
    await step(world)
    refused = await world.cases.get(account, case.id)
    assert refused.status == CostStatus.REFUSED
    assert refused.comment is not None
    assert "Проверьте номер полиса" in refused.comment


# --- once ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "period",
    [
        Period(date(1999, 12, 31), date(2025, 1, 1)),
        Period(date(2025, 1, 1), TODAY + timedelta(days=1)),
        Period(date(2025, 1, 2), date(2025, 1, 1)),
    ],
)
async def test_a_period_that_cannot_be(world: World, account: Account, person: Person, period: Period) -> None:
    with pytest.raises(WrongPeriod):
        await apply(world, account, person, period)
    assert (await world.cases.page(account, 0, 4)).total == 0


async def test_one_open_application_a_person_and_period(world: World, account: Account, person: Person) -> None:
    first = await apply(world, account, person)
    with pytest.raises(AlreadyApplied) as before:
        await apply(world, account, person)
    assert before.value.case_id == first.id
    await apply(world, account, person, Period(YEAR.first, date(2025, 12, 30)))
    child = await world.person(account, somebody(2, CHILD), Relation.CHILD)
    await apply(world, account, child)
    other = await world.account()
    await apply(world, other, await world.person(other, somebody(3, ADULT)))

    await to_the_end(world)
    again = await apply(world, account, person)
    assert again.id != first.id, "once it is over, it may be asked for anew"


async def test_of_many_presses_at_once_one_is_filed(world: World, account: Account, person: Person) -> None:
    drafts = [await draft(world, account) for _ in range(8)]
    costs = world.house.service(Costs)
    found = await asyncio.gather(
        *(costs.apply(account, person.id, YEAR, draft_id=each) for each in (*drafts, drafts[0])),
        return_exceptions=True,
    )
    filed = {each.id for each in found if isinstance(each, Case)}
    assert len(filed) == 1
    assert all(isinstance(each, Case | AlreadyApplied) for each in found), found
    rows = (await world.database.fetch(select(func.count()).select_from(cost_application))).scalar_one()
    assert rows == (await world.cases.page(account, 0, 4)).total == 1


async def test_two_processes_take_a_step_once(world: World, account: Account, person: Person, costs: Costs) -> None:
    case = await apply(world, account, person)
    for status in WAY:
        world.clock.advance(seconds=STEP.seconds)
        assert sum(await asyncio.gather(*(costs.advance() for _ in range(5)))) == 1
        assert (await world.cases.get(account, case.id)).status == status


async def test_no_more_than_may_be_sent_in_a_day(world: World, account: Account, person: Person) -> None:
    days = [Period(YEAR.first, YEAR.first + timedelta(days=n)) for n in range(LIMITS[Act.COST_APPLICATION].most + 1)]
    for each in days[:-1]:
        await apply(world, account, person, each)
    with pytest.raises(TooManyApplications):
        await apply(world, account, person, days[-1])
    world.clock.advance(days=1)
    await apply(world, account, person, days[-1])


# --- cut short, failed, repeated ----------------------------------------------------------------------------------


class Killed(BaseException):
    """The power goes."""


@pytest.mark.parametrize("where", ["move", "of_draft"])
async def test_killed_while_it_is_sent_nothing_is_half_there(
    world: World, account: Account, person: Person, costs: Costs, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft_id = await draft(world, account)
    name = "finish" if where == "move" else "of_draft"
    target = world.drafts if where == "move" else world.cases
    with monkeypatch.context() as cut:
        cut.setattr(type(target), name, _dies)
        with pytest.raises(Killed):
            await costs.apply(account, person.id, YEAR, draft_id=draft_id)
    sent = (await world.cases.page(account, 0, 4)).total
    assert sent == (0 if where == "move" else 1)
    case = await costs.apply(account, person.id, YEAR, draft_id=draft_id)
    assert (await world.cases.page(account, 0, 4)).total == 1
    await to_the_end(world)
    assert (await world.cases.get(account, case.id)).status == CostStatus.DONE


async def _dies(*_args: Any, **_named: Any) -> None:
    raise Killed


@pytest.mark.parametrize("taken", range(3))
@pytest.mark.parametrize("when", ["before", "within", "after"])
async def test_killed_at_each_step_it_goes_on_and_nothing_is_told_twice(
    world: World,
    account: Account,
    person: Person,
    costs: Costs,
    taken: int,
    when: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await pay(world, person, CASE)
    case = await apply(world, account, person)
    for _ in range(taken):
        await step(world)
    with monkeypatch.context() as cut:
        if when == "before":
            cut.setattr(Costs, "_advance", _dies)
        elif when == "within":
            cut.setattr(type(world.outbox), "add", _dies)
        else:
            settle = Costs._settle

            async def then_dies(*args: Any, **named: Any) -> None:
                await settle(*args, **named)
                raise Killed

            cut.setattr(Costs, "_settle", then_dies)
        with pytest.raises(Killed):
            await step(world)
    stood = (await world.cases.get(account, case.id)).status
    before = [CostStatus.REGISTERED, *WAY]
    assert stood == before[taken + (when == "after")]
    world.clock.advance(minutes=1)  # until the claim of the dead one is over
    for _ in range(4):
        await step(world)
    assert await statuses(world, account, case) == list(CostStatus)[:5]
    assert (await costs.issued(account, case.id)).statement.total == Decimal("512.30")
    keys = [key for key, _ in await told(world)]
    assert len(keys) == len(set(keys))
    assert (await world.cases.page(account, 0, 4)).total == 1


async def silence(world: World, what: str) -> None:
    """The registry does not answer until nobody asks any more."""
    world.registry.unavailable.add(what)
    for wait in (STEP, *AGAIN_AFTER):
        world.clock.advance(seconds=wait.total_seconds())
        await world.house.service(Costs).advance()
    world.registry.unavailable.discard(what)


async def test_a_registry_that_stays_silent_fails_it_and_it_is_repeated(
    world: World, account: Account, person: Person, costs: Costs
) -> None:
    await pay(world, person, CASE)
    case = await apply(world, account, person)
    for time in (1, 2):
        await step(world)
        await step(world)
        await silence(world, "care_cases")
        failed = await world.cases.get(account, case.id)
        assert failed.status == CostStatus.FAILED
        assert failed.comment is not None
        assert "Реестр долго не отвечает" in failed.comment
        key = f"request:{case.id}:failed"
        assert (key if time == 1 else f"{key}:2") in [each for each, _ in await told(world)]
        with pytest.raises(AlreadyApplied):
            await apply(world, account, person)
        await asyncio.gather(*(costs.repeat(account, case.id) for _ in range(3)))
        assert (await world.cases.get(account, case.id)).status == CostStatus.REGISTERED
    await to_the_end(world)
    assert (await costs.issued(account, case.id)).statement.total == Decimal("512.30")
    await costs.repeat(account, case.id)
    assert (await world.cases.get(account, case.id)).status == CostStatus.DONE, "there is nothing to repeat"


async def test_a_registry_that_answers_again_is_not_failed(
    world: World, account: Account, person: Person, costs: Costs
) -> None:
    case = await apply(world, account, person)
    await step(world)
    await step(world)
    world.registry.unavailable.add("care_cases")
    await step(world)
    world.registry.unavailable.clear()
    assert (await world.cases.get(account, case.id)).status == CostStatus.RECEIVED
    world.clock.advance(seconds=AGAIN_AFTER[0].total_seconds())
    await costs.advance()
    assert (await world.cases.get(account, case.id)).status == CostStatus.DONE


# --- the desk, the end ----------------------------------------------------------------------------------------------


async def test_the_desk_sees_failures_only(world: World, account: Account, person: Person) -> None:
    case = await apply(world, account, person)
    assert await world.case_desk.lines() == []
    with pytest.raises(NotFound):
        await world.case_desk.read(case.number)
    with pytest.raises(NotFound):
        await world.case_desk.move(case.number, CostStatus.SENT)
    await step(world)
    await step(world)
    await silence(world, "care_cases")
    assert [each.number for each in await world.case_desk.lines()] == [case.number]
    with pytest.raises(WrongStep):
        await world.case_desk.move(case.number, CostStatus.DONE)
    await world.case_desk.move(case.number, CostStatus.REGISTERED)
    assert await world.case_desk.lines() == []
    await to_the_end(world)


async def test_what_the_desk_has_put_back_goes_on(world: World, account: Account, person: Person) -> None:
    case = await apply(world, account, person)
    await step(world)
    await step(world)
    await silence(world, "care_cases")
    world.clock.advance(seconds=LOOK_AGAIN_AFTER.total_seconds())
    assert await world.house.service(Costs).advance() == 1, "it is looked at, for the desk may put it back"
    await world.case_desk.move(case.number, CostStatus.REGISTERED)
    world.clock.advance(seconds=LOOK_AGAIN_AFTER.total_seconds())
    for _ in range(3):
        await step(world)
    assert (await world.cases.get(account, case.id)).status == CostStatus.DONE


async def test_erased_on_the_way_nothing_is_left(world: World, account: Account, person: Person, costs: Costs) -> None:
    await pay(world, person, CASE)
    await apply(world, account, person)
    await step(world)
    waiting = await world.mydata.obligations(account)
    assert any(each.kind == "request" for each in waiting.others), "it is said that it would end"
    await world.mydata.erase(account)
    rows = (await world.database.fetch(select(func.count()).select_from(cost_application))).scalar_one()
    assert rows == 0
    for _ in WAY:
        await step(world)


async def test_the_export_tells_what_was_asked_and_what_came_of_it(
    world: World, account: Account, person: Person
) -> None:
    await pay(world, person, CASE)
    case = await apply(world, account, person)
    await to_the_end(world)
    exported: Any = await world.mydata.export(account)
    (told_,) = exported["cost_statements"]
    assert told_["application"] == str(case.number)
    assert (told_["from"], told_["to"]) == (YEAR.first, YEAR.last)
    assert [each["roubles"] for each in told_["care"]] == ["512.30"]
    assert KIND.name == "costs"

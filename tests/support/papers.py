"""A made-up topic that gives a paper, as small as one can be: no topic of the product's has any yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from bot.kernel import Kernel
from bot.keyboards.buttons.visits import VisitCard
from bot.topic import Composed, DocumentContext, DocumentSpec, Topic
from services.accounts import concerns
from services.accounts.agreement import PUBLISHED, Agreements
from services.accounts.model import Account, Action, Area, Person
from services.accounts.persons import Persons
from services.documents.documents import Documents
from services.documents.model import Fact, Facts, Head, Sheet
from services.documents.sheet import Sheets
from services.errors import NotFound
from services.texts.i18n import Html
from tests.support.world import World

KIND = "slip"
DAY = date(2026, 11, 20)
AGREED = Agreements({**PUBLISHED.versions, "2027-01": frozenset(Area)})
"""Today's text speaks of every area."""


@dataclass
class Slips:
    """A topic's service: which slips there are, whose, and what they say; `made`: those that are a PDF already."""

    persons: Persons
    owners: dict[str, str] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)
    made: dict[str, bytes] = field(default_factory=dict)

    @concerns.area(Area.RECORDS, Action.SEE)
    async def slip(self, who: Account, slip_id: str) -> tuple[Person, str]:
        if slip_id not in self.owners:
            raise NotFound
        return await self.persons.get(who, self.owners[slip_id]), self.said[slip_id]


def build(kernel: Kernel) -> Mapping[str, object]:
    return {"slips": Slips(kernel.persons)}


async def compose(context: DocumentContext, *, slips: Slips) -> Composed:
    person, said = await slips.slip(context.account, context.subject_id)
    sheet = Sheet(
        title="Талон",
        clinic=Head("Поликлиника № 1"),
        person=[Fact("Фамилия, имя, отчество", person.full_name)],
        number="17",
        day=DAY,
        parts=[Facts([Fact("Назначено", said)])],
    )
    return Composed(
        slips.made.get(context.subject_id, sheet),
        person,
        "talon",
        Html("Талон № 17"),
        VisitCard(visit=context.subject_id),
    )


SLIPS = Topic(
    "slips",
    build=build,
    documents=(DocumentSpec(KIND, "Talon", Area.RECORDS, compose),),
    areas=(Area.RECORDS, Area.DOCUMENTS),
)


def documents_of(world: World) -> Documents:
    """The service, where everybody has agreed to a text that speaks of documents."""
    kernel = world.house.kernel
    persons = Persons(
        *(world.database, world.vault, kernel.registry, world.limits, world.clock),
        Agreements({PUBLISHED.current: frozenset(Area)}),
    )

    async def link(payload: str) -> str | None:
        return f"https://t.me/nomerok_bot?start={payload}"

    work = world.drafts, world.limits, world.outbox
    return Documents(world.database, world.vault, persons, Sheets(), *work, world.clock, link)


def a_sheet(said: str = "покой") -> Sheet:
    return Sheet("Талон", Head("Поликлиника № 1"), [Fact("Имя", "Анна")], "17", DAY, [Facts([Fact("Назначено", said)])])

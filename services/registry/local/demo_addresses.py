"""The demo's addresses: invented streets and houses in the towns of its clinics, and in a few of another region."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from sqlalchemy import select

from services.registry.local.demo_clinics import REGION, TOWNS
from services.registry.ports.addresses import AddressesAdminPort, AddressRecord
from services.storage.engine import Database
from services.storage.sql import insert_for
from services.storage.tables import setting
from services.texts.addresses import CITY

GIVEN = "demo_addresses"
"""The setting that says which edition of them the database has."""
EDITION = "1"

OTHER_REGION = "69"
_CITIES = (*((REGION, each.name) for each in TOWNS), (OTHER_REGION, "Тверь"), (OTHER_REGION, "Торжок"))
_STREETS = (
    *(("ул", "Ленина"), ("ул", "Мира"), ("ул", "Гагарина"), ("ул", "Советская"), ("ул", "Школьная")),
    *(("ул", "Садовая"), ("ул", "Лесная"), ("пр-кт", "Октябрьский"), ("ул", "Пушкина"), ("ул", "Комсомольская")),
    *(("ул", "Победы"), ("ул", "Парковая"), ("ул", "Молодёжная"), ("пер", "Садовый"), ("ул", "1-я Заречная")),
    *(("б-р", "Берёзовый"), ("наб", "Речная")),
)
"""Those where the demo's clinics stand are among them."""
_VILLAGES = (
    AddressRecord(REGION, "Ивановка", "д", "г.о. Подольск", demo=True),
    AddressRecord(REGION, "Ивановка", "д", "г.о. Серпухов", demo=True),
    AddressRecord(OTHER_REGION, "Медное", "с", demo=True),
)
"""They have no streets, or the directory does not know them; two are told apart by their districts."""
_NO_HOUSES = 4
"""Of so many streets the directory knows the houses of all but one."""


def demo_addresses() -> Iterator[AddressRecord]:
    """All of them, the same at every run."""
    for region, town in _CITIES:
        for place, (kind, name) in enumerate(_STREETS):
            random = Random(f"houses {region} {town} {name}")  # noqa: S311  (numbers, not secrets)
            for house in _houses(random) if (place + 1) % _NO_HOUSES else ("",):
                yield AddressRecord(region, town, CITY, "", name, kind, house, demo=True)
    yield from _VILLAGES


async def fill_addresses(database: Database, admin: AddressesAdminPort) -> None:
    """Once for an edition: a demo that an earlier release has filled gets them, too."""
    done = (await database.fetch(select(setting.c.value).where(setting.c.name == GIVEN))).scalar()
    if done == EDITION:
        return
    await admin.put_addresses(demo_addresses())
    mark = insert_for(database.dialect, setting).values(name=GIVEN, value=EDITION)
    await database.aside.execute(mark.on_conflict_do_update(index_elements=["name"], set_={"value": EDITION}))


def _houses(random: Random) -> Iterator[str]:
    """A few, some of them with a letter or in two blocks."""
    for number in sorted(random.sample(range(1, 40), 4)):
        yield str(number)
    number = random.randrange(40, 60)
    yield from (f"{number}А", f"{number} к. 1", f"{number} к. 2")

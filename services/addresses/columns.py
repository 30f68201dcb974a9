"""Files with addresses: their columns, and how each cell is read. All of it is public, so a cell may be quoted."""

from __future__ import annotations

from collections.abc import Callable

from services.clinics.checks import region_code
from services.imports import cells
from services.imports.cells import Wrong
from services.imports.columns import Column, Format, kind_of
from services.texts.addresses import Kinds, house_key, name_key, street_kinds, town_kinds
from services.texts.names import tidy


def _kind(kinds: Callable[[], Kinds], told: str) -> Callable[[str], str]:
    """A reader of a kind as it is kept, however it is spelt. `told`: some of them."""

    def read(value: str) -> str:
        found = kinds().kind(value)
        if found is None:
            raise Wrong(f"«{value}» is no kind like {told}")
        return found

    return read


def _name(kinds: Callable[[], Kinds], column: str) -> Callable[[str], str]:
    """A reader of a name. `column`: where its kind belongs."""

    def read(value: str) -> str:
        if not name_key(value):
            raise Wrong(f"«{value}» is no name")
        kind = kinds().abbreviation(value)
        if kind is not None:
            raise Wrong(f"«{kind}» belongs into {column}")
        return tidy(value)

    return read


def _house(value: str) -> str:
    if not house_key(value):
        raise Wrong(f"«{value}» is no house")
    return cells.whole(value)


class Addresses:
    """Columns of a file with addresses: a line is a town, or a street of it, or a house of that."""

    REGION: Column[str] = Column("region", "two-digit code of the region, 50", region_code, required=True)
    DISTRICT: Column[str] = Column(
        "district", "what tells a village from others of its name: «г.о. Коломна»; may be empty", cells.words, limit=120
    )
    TOWN: Column[str] = Column(
        "town",
        "name of the town or village, without its kind",
        _name(town_kinds, "town_kind"),
        required=True,
        limit=120,
    )
    TOWN_KIND: Column[str] = Column(
        "town_kind", "«г», «пгт», «с», «д»; or in full", _kind(town_kinds, "г, пгт, п, с, д"), required=True
    )
    STREET: Column[str] = Column(
        "street", "its name, without its kind; may be empty", _name(street_kinds, "street_kind"), limit=200
    )
    STREET_KIND: Column[str] = Column(
        "street_kind", "«ул», «пер», «пр-кт»; or in full", _kind(street_kinds, "ул, пер, пр-кт, б-р, ш")
    )
    HOUSE: Column[str] = Column("house", "«5», «5А», «5 к. 2»; may be empty", _house, limit=50)


FORMAT = Format((kind_of(Addresses),), {})
(ADDRESSES,) = FORMAT.kinds

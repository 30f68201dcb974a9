"""What lies sealed and is found: under every key at hand, in its own column alone."""

from __future__ import annotations

from itertools import combinations

import pytest

from services.accounts.tables import CHAT, PATIENT
from services.booking.tables import INTENT_PATIENT
from services.storage.findable import Findable, all_findable
from services.storage.types import Encrypted
from services.storage.vault import Vault, VaultError
from services.tables import all_tables

KEY, NEXT = bytes(range(32)), bytes(range(1, 33))
BEFORE, WHILE, AFTER = Vault(KEY), Vault(NEXT, KEY), Vault(NEXT)
ALL = all_findable(all_tables())


def looked_for(what: Findable, vault: Vault, *values: str) -> set[str]:
    """The indexes that the condition names."""
    (names,) = what.among(vault, values).compile().params.values()
    return set(names)


def test_every_index_of_a_sealed_value_is_declared() -> None:
    """The registry makes its own anew (`bot.storage.rotation`); whatever else is called an index is one of these."""
    assert {CHAT, PATIENT, INTENT_PATIENT} <= set(ALL)
    indexes = {column for table in all_tables() for column in table.columns if column.name.endswith("_index")}
    assert {each for each in indexes if not each.table.name.startswith("registry_")} == {each.index for each in ALL}
    assert all(isinstance(each.sealed.type, Encrypted) for each in ALL)
    assert all(each.sealed.table is each.index.table for each in ALL)


@pytest.mark.parametrize(("one", "other"), list(combinations(ALL, 2)), ids=lambda each: str(each.index))
def test_no_two_columns_have_an_index_in_common(one: Findable, other: Findable) -> None:
    assert one.purpose != other.purpose
    assert not looked_for(one, WHILE, "5000000001") & looked_for(other, WHILE, "5000000001")


def test_what_is_stored_opens_and_is_looked_for_under_any_key() -> None:
    stored = PATIENT.values(BEFORE, "row", "patient")
    assert PATIENT.open(WHILE, "row", stored["patient"]) == "patient"
    assert stored["patient_index"] in looked_for(PATIENT, BEFORE, "patient")
    assert stored["patient_index"] in looked_for(PATIENT, WHILE, "other", "patient")
    assert stored["patient_index"] not in looked_for(PATIENT, WHILE, "other")
    assert PATIENT.values(BEFORE, "row", None) == {"patient": None, "patient_index": None}
    assert PATIENT.open_any(BEFORE, "row", None) is None
    with pytest.raises(VaultError):
        PATIENT.open(BEFORE, "another row", stored["patient"])


def test_made_anew_it_is_found_when_the_old_key_is_gone() -> None:
    anew = WHILE.seal(PATIENT.sealed, "row", "patient")
    (index,) = PATIENT.indexes_of(WHILE, "row", anew).values()
    assert index in looked_for(PATIENT, AFTER, "patient")
    assert index not in looked_for(PATIENT, BEFORE, "patient")


def test_nobody_is_looked_for_among_none() -> None:
    assert looked_for(PATIENT, BEFORE) == set()

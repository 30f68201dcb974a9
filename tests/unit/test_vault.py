"""The vault and the column types: sealed values open only where they were made for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from itertools import count
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql, sqlite

from bot.cli.rotate_key import GRACE
from services.accounts.tables import person
from services.drafts.tables import draft
from services.registry.local.tables import patient
from services.storage.types import Encrypted, Sealed, UtcDateTime
from services.storage.vault import _LOOKS_APART_S, Vault, VaultError

KEY, OTHER_KEY = bytes(range(32)), bytes(range(1, 33))
VAULT = Vault(KEY)
COLUMN = person.c.profile
SECRET = "Иванова Анна, 5097579792000180"
DIALECTS = {"sqlite": sqlite.dialect(), "postgres": postgresql.dialect()}  # type: ignore[no-untyped-call]


@given(st.text())
def test_what_is_sealed_opens_the_same(text: str) -> None:
    assert VAULT.open(COLUMN, "row", VAULT.seal(COLUMN, "row", text)) == text


def test_nothing_can_be_read_in_what_is_sealed_and_no_two_are_alike() -> None:
    sealed, again = VAULT.seal(COLUMN, "row", SECRET), VAULT.seal(COLUMN, "row", SECRET)
    assert sealed != again
    for part in ("Иванова", "5097579792000180"):
        assert part.encode() not in bytes(sealed)
    assert bytes.fromhex(VAULT.key_id) in bytes(sealed), "the key that sealed it is named"


def test_one_changed_bit_and_it_does_not_open() -> None:
    sealed = VAULT.seal(COLUMN, "row", SECRET)
    for place in range(len(sealed)):
        broken = bytearray(sealed)
        broken[place] ^= 1
        with pytest.raises(VaultError):
            VAULT.open(COLUMN, "row", bytes(broken))


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01" * 16, b"\x02" * 60, SECRET.encode()])
def test_what_was_never_sealed_does_not_open(sealed: bytes) -> None:
    with pytest.raises(VaultError):
        VAULT.open(COLUMN, "row", sealed)


def test_a_value_opens_in_its_own_row_column_and_table_alone() -> None:
    sealed = VAULT.seal(COLUMN, "row", SECRET)
    for column, row in ((COLUMN, "other"), (draft.c.data, "row"), (patient.c.identity, "row"), (person.c.id, "row")):
        with pytest.raises(VaultError):
            VAULT.open(column, row, sealed)


def test_another_key_does_not_open_it_and_the_error_holds_nothing() -> None:
    with pytest.raises(VaultError) as caught:
        Vault(OTHER_KEY).open(COLUMN, "row", VAULT.seal(COLUMN, "row", SECRET))
    assert "Иванова" not in str(caught.value)
    assert Vault(OTHER_KEY).key_id != VAULT.key_id


def test_of_several_keys_the_first_seals_and_each_opens_its_own() -> None:
    both = Vault(OTHER_KEY, KEY)
    assert both.key_ids == (Vault(OTHER_KEY).key_id, VAULT.key_id)
    assert both.open(COLUMN, "row", VAULT.seal(COLUMN, "row", SECRET)) == SECRET
    assert Vault(OTHER_KEY).open(COLUMN, "row", both.seal(COLUMN, "row", SECRET)) == SECRET
    assert both.index("p", "v") == Vault(OTHER_KEY).index("p", "v")
    assert both.indexes("p", "v") == (Vault(OTHER_KEY).index("p", "v"), VAULT.index("p", "v"))


def test_keys_that_come_and_go_are_followed_but_foreign_ones_are_not() -> None:
    found: list[list[bytes]] = []
    vault = Vault(KEY, look=lambda: found.pop() if found else None, now=count().__next__)
    sealed = vault.seal(COLUMN, "row", SECRET)
    foreign = bytes(range(2, 34))
    for keys, now in (
        ([foreign], KEY),  # somebody has put another file in the key's place
        ([OTHER_KEY, KEY], OTHER_KEY),  # a rotation begins
        ([], OTHER_KEY),
        ([KEY], OTHER_KEY),  # the next key's file is gone: what it has sealed already must still open
        ([OTHER_KEY, KEY], OTHER_KEY),
        ([OTHER_KEY], OTHER_KEY),  # the old key has been removed
    ):
        found.append(keys)
        assert vault.key_id == Vault(now).key_id
    with pytest.raises(VaultError, match="not here"):
        vault.open(COLUMN, "row", sealed)


def test_the_keys_are_looked_at_once_a_moment_and_at_once_for_one_that_is_not_known() -> None:
    """The look costs as much as opening a value; a rotation grants everybody far more time than a moment."""
    at_hand, looks, now = [KEY], count(), [0.0]

    def look() -> list[bytes]:
        next(looks)
        return at_hand

    vault = Vault(KEY, look=look, now=lambda: now[0])
    by_another_process = Vault(OTHER_KEY, KEY).seal(COLUMN, "row", SECRET)
    at_hand.insert(0, OTHER_KEY)
    assert vault.open(COLUMN, "row", VAULT.seal(COLUMN, "row", SECRET)) == SECRET
    assert next(looks) == 0, "nobody has looked yet"
    assert vault.open(COLUMN, "row", by_another_process) == SECRET
    assert vault.key_id == Vault(OTHER_KEY).key_id
    assert next(looks) == 2, "once, for the key that was not known"
    del at_hand[1]
    assert len(vault.key_ids) == 2
    now[0] += 1.0
    assert len(vault.key_ids) == 1
    assert next(looks) == 4


def test_a_rotation_waits_for_far_more_than_one_look() -> None:
    assert 50 * _LOOKS_APART_S <= GRACE / 2


def test_json_comes_back_as_it_was() -> None:
    value = {"surname": "Ёлкина", "patronymic": None, "options": ["a", 1], "near": [55.75, 37.62]}
    assert VAULT.open_json(COLUMN, "row", VAULT.seal_json(COLUMN, "row", value)) == value


def test_a_blind_index_finds_the_same_and_tells_nothing() -> None:
    index = VAULT.index("policy", "5097579792000180")
    assert index == VAULT.index("policy", "5097579792000180")
    assert len(index) == 64
    others = {
        VAULT.index("policy", "5097579792000181"),
        VAULT.index("snils", "5097579792000180"),
        VAULT.index("polic", "y5097579792000180"),
        Vault(OTHER_KEY).index("policy", "5097579792000180"),
    }
    assert index not in others
    assert len(others) == 4
    assert "5097579792000180" not in index


# --- column types ---------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)
def test_a_naive_moment_is_refused(dialect: Any) -> None:
    with pytest.raises(ValueError, match="naive"):
        UtcDateTime().process_bind_param(datetime(2026, 11, 23), dialect)  # noqa: DTZ001
    assert UtcDateTime().process_bind_param(None, dialect) is None
    assert UtcDateTime().process_result_value(None, dialect) is None


@given(
    st.datetimes(datetime(1906, 1, 1), datetime(2200, 1, 1)),  # noqa: DTZ001
    st.integers(-12, 14),
)
def test_a_moment_comes_back_in_utc_to_the_millisecond(moment: datetime, offset: int) -> None:
    aware = moment.replace(tzinfo=timezone(timedelta(hours=offset)))
    stored = UtcDateTime().process_bind_param(aware, DIALECTS["sqlite"])
    back = UtcDateTime().process_result_value(stored, DIALECTS["sqlite"])
    assert isinstance(stored, int)
    assert back is not None
    assert back.tzinfo is UTC
    assert timedelta(0) <= aware - back < timedelta(milliseconds=1)


def test_an_encrypted_column_takes_nothing_in_clear() -> None:
    column = Encrypted()
    for clear in (SECRET, 5, {"surname": "Иванова"}, bytearray(b"x")):
        with pytest.raises(TypeError):
            column.process_bind_param(cast(Sealed, clear), DIALECTS["sqlite"])
    sealed = VAULT.seal(COLUMN, "row", SECRET)
    assert column.process_bind_param(sealed, DIALECTS["sqlite"]) == sealed
    assert column.process_bind_param(None, DIALECTS["sqlite"]) is None


@given(st.binary())
def test_the_content_of_a_file_opens_the_same(content: bytes) -> None:
    sealed = VAULT.seal_bytes(COLUMN, "row", content)
    assert VAULT.open_bytes(COLUMN, "row", sealed) == content
    with pytest.raises(VaultError):
        VAULT.open_bytes(COLUMN, "other", sealed)

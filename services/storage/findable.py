"""Values that lie sealed and are found all the same: beside each stands a blind index, under a purpose of its own.

Two columns of different purposes hold different indexes of one value, so without the key nothing joins them. While a
key is being replaced, equal values of one column may have different indexes, too: rows are compared by what is opened
and looked up again (`among`), never index with index.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, Table

from services.storage.types import Sealed
from services.storage.vault import Vault

INDEX_LENGTH = 64
"""Of a blind index, in characters."""
_INFO = "findable"


@dataclass(frozen=True, slots=True)
class Findable:
    """A sealed column and the column of its index. `purpose`: goes into each index, so it stays as it is."""

    sealed: Column[Any]
    index: Column[Any]
    purpose: str

    def values(self, vault: Vault, row_id: str, value: str | None) -> dict[str, Any]:
        """What both columns of this row are to hold; NULLs for None."""
        if value is None:
            return {self.sealed.name: None, self.index.name: None}
        return {
            self.sealed.name: vault.seal(self.sealed, row_id, value),
            self.index.name: vault.index(self.purpose, value),
        }

    def open(self, vault: Vault, row_id: str, sealed: bytes) -> str:
        """What was sealed for this row; `VaultError` where it does not open."""
        return vault.open(self.sealed, row_id, sealed)

    def open_any(self, vault: Vault, row_id: str, sealed: bytes | None) -> str | None:
        """The same where there may be none."""
        return None if sealed is None else self.open(vault, row_id, sealed)

    def among(self, vault: Vault, values: Iterable[str]) -> ColumnElement[bool]:
        """A condition: the row's value is one of these, indexed under whichever key at hand."""
        return self.index.in_(self.indexes(vault, values))

    def indexes(self, vault: Vault, values: Iterable[str]) -> list[str]:
        """What a row's index may be, if its value is one of these: for a statement that is made once."""
        return [index for value in values for index in vault.indexes(self.purpose, value)]

    def indexes_of(self, vault: Vault, row_id: str, sealed: Sealed) -> dict[str, str | None]:
        """The index anew, of a value that has been sealed anew (`storage.rotation`)."""
        return {self.index.name: vault.index(self.purpose, self.open(vault, row_id, sealed))}


def findable(sealed: Column[Any], index: Column[Any], purpose: str) -> Findable:
    """Declared beside its table; the column remembers it, so that a rotation makes its index anew by itself."""
    made = Findable(sealed, index, purpose)
    sealed.info[_INFO] = made
    return made


def all_findable(tables: Iterable[Table]) -> list[Findable]:
    """All that these tables have."""
    return [column.info[_INFO] for table in tables for column in table.columns if _INFO in column.info]

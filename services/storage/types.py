"""Column types shared by every table of both engines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, NewType

from sqlalchemy import BigInteger, DateTime, Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator, TypeEngine

Sealed = NewType("Sealed", bytes)
"""Ciphertext made by `Vault.seal`: the only thing an `Encrypted` column takes."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC. Refuses naive values; keeps milliseconds.

    PostgreSQL: `timestamptz`. SQLite: an integer of milliseconds since 1970, which sorts and
    compares faster than the driver's text form.
    """

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(BigInteger())
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored")
        if dialect.name == "sqlite":
            return (value - _EPOCH) // _MILLISECOND
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if dialect.name == "sqlite":
            return _EPOCH + int(value) * _MILLISECOND
        moment: datetime = value
        return moment.astimezone(UTC)


class Encrypted(TypeDecorator[Sealed]):
    """Personal data at rest: bytes made by `Vault.seal` for this very table, column and row.

    The type does not encrypt by itself, for the row's id is part of what is authenticated;
    it refuses text, so that nothing in clear can slip in.
    """

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Sealed | None, dialect: Dialect) -> bytes | None:  # noqa: ARG002
        if value is not None and not isinstance(value, bytes):
            raise TypeError("an encrypted column takes only what the vault has sealed")
        return value

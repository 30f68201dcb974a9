"""When a database counts as a registry that does not answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

from services.registry.ports.errors import RegistryUnavailable

ATTEMPTS = 4
"""A unit that a unique index refused is tried again: the lost race is then seen by reading."""


@contextmanager
def answering() -> Iterator[None]:
    """Whatever the database raises is `RegistryUnavailable` to those who asked."""
    try:
        yield
    except (SQLAlchemyError, OSError) as error:
        raise RegistryUnavailable from error

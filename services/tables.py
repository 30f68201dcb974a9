"""Every table there is, a line a topic: for Alembic, the rotation of the key, and the templates of tests.

A table that is left out here would be left out of a rotation; `unit/test_tables.py` looks for such a one.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Table

from services.accounts import tables as accounts
from services.booking import tables as booking
from services.cases import tables as cases
from services.costs import tables as costs
from services.documents import tables as documents
from services.drafts import tables as drafts
from services.insurer_choice import tables as insurer_choice
from services.limits import tables as limits
from services.notify import tables as notify
from services.operators import tables as operators
from services.registry.local import tables as local_registry
from services.searches import tables as searches
from services.signatures import tables as signatures
from services.storage import tables as storage

MODULES = (
    storage,
    limits,
    accounts,
    drafts,
    notify,
    booking,
    cases,
    costs,
    insurer_choice,
    searches,
    documents,
    signatures,
    operators,
    local_registry,
)

metadata = storage.metadata


def all_tables() -> Sequence[Table]:
    """All of them, each after those that it refers to."""
    return metadata.sorted_tables

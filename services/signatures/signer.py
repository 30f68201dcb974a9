"""The demo's signer of a database: its authority is made once, and lies there sealed.

Whoever has it signs as anybody: it is for the local chat alone, and whoever asks for it has looked where it is.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Insert, Select, select

from services.signatures.demo import certificate_of, new_root, signed
from services.signatures.tables import signing_root
from services.storage.engine import Database
from services.storage.sql import insert_for
from services.storage.statement import statement
from services.storage.types import Sealed
from services.storage.vault import Vault

_ONE = "demo"
"""The id of the only row: of two processes that begin at once, both read the root of the one that was first."""


@statement
def _kept(root_id: str) -> Select[Any]:
    return select(signing_root.c.root).where(signing_root.c.id == root_id)


@statement
def _keep(root_id: str, root: Sealed, *, dialect: str) -> Insert:
    kept = insert_for(dialect, signing_root).values(id=root_id, root=root)
    return kept.on_conflict_do_nothing(index_elements=["id"])


class DemoSigner:
    """Signs in anybody's name, and what it makes says that it is worth nothing. `root`: as `new_root` makes one."""

    def __init__(self, root: bytes) -> None:
        self._root = root

    @property
    def certificate(self) -> bytes:
        """The authority's, to be trusted: PEM."""
        return certificate_of(self._root)

    def sign(self, pdf: bytes, *, name: str, snils: str, moment: datetime) -> bytes:
        """A detached signature, DER. `name`: surname first; `snils`: 11 digits; `moment`: of signing."""
        return signed(self._root, pdf, name=name, snils=snils, moment=moment)


async def demo_signer(database: Database, vault: Vault, moment: datetime) -> DemoSigner:
    """This database's; where there is none yet, it is made now. Raises `VaultError` where it does not open."""
    found = (await database.fetch(_kept(_ONE))).scalar()
    if found is None:
        sealed = vault.seal_bytes(signing_root.c.root, _ONE, new_root(moment))
        await database.execute(_keep(_ONE, sealed, dialect=database.dialect))
        found = (await database.fetch(_kept(_ONE))).scalar_one()
    return DemoSigner(vault.open_bytes(signing_root.c.root, _ONE, found))

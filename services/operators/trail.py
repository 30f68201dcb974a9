"""The trail of operators: who has run which command, kept before the command does anything.

Nobody is asked who they are: the machine knows the user, and sudo whose hand it was. Both are a person's, and lie
sealed; what an act was about is told by ids and numbers, never by a name.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import insert, select, update

from services.clock import Clock
from services.ids import new_id
from services.operators.tables import operator_act
from services.storage.engine import Database
from services.storage.rows import Row
from services.storage.vault import Vault


@dataclass(frozen=True, slots=True)
class Hand:
    """Whose hand it was. `sudo_user`: who had become `user` by sudo, "" for nobody."""

    user: str
    sudo_user: str
    host: str


@dataclass
class Doing:
    """A command at work. `about`: what it turned out to be about; `code`: its exit code, once it has one."""

    about: str | None = None
    code: int | None = None


@dataclass(frozen=True, slots=True)
class OperatorAct:
    """What the trail knows of one command. `code`: None where it has not come to its end."""

    at: datetime
    command: str
    hand: Hand
    about: str | None
    code: int | None


class Trail:
    """Written by every command, read by one."""

    def __init__(self, database: Database, vault: Vault, clock: Clock) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock

    @asynccontextmanager
    async def act(self, command: str, hand: Hand) -> AsyncIterator[Doing]:
        """Notes the command, then lets it do its work; what it says of itself is noted at its end."""
        act_id, doing = new_id(), Doing()
        who = self._vault.seal_json(operator_act.c.who, act_id, asdict(hand))
        await self._database.execute(
            insert(operator_act).values(id=act_id, command=command, who=who, at=self._clock.now())
        )
        yield doing
        about = self._vault.seal(operator_act.c.about, act_id, doing.about) if doing.about else None
        await self._database.execute(
            update(operator_act).where(operator_act.c.id == act_id).values(about=about, code=doing.code)
        )

    async def since(self, moment: datetime | None = None) -> Sequence[OperatorAct]:
        """The acts from this moment on, or all of them, oldest first."""
        query = select(operator_act).order_by(operator_act.c.at, operator_act.c.id)
        if moment is not None:
            query = query.where(operator_act.c.at >= moment)
        return [self._act(row) for row in (await self._database.fetch(query)).all()]

    def _act(self, row: Row) -> OperatorAct:
        hand = Hand(**self._vault.open_json(operator_act.c.who, row.id, row.who))
        about = None if row.about is None else self._vault.open(operator_act.c.about, row.id, row.about)
        return OperatorAct(row.at, row.command, hand, about, row.code)

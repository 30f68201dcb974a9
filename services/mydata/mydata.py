"""«Мои данные»: all that is kept about an account as one document, and the end of it.

Every topic has its part (`services.personal`). Erasing is one unit of work: all of it or nothing; visits are
cancelled before it, each by itself, and stay cancelled whatever comes after.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from services.accounts import concerns
from services.accounts.model import Account
from services.accounts.mydata import AccountData
from services.accounts.persons import Persons
from services.booking import sight
from services.booking.cancelling import Cancelling
from services.booking.model import Checking, GivenUp, Kept
from services.booking.tables import booking_intent
from services.booking.visits import Visits
from services.clock import Clock
from services.errors import NotFound
from services.limits.limits import Limits
from services.limits.model import Act
from services.memory import Memory
from services.mydata.model import Erased, Given, Obligations, Planned
from services.personal import Facts, Moment, PersonalData, clashing, joined
from services.registry.model import CancelRefusal
from services.registry.ports.errors import RegistryUnavailable
from services.storage.engine import Database
from services.texts.dates import MOSCOW

_DOUBLE_PRESS = timedelta(seconds=10)
_ERASED = "just erased"


class MyData:
    """Tells and erases. `people`: the accounts' own part, which decides who goes; `parts`: the other topics'.

    Raises `ValueError` where two parts write one section without both saying that it is shared.
    """

    def __init__(
        self,
        database: Database,
        people: AccountData,
        parts: Sequence[PersonalData],
        persons: Persons,
        visits: Visits,
        cancelling: Cancelling,
        memory: Memory,
        limits: Limits,
        clock: Clock,
    ) -> None:
        self._database = database
        self._people = people
        self._parts = (*parts, people)
        if twice := clashing(self._parts):
            raise ValueError(f"several topics write {sorted(twice)}")
        self._persons = persons
        self._visits = visits
        self._cancelling = cancelling
        self._clock = clock
        self._is_tidy = False
        self._memory = memory
        self._limits = limits

    @concerns.persons("all that is kept of everybody on the list, each topic's part by its own rules")
    async def export(self, account: Account) -> Facts:
        """All that is kept, by the names of `docs/export.schema.json`. Raises `LimitReached`."""
        await self._limits.spend(account.telegram_id, Act.EXPORT)
        whose = await self._people.subject(account)
        return joined([await part.export(whose) for part in (self._people, *self._parts[:-1])])

    @concerns.persons("all that is kept of everybody on the list, each topic's part by its own rules")
    async def obligations(self, account: Account) -> Obligations:
        """What still stands and should be known before everything is erased."""
        whose = await self._people.subject(account)
        others = tuple([each for part in self._parts for each in await part.obligations(whose)])
        own = frozenset((await self._database.fetch(sight.own_bookings(account.id))).scalars())
        try:
            ahead = await self._visits.ahead(account)
        except RegistryUnavailable:
            return Obligations(planned=await self._planned(account), answers=False, others=others)
        return Obligations(tuple(each for each in ahead if each.visit.id in own), others=others)

    @concerns.persons("all that is kept of everybody on the list, each topic's part by its own rules")
    async def cancel(self, account: Account, obligations: Obligations) -> Given:
        """Cancels these visits one by one; those that are over already need it no more."""
        over = kept = checking = 0
        ids = [*(each.visit.id for each in obligations.visits), *(each.visit_id for each in obligations.planned)]
        for visit_id in ids:
            try:
                outcome = await self._cancelling.cancel(account, visit_id)
            except NotFound:
                outcome = Kept(CancelRefusal.NOT_FOUND)
            match outcome:
                case GivenUp():
                    over += 1
                case Checking():
                    checking += 1
                case Kept(reason):
                    stands = not isinstance(reason, CancelRefusal) or reason is CancelRefusal.UNAVAILABLE
                    kept, over = kept + stands, over + (not stands)
        return Given(over, kept, checking)

    @concerns.persons("all that is kept of everybody on the list, each topic's part by its own rules")
    async def erase(self, account: Account) -> Erased:
        """Erases the account and whoever was in it alone. Raises `StillUnderWay`: nothing is erased then.

        Erased already, it does nothing.
        """
        async with self._database.write() as unit:
            departure = await self._people.depart(unit, account.id)
            if departure is not None:
                for part in self._parts:
                    await part.erase(unit, departure.leaving)
        if departure is None:
            return Erased()
        await self._memory.keep(_ERASED, account.telegram_id, "", _DOUBLE_PRESS)
        self._is_tidy = await self._database.tidy()
        return Erased(departure.farewells)

    async def just_erased(self, telegram_id: int) -> bool:
        """Whether this chat's data were erased a moment ago: a double press."""
        return await self._memory.recall(_ERASED, telegram_id) is not None

    async def purge(self) -> int:
        """Forgets what is kept of those who have left, when its time is over; gives how many rows."""
        return await self._people.purge()

    async def tidy(self) -> None:
        """Does what was left of an erasing: a reader was in the way, or the process ended too early."""
        if not self._is_tidy:
            self._is_tidy = await self._database.tidy()

    async def _planned(self, account: Account) -> tuple[Planned, ...]:
        names = {each.id: each.full_name for each in await self._persons.family(account)}
        rows = await self._database.fetch(
            select(booking_intent.c.visit_id, booking_intent.c.person_id, booking_intent.c.starts_at)
            .where(
                booking_intent.c.account_id == account.id,
                booking_intent.c.status == "booked",
                booking_intent.c.ended_at.is_(None),
                booking_intent.c.hidden_at.is_(None),
                booking_intent.c.starts_at > self._clock.now(),
            )
            .order_by(booking_intent.c.starts_at)
        )
        return tuple(
            Planned(row.visit_id, names.get(row.person_id), Moment(row.starts_at, MOSCOW)) for row in rows.all()
        )

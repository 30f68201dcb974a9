"""The services that handlers and wizard steps work with, as `bot.app` has built them."""

from __future__ import annotations

from dataclasses import dataclass

from services.accounts.access import Access
from services.accounts.accounts import Accounts
from services.accounts.ageing import Ageing
from services.accounts.family import Family
from services.accounts.persons import Persons, ReadyFamily
from services.booking.booking import Booking
from services.booking.cancelling import Cancelling
from services.booking.holds import Holds
from services.booking.reminders import Reminders
from services.booking.repeats import Repeats
from services.booking.replies import Replies
from services.booking.times import Times
from services.booking.visits import Visits
from services.booking.watch import Watch
from services.clinics.directory import Directory
from services.clock import Clock
from services.drafts.drafts import Drafts
from services.mydata.mydata import MyData
from services.notify.outbox import Outbox


@dataclass(frozen=True, slots=True)
class Tools:
    """One instance a process. `ready_family`: DEMO only; `operator`: who processes personal data, "" in DEMO.

    `version`: the product's own.
    """

    clock: Clock
    accounts: Accounts
    persons: Persons
    access: Access
    family: Family
    ageing: Ageing
    drafts: Drafts
    directory: Directory
    times: Times
    holds: Holds
    booking: Booking
    cancelling: Cancelling
    visits: Visits
    repeats: Repeats
    watch: Watch
    reminders: Reminders
    replies: Replies
    outbox: Outbox
    mydata: MyData
    operator: str
    version: str
    ready_family: ReadyFamily | None

    @property
    def demo(self) -> bool:
        return self.ready_family is not None

"""The services that handlers and wizard steps work with, as `bot.app` has built them."""

from __future__ import annotations

from dataclasses import dataclass

from services.accounts.access import Access
from services.accounts.accounts import Accounts
from services.accounts.ageing import Ageing
from services.accounts.family import Family
from services.accounts.mail import Mail
from services.accounts.persons import Persons, ReadyFamily
from services.booking.booking import Booking
from services.booking.calendar import Calendar
from services.booking.cancelling import Cancelling
from services.booking.holds import Holds
from services.booking.links import Links
from services.booking.reminders import Reminders
from services.booking.repeats import Repeats
from services.booking.replies import Replies
from services.booking.times import Times
from services.booking.visits import Visits
from services.booking.watch import Watch
from services.clinics.directory import Directory
from services.clock import Clock
from services.documents.map import Maps
from services.drafts.drafts import Drafts
from services.mydata.mydata import MyData
from services.notify.outbox import Outbox
from services.requests.requests import Requests
from services.requests.tracked import Statuses


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
    mail: Mail
    drafts: Drafts
    directory: Directory
    maps: Maps
    times: Times
    holds: Holds
    booking: Booking
    cancelling: Cancelling
    visits: Visits
    repeats: Repeats
    links: Links
    watch: Watch
    reminders: Reminders
    replies: Replies
    calendar: Calendar
    outbox: Outbox
    requests: Requests
    statuses: Statuses
    mydata: MyData
    operator: str
    version: str
    ready_family: ReadyFamily | None

    @property
    def demo(self) -> bool:
        return self.ready_family is not None

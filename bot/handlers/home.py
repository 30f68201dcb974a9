"""Home, and the demo's ready family."""

from __future__ import annotations

from bot.entries import Entries
from bot.fsm.person import KIND as FORM_KIND
from bot.handlers.links import BookingLinks
from bot.handlers.wizard import Wizards
from bot.kernel import Kernel
from bot.keyboards.buttons.common import GO_HOME, GO_HOME_BELOW
from bot.keyboards.buttons.home import GO_DEMO_FAMILY
from bot.routing import to
from bot.topic import Place
from bot.views import home as view
from bot.views.screen import Screen
from bot.visitor import Visitor
from services.accounts.accounts import Accounts
from services.accounts.persons import Persons
from services.booking.visits import Visits
from services.drafts.drafts import Drafts
from services.registry.ports.errors import RegistryUnavailable


class Home:
    """The active person's policy, the next visit, and the entries of the topics."""

    def __init__(self, kernel: Kernel, visits: Visits, entries: Entries) -> None:
        self._kernel = kernel
        self._visits = visits
        self._entries = entries

    async def screen(self, visitor: Visitor) -> Screen:
        """An invitation to the form while there is nobody yet."""
        account, t = visitor.account, visitor.t
        person = await self._kernel.persons.active(account)
        if person is None:
            return view.no_form(t, demo=self._kernel.demo)
        rows = await self._entries.rows(visitor, Place.HOME)
        try:
            ahead = await self._visits.upcoming(account, 0, 1)
            data = view.HomeData(person, ahead.items[0] if ahead.items else None, rows)
        except RegistryUnavailable:
            data = view.HomeData(person, None, rows, answering=False)
        return view.home(t, data, visitor.now)

    def no_form(self, visitor: Visitor) -> Screen:
        """What is shown where a topic needs the own form, and there is none."""
        return view.no_form(visitor.t, demo=self._kernel.demo)


async def go_home(visitor: Visitor, *, wizards: Wizards, home: Home) -> None:
    await wizards.leave(visitor)
    await visitor.show(await home.screen(visitor))


async def take_ready_family(
    visitor: Visitor,
    *,
    kernel: Kernel,
    persons: Persons,
    accounts: Accounts,
    drafts: Drafts,
    wizards: Wizards,
    home: Home,
    booking_links: BookingLinks,
) -> None:
    """DEMO: the whole form in one press; then on to where a link has led."""
    if kernel.ready_family is not None and not await persons.family(visitor.account):
        family = await persons.take_ready_family(visitor.account, kernel.ready_family)
        visitor = visitor.become(await accounts.set_active_person(visitor.account, family[0].id))
    draft = await drafts.open_of(visitor.account.id, FORM_KIND)
    if draft is not None:
        await wizards.leave(visitor)
        await drafts.drop(draft.id)
    if not await booking_links.go_on_waiting(visitor):
        await visitor.show(await home.screen(visitor))


ROUTES = (to(GO_HOME, go_home), to(GO_HOME_BELOW, go_home), to(GO_DEMO_FAMILY, take_ready_family))

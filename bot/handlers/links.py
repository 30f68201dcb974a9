"""Links to booking: `/start` with where to begin, and the button that goes on with it."""

from __future__ import annotations

from bot.front import ConsentFirst, HomeScreen
from bot.fsm import booking
from bot.fsm.links import LinkSteps
from bot.handlers.wizard import Wizards
from bot.kernel import Kernel
from bot.keyboards.buttons.links import BookByLink
from bot.routing import on
from bot.views import common, home
from bot.views import links as view
from bot.visitor import Visitor
from services.accounts.persons import Persons
from services.booking.links import Links, payload_of, read_link
from services.booking.model import BookingLink, LinkTarget
from services.registry.ports.errors import RegistryUnavailable


class BookingLinks:
    """Where a link leads, on the screen."""

    def __init__(self, kernel: Kernel, links: Links, steps: LinkSteps, wizards: Wizards) -> None:
        self._kernel = kernel
        self._links = links
        self._steps = steps
        self._wizards = wizards

    async def follow(self, visitor: Visitor, link: BookingLink) -> None:
        """To the booking that the link leads to; by the form, or by the question about one that is unfinished."""
        await self._wizards.leave(visitor)
        if not await booking.has_somebody(self._kernel.persons, visitor.account, visitor.now):
            await self._links.keep(visitor.telegram_id, link)
            note = view.form_first(visitor.t, await self._target(link))
            await visitor.show(home.no_form(visitor.t, demo=self._kernel.demo, note=note))
            return
        draft = await self._kernel.drafts.open_of(visitor.account.id, booking.KIND)
        if draft is not None and "person" in draft.answers:
            await visitor.show(view.unfinished(visitor.t, await self._target(link), payload_of(link)))
            return
        await self.begin(visitor, link)

    async def begin(self, visitor: Visitor, link: BookingLink) -> None:
        try:
            begins = await self._steps.begins(visitor.account, visitor.t, link)
            await self._wizards.begin(visitor, begins)
        except RegistryUnavailable:  # a message has no button to ask again with
            await visitor.show(common.unavailable(visitor.t, BookByLink(payload=payload_of(link), sure=False)))

    async def go_on_waiting(self, visitor: Visitor) -> bool:
        """On to where a link has led somebody new; False where none waits, or the registry is silent."""
        begins = await self._steps.waited(visitor.account, visitor.t)
        if begins is not None:
            await self._wizards.begin(visitor, begins)
        return begins is not None

    async def _target(self, link: BookingLink) -> LinkTarget | None:
        """What the link is to be called by, where that can be told now."""
        try:
            return await self._links.target(link)
        except RegistryUnavailable:
            return None


async def keep_for_later(visitor: Visitor, link: BookingLink, *, consent: ConsentFirst, links: Links) -> None:
    """Somebody new: consent first. It is shown before the link is kept, for the database may be busy being filled."""
    await consent.ask(visitor, view.before_consent(visitor.t))
    await links.keep(visitor.telegram_id, link)


async def waited(visitor: Visitor, *, links: Links) -> BookingLink | None:
    """What has led somebody here before consent; whoever does not consent is no longer waited for."""
    if visitor.known is None:
        await links.forget(visitor.telegram_id)
        return None
    return await links.waiting(visitor.telegram_id)


async def follow(visitor: Visitor, link: BookingLink, *, booking_links: BookingLinks) -> None:
    await booking_links.follow(visitor, link)


async def go_on(
    visitor: Visitor, data: BookByLink, *, booking_links: BookingLinks, home: HomeScreen, persons: Persons
) -> None:
    link = read_link(data.payload)
    if link is None:
        await visitor.show(await home.screen(visitor), common.outdated(visitor.t))
    elif data.sure and await booking.has_somebody(persons, visitor.account, visitor.now):
        await booking_links.begin(visitor, link)
    else:
        await booking_links.follow(visitor, link)


ROUTES = (on(BookByLink, go_on),)

"""Where a link leads, as the beginning of a booking; and how it goes on from the form to a link that has waited."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from bot.fsm import booking
from bot.fsm.wizard import Begins, StepContext
from bot.views import links as view
from services.accounts.model import Account
from services.accounts.persons import Persons
from services.booking.links import Links
from services.booking.model import BookingLink
from services.clinics.directory import Directory
from services.registry.ports.errors import RegistryUnavailable
from services.texts.i18n import Html, Texts, blocks


@dataclass(frozen=True, slots=True)
class LinkSteps:
    links: Links
    persons: Persons
    directory: Directory

    async def begins(self, account: Account, t: Texts, link: BookingLink, note: Html | None = None) -> Begins:
        """A booking where the link leads, or from its beginning where the clinic is gone.

        The link waits until that has begun. `note`: what has just happened besides. Raises `RegistryUnavailable`.
        """
        target = await self.links.target(link)
        if target is None:
            answers = await booking.first_answers(self.persons, self.directory, account)
            begins = Begins(booking.KIND, answers, blocks(note or "", view.clinic_gone(t)))
        else:
            said = view.lost(t, target) if target.lost else Html("")
            begins = booking.begins_by_link(target, blocks(note or "", said))
        return replace(begins, begun=partial(self.links.forget, account.telegram_id))

    async def waited(self, account: Account, t: Texts, note: Html | None = None) -> Begins | None:
        """On to where a link has led somebody new; None where none waits.

        A registry that is silent lets it wait: «Записаться к врачу» asks again.
        """
        link = await self.links.waiting(account.telegram_id)
        if link is None:
            return None
        try:
            return await self.begins(account, t, link, note)
        except RegistryUnavailable:
            return None

    async def after_form(self, context: StepContext, note: Html) -> Begins | None:
        """What follows the own form."""
        return await self.waited(context.account, context.t, note)

"""«Услуги»: the list, the terms of a service, and how a service comes to whom it is for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.catalogue import Catalogue
from bot.front import HomeScreen
from bot.handlers.wizard import Wizards
from bot.keyboards.buttons.services import GO_SERVICES, ServiceList, ServiceTerms
from bot.routing import on, to
from bot.views import services as view
from bot.views.lists import Whose, whose
from bot.views.screen import Screen
from bot.views.services import Service
from bot.visitor import Visitor
from bot.wanted import WantedService
from services.accounts.model import Action, Area, Person
from services.accounts.persons import Persons
from services.accounts.rights import opens

Drawn = Callable[[Person, Whose], Awaitable[None]]
"""Shows the first screen of a service for this person."""
Found = Callable[[Person], Awaitable[Screen]]
"""Asks the registry and draws what it gives."""


async def open_list(
    visitor: Visitor, *, wizards: Wizards, persons: Persons, catalogue: Catalogue, home: HomeScreen
) -> None:
    first = ServiceList(page=0)
    await turn(visitor, first, wizards=wizards, persons=persons, catalogue=catalogue, home=home)


async def turn(
    visitor: Visitor,
    data: ServiceList,
    *,
    wizards: Wizards,
    persons: Persons,
    catalogue: Catalogue,
    home: HomeScreen,
) -> None:
    await wizards.leave(visitor)
    person = await persons.active(visitor.account)
    if person is None:
        await visitor.show(await home.screen(visitor))
        return
    shown = whose(person, await persons.family(visitor.account), GO_SERVICES)
    found = await catalogue.present(visitor)
    await visitor.show(view.services(visitor.t, found, shown, data.page, layout=visitor.layout))


async def terms(visitor: Visitor, data: ServiceTerms, *, wizards: Wizards, catalogue: Catalogue) -> None:
    service = catalogue.service(data.service)
    await wizards.leave(visitor)
    await visitor.show(view.terms(visitor.t, service, await catalogue.beside(visitor, service.name)))


@dataclass(frozen=True, slots=True)
class Offered:
    """How a service opens: for whom the account's level is enough. `action`: what is done with a person's insurance."""

    persons: Persons
    wanted: WantedService
    home: HomeScreen
    wizards: Wizards

    async def begin(self, visitor: Visitor, service: Service, action: Action, drawn: Drawn) -> None:
        """«Получить услугу»: for whoever is shown in the main menu."""
        await self.wizards.leave(visitor)
        person = await self.persons.active(visitor.account)
        if person is None:
            await visitor.show(await self.home.screen(visitor))
        elif await self._reached(visitor, service, action, person):
            await self.wanted.keep(visitor.telegram_id, service, confirmed=True)
            await drawn(person, await self._whose(visitor, service, person))

    async def go_on(self, visitor: Visitor, service: Service, person_id: str, found: Found) -> None:
        """«Поиск», for somebody whom a button names."""
        person = await self.persons.get(visitor.account, person_id)
        if await self._reached(visitor, service, Action.SEE, person):
            await visitor.show(await found(person))

    async def _reached(self, visitor: Visitor, service: Service, action: Action, person: Person) -> bool:
        """Whether the account's level is enough; where it is not, the screen says so."""
        if opens(person, Area.INSURANCE, action, visitor.now):
            return True
        await self.wanted.keep(visitor.telegram_id, service, confirmed=False)
        shown = await self._whose(visitor, service, person)
        await visitor.show(view.not_reached(visitor.t, service, action, person, shown, visitor.now))
        return False

    async def _whose(self, visitor: Visitor, service: Service, person: Person) -> Whose:
        return whose(person, await self.persons.family(visitor.account), view.section(service.opens))


ROUTES = (to(GO_SERVICES, open_list), on(ServiceList, turn), on(ServiceTerms, terms))

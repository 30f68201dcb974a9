"""Prescriptions: the two lists, a card, and the paper."""

from __future__ import annotations

from datetime import datetime

from bot.front import HomeScreen
from bot.handlers.record import Drawn, Section
from bot.handlers.wizard import Wizards
from bot.keyboards.buttons.prescriptions import GO_PRESCRIPTIONS, PrescriptionCard, PrescriptionList, PrescriptionTab
from bot.keyboards.layout import layout_of
from bot.routing import on, to
from bot.topic import Composed, DocumentContext
from bot.views import prescriptions as view
from bot.views.lists import search_gone, whose
from bot.views.screen import Screen
from bot.visitor import Visitor
from services.accounts.model import Account
from services.accounts.persons import Persons
from services.notify.outbox import Outbox
from services.prescriptions.prescriptions import Prescriptions
from services.searches.searches import Searches
from services.texts.i18n import N_, Html, Texts, texts

SECTION = Section(GO_PRESCRIPTIONS, N_("💊 Prescriptions"))


class PrescriptionLists:
    """The lists on the screen."""

    def __init__(self, prescriptions: Prescriptions, persons: Persons, searches: Searches) -> None:
        self._prescriptions = prescriptions
        self._persons = persons
        self._searches = searches

    async def found(self, who: Account, t: Texts, person_id: str, search: str) -> Screen:
        """What was looked for: in the list that has any."""
        usual, commercial = (
            PrescriptionList(person=person_id, tab=tab, page=0, search=search) for tab in PrescriptionTab
        )
        shown = await self._shown(who, t, usual)
        if search and not shown.found.total:
            other = await self._shown(who, t, commercial)
            shown = other if other.found.total else shown
        return view.listing(t, shown, layout=layout_of(who))

    async def screen(self, who: Account, t: Texts, asked: PrescriptionList) -> Screen:
        return view.listing(t, await self._shown(who, t, asked), layout=layout_of(who))

    async def _shown(self, who: Account, t: Texts, asked: PrescriptionList) -> view.Shown:
        """What was looked for and is not remembered any more becomes the whole list, which says so."""
        text = await self._searches.text(who, view.SEARCH, asked.search) if asked.search else None
        forgotten = bool(asked.search) and text is None
        found = await self._prescriptions.page(
            *(who, asked.person),
            commercial=asked.tab is PrescriptionTab.COMMERCIAL,
            page=asked.page,
            size=layout_of(who).described,
            words=text or "",
        )
        shown = whose(found.person, await self._persons.family(who), GO_PRESCRIPTIONS)
        search = "" if forgotten else asked.search
        note = search_gone(t) if forgotten else Html()
        return view.Shown(found, shown, asked.tab, asked.page, search, text, note)


async def open_list(
    visitor: Visitor,
    *,
    persons: Persons,
    prescription_lists: PrescriptionLists,
    outbox: Outbox,
    wizards: Wizards,
    home: HomeScreen,
) -> None:
    """Of whoever is shown in the main menu."""
    person = await persons.active(visitor.account)
    if person is None:
        await visitor.show(await home.screen(visitor))
        return
    asked = PrescriptionList(person=person.id, tab=PrescriptionTab.USUAL, page=0, search="")
    await turn(
        *(visitor, asked),
        persons=persons,
        prescription_lists=prescription_lists,
        outbox=outbox,
        wizards=wizards,
    )


async def turn(
    visitor: Visitor,
    data: PrescriptionList,
    *,
    persons: Persons,
    prescription_lists: PrescriptionLists,
    outbox: Outbox,
    wizards: Wizards,
) -> None:
    async def drawn() -> Screen:
        screen = await prescription_lists.screen(visitor.account, visitor.t, data)
        await outbox.read_about(visitor.account.id, data.person)  # news of several leads here
        return screen

    await wizards.leave(visitor)
    await visitor.show(await _open(visitor, persons, data.person, drawn))


async def card(
    visitor: Visitor,
    data: PrescriptionCard,
    *,
    persons: Persons,
    prescriptions: Prescriptions,
    outbox: Outbox,
    wizards: Wizards,
) -> None:
    async def drawn() -> Screen:
        entry = await prescriptions.get(visitor.account, data.person, data.prescription)
        await outbox.read_about(visitor.account.id, data.prescription)
        return view.card(visitor.t, entry, visitor.now, data.page, data.search)

    await wizards.leave(visitor)
    await visitor.show(await _open(visitor, persons, data.person, drawn))


async def _open(visitor: Visitor, persons: Persons, person_id: str, drawn: Drawn) -> Screen:
    return await SECTION.open(visitor.account, visitor.t, visitor.now, persons, person_id, drawn)


async def searched(
    who: Account,
    t: Texts,
    now: datetime,
    person_id: str,
    search_id: str | None,
    *,
    persons: Persons,
    prescription_lists: PrescriptionLists,
) -> Screen:
    async def drawn() -> Screen:
        return await prescription_lists.found(who, t, person_id, search_id or "")

    return await SECTION.open(who, t, now, persons, person_id, drawn)


async def compose(context: DocumentContext, *, prescriptions: Prescriptions) -> Composed:
    person_id, prescription_id = view.person_and_prescription(context.subject_id)
    entry = await prescriptions.get(context.account, person_id, prescription_id)
    return Composed(
        sheet=view.sheet(texts("ru"), entry),
        person=entry.person,
        name="recept",
        caption=context.t("Prescription: details"),
        back=PrescriptionCard(person=person_id, prescription=prescription_id, page=0, search=""),
    )


async def is_offered(_: Visitor, *, prescriptions: Prescriptions) -> bool:
    return prescriptions.offered


ROUTES = (to(GO_PRESCRIPTIONS, open_list), on(PrescriptionList, turn), on(PrescriptionCard, card))

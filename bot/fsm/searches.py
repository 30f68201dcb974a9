"""Searching a list by typed text: one question, whatever list it is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from aiogram.fsm.state import State, StatesGroup

from bot.fsm.wizard import AnyStep, Input, Left, Loaded, NotTaken, Outcome, Stay, Step, StepContext, Typed
from bot.views import searches as view
from bot.views.screen import Screen
from services.accounts.model import Account
from services.drafts.drafts import Drafts
from services.searches.model import LONGEST
from services.searches.searches import Searches
from services.texts.i18n import Texts
from services.texts.names import one_line

KIND = "search"
LIFETIME = timedelta(hours=1)


class SearchForm(StatesGroup):
    sought = State()


class Searched(Protocol):
    """A list that can be searched: a `bot.topic.SearchSpec` with its services filled in."""

    @property
    def asks(self) -> str: ...

    @property
    def shown(self) -> Callable[[Account, Texts, datetime, str, str | None], Awaitable[Screen]]: ...


SearchedLists = Mapping[str, Searched]
"""By their short names."""


@dataclass(frozen=True, slots=True)
class SearchSteps:
    searches: Searches
    drafts: Drafts
    lists: SearchedLists

    def table(self) -> Sequence[AnyStep]:
        return [Step(SearchForm.sought, self._load, view.question, self._apply)]

    async def _load(self, context: StepContext) -> Loaded[view.Asked]:
        which, person = context.answers["list"], context.answers["person"]
        return Loaded(view.Asked(self.lists[which].asks, which, person))

    async def _apply(self, context: StepContext, given: Input) -> Outcome:
        match given:
            case Typed(text) if sought := one_line(text):
                if len(sought) > LONGEST:
                    return Stay(view.too_long(context.t))
                return Left(await self._found(context, sought))
            case Typed():
                return Stay(view.nothing_typed(context.t))
        return NotTaken()

    async def _found(self, context: StepContext, sought: str) -> Screen:
        """The draft stays until the list is drawn: where it cannot be now, the question stands."""
        account, which, person = context.account, context.answers["list"], context.answers["person"]
        search_id = await self.searches.keep(account, which, sought)
        screen = await self.lists[which].shown(account, context.t, context.now, person, search_id)
        await self.drafts.drop(context.draft.id)
        return screen

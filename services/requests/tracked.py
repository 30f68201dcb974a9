"""«Статусы заявлений»: one list of all that an account has sent, whatever topic it belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from services.accounts import concerns
from services.accounts.model import Account
from services.requests.model import TrackedPage


class Tracked(Protocol):
    """A topic whose things are sent, stand under a status, and are answered. `Topic.cases` names them."""

    async def tracked(self, account: Account, limit: int) -> TrackedPage:
        """The newest `limit` of what this account has sent, and how many there are in all."""
        ...


class Statuses:
    """The list, put together of what each topic tells."""

    def __init__(self, topics: Sequence[Tracked]) -> None:
        self._topics = tuple(topics)

    @concerns.account("what it has sent to be answered")
    async def page(self, account: Account, page: int, size: int) -> TrackedPage:
        """One page, newest first; a page behind the last is the last one."""
        found = await self._newest(account, (page + 1) * size)
        start = min(page, max(0, found.total - 1) // size) * size
        return TrackedPage(found.items[start : start + size], found.total)

    async def _newest(self, account: Account, limit: int) -> TrackedPage:
        """Any of the newest `limit` in all is among the newest `limit` of its topic."""
        pages = [await each.tracked(account, limit) for each in self._topics]
        items = sorted((item for page in pages for item in page.items), key=lambda item: item.sent_at, reverse=True)
        return TrackedPage(tuple(items[:limit]), sum(page.total for page in pages))

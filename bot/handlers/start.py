"""/start: Home, consent for somebody new, or what a link has brought."""

from __future__ import annotations

from collections.abc import Sequence

from aiogram import Bot

from bot.front import ConsentFirst, HomeScreen
from bot.handlers.wizard import Wizards
from bot.topic import Revived, StartLink
from bot.views import common
from bot.visitor import Visitor
from services.accounts.accounts import Accounts
from services.accounts.model import Account


class StartLinks:
    """What links to the bot may bring, asked in the order of the topics; services are filled in."""

    def __init__(self, links: Sequence[StartLink]) -> None:
        self._links = links

    def read(self, payload: str | None) -> tuple[StartLink, object] | None:
        """Whose the payload is, and what it says; None for nobody's."""
        for link in self._links:
            found = link.read(payload)
            if found is not None:
                return link, found
        return None

    async def take(self, visitor: Visitor) -> tuple[StartLink, object] | None:
        """What has waited for this visitor's consent."""
        for link in self._links:
            found = await link.take(visitor)
            if found is not None:
                return link, found
        return None


async def start(
    visitor: Visitor,
    payload: str | None,
    *,
    accounts: Accounts,
    wizards: Wizards,
    home: HomeScreen,
    consent: ConsentFirst,
    start_links: StartLinks,
    revivals: Sequence[Revived],
) -> None:
    """What a link brings waits for the consent of somebody new."""
    found = start_links.read(payload)
    unread = common.link_not_understood(visitor.t) if payload and found is None else None
    if visitor.known is None:
        if found is None:
            await consent.ask(visitor, unread)
        else:
            await found[0].keep(visitor, found[1])
        return
    was_stopped = not visitor.known.reachable
    visitor = visitor.become(await accounts.set_reachable(visitor.known, reachable=True))
    if was_stopped and not (found and found[0].alone):
        await tell_revived(visitor.bot, visitor.account, revivals)
    if found is not None:
        await found[0].follow(visitor, found[1])
        return
    await wizards.leave(visitor)
    await visitor.send(common.told(visitor.t, unread) if unread else await home.screen(visitor))


async def tell_revived(bot: Bot, account: Account, revivals: Sequence[Revived]) -> None:
    """Whoever has let the bot in again hears from each topic what was missed."""
    for tell in revivals:
        await tell(bot, account)

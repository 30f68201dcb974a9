"""Where a screen was opened from, in a few characters that its buttons carry along: «Назад» leads there.

A page of a list, an opened notification and its page, or a message that stays in the chat above.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.keyboards.buttons.common import Close
from bot.keyboards.buttons.notifications import NotificationList, NotificationOpen
from bot.keyboards.buttons.visits import Tab, VisitCard, VisitList
from bot.keyboards.data import CallbackData
from services.ids import LENGTH

NOWHERE = ""
"""No place of its own: the main menu is the way on."""
_TABS = {"u": Tab.UPCOMING, "p": Tab.PAST}


@dataclass(frozen=True, slots=True)
class Above:
    """A message that stays above what was opened from it. `several`: it tells of more than one visit."""

    message_id: int
    several: bool

    def pack(self) -> str:
        return f"{'m' if self.several else 'k'}{self.message_id}"


def of_list(page: VisitList | NotificationList) -> str:
    """A page of «Мои записи» or «Уведомления»."""
    if isinstance(page, NotificationList):
        return f"n{page.page}"
    return f"{'u' if page.tab is Tab.UPCOMING else 'p'}{page.page}"


def of_notification(opened: NotificationOpen) -> str:
    """What a line of «Уведомления» has opened."""
    return f"o{opened.notification}{opened.page}"


def above(origin: str) -> Above | None:
    """The message that stays above, where that is the origin."""
    return Above(int(origin[1:]), several=origin[0] == "m") if origin[:1] in ("k", "m") else None


def back(origin: str) -> CallbackData | None:
    """The button that leads there; below a message that stays, the screen is taken away. None: from nowhere."""
    kind, rest = origin[:1], origin[1:]
    if kind in _TABS:
        return VisitList(tab=_TABS[kind], page=int(rest))
    if kind == "n":
        return NotificationList(page=int(rest))
    if kind == "o":
        return NotificationOpen(notification=rest[:LENGTH], page=int(rest[LENGTH:]))
    return Close() if kind else None


def back_to_visit(visit_id: str, origin: str) -> CallbackData:
    """Where a question about a visit was asked: on its card, in an opened reminder, or in a message above."""
    found = back(origin)
    return found if isinstance(found, Close | NotificationOpen) else VisitCard(visit=visit_id, origin=origin)

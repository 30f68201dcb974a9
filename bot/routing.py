"""Which handler takes a press: one table, by the prefix of the button or the screen that it names."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from bot.kernel import Services, bind
from bot.keyboards.buttons.common import Go
from bot.keyboards.data import CallbackData

Data = TypeVar("Data", bound=CallbackData)
Handler = Callable[..., Awaitable[None]]
"""Takes the visitor, then what its route says; the services that it wants are its keyword-only parameters."""


@dataclass(frozen=True, slots=True)
class Route:
    """One row. `key`: a prefix, or the whole data of a `Go`; `kind`: what the data are read as, None: the screen's
    name says all, and the handler takes the visitor alone; `guests`: open to those who have not given consent.
    """

    key: str
    kind: type[CallbackData] | None
    handler: Handler
    guests: bool = False


def on(kind: type[CallbackData], handler: Handler, *, guests: bool = False) -> Route:
    """Buttons of a kind: the handler takes the visitor and the button's data."""
    return Route(kind.__prefix__, kind, handler, guests)


def to(screen: Go, handler: Handler, *, guests: bool = False) -> Route:
    """A screen that needs nothing but its name: the handler takes the visitor."""
    return Route(screen.pack(), None, handler, guests)


class Presses:
    """The table, with the services of its handlers filled in. `otherwise`: takes what no layout knows."""

    def __init__(self, routes: Iterable[Route], otherwise: Handler, services: Services) -> None:
        self._routes = _by_key(replace(each, handler=bind(each.handler, services)) for each in routes)
        self._otherwise = Route("", None, bind(otherwise, services))

    def of(self, data: str | None) -> tuple[Route, tuple[CallbackData, ...]]:
        """The route that takes this data, and what its handler is given beside the visitor."""
        data = data or ""
        # Our layouts hold ids, numbers and names of ours: what else there is has been made by hand.
        if not (data.isascii() and data.isprintable()):
            return self._otherwise, ()
        route = self._routes.get(data) or self._routes.get(data.partition(":")[0])
        if route is None:
            return self._otherwise, ()
        if route.kind is None:
            return (route, ()) if route.key == data else (self._otherwise, ())
        try:
            return route, (route.kind.unpack(data),)
        except (TypeError, ValueError):  # of another layout, or made by hand
            return self._otherwise, ()


class Replay:
    """Presses a button for somebody once more: one that has waited until something else was answered."""

    def __init__(self) -> None:
        self._presses: Presses | None = None

    def know(self, presses: Presses) -> None:
        """The table, which is made when all that stands in it is there."""
        self._presses = presses

    async def press(self, visitor: object, data: str) -> None:
        """What the button does now, for this visitor."""
        assert self._presses is not None, "nobody can have pressed anything before the house stands"
        route, found = self._presses.of(data)
        await route.handler(visitor, *found)


def _by_key(routes: Iterable[Route]) -> Mapping[str, Route]:
    table: dict[str, Route] = {}
    for each in routes:
        if each.key in table:
            raise ValueError(f"two handlers take {each.key}: {table[each.key].handler}, {each.handler}")
        table[each.key] = each
    return table


def takes(handler: Callable[..., Any]) -> str:
    """What a handler is called, without the services that have been filled in."""
    name: str = getattr(handler, "func", handler).__name__
    return name

"""What a service function concerns: it says so itself, and whoever it reaches is checked by what it has said.

Every public method that is given an account or a person declares one of three: an area of the person, the account's
list of persons, or the account alone. The house is not built of services that leave one undeclared (`undeclared`), and
while a call runs, `Persons` lets it reach nobody but whom the declaration opens. A call within a call counts by its own
declaration.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, fields, is_dataclass
from functools import cache, wraps
from typing import Any, ParamSpec, TypeVar, get_args

from services.accounts.model import Account, Action, Area, Person

Given = ParamSpec("Given")
Result = TypeVar("Result")
Method = TypeVar("Method", bound=Callable[..., Any])

Call = Callable[Given, Coroutine[Any, Any, Result]]

_MARK = "__concerns__"
_OF_PERSONS = frozenset({"person_id", "visit_id", "patient_id"})
"""Parameters that name somebody, or what is somebody's, without being either."""


@dataclass(frozen=True, slots=True)
class Concern:
    """`area` and `action`: what of a person is reached; None: no area, and `why` says what then.

    `persons`: those on the account's list may be reached.
    """

    area: Area | None
    action: Action | None
    persons: bool
    why: str = ""


_now: ContextVar[Concern | None] = ContextVar("concern", default=None)


def current() -> Concern | None:
    """What the call that runs has declared; None: no service has been asked, a screen reads the list itself."""
    return _now.get()


def area(which: Area, action: Action) -> Callable[[Call[Given, Result]], Call[Given, Result]]:
    """The method reaches this area of persons, and none where it is not open."""
    return _held_to(Concern(which, action, persons=True))


def account(why: str) -> Callable[[Call[Given, Result]], Call[Given, Result]]:
    """The method concerns the account itself and reaches no person. `why`: what of the account."""
    return _held_to(Concern(None, None, persons=False, why=why))


def persons(why: str) -> Callable[[Method], Method]:
    """The method concerns who is on the account's list, and no area of theirs. `why`: what of the list.

    Within another call it counts as that one's.
    """

    def declare(method: Method) -> Method:
        setattr(method, _MARK, Concern(None, None, persons=True, why=why))
        return method

    return declare


def _held_to(concern: Concern) -> Callable[[Call[Given, Result]], Call[Given, Result]]:
    def declare(method: Call[Given, Result]) -> Call[Given, Result]:
        if not inspect.iscoroutinefunction(method):
            raise TypeError(f"{method.__qualname__}: a declaration holds while a call is awaited")

        @wraps(method)
        async def held(*args: Given.args, **named: Given.kwargs) -> Result:
            before = _now.set(concern)
            try:
                return await method(*args, **named)
            finally:
                _now.reset(before)

        setattr(held, _MARK, concern)
        return held

    return declare


def declared(method: Callable[..., Any]) -> Concern | None:
    """What a method has said of itself."""
    found: Concern | None = getattr(method, _MARK, None)
    return found


def undeclared(service: type[Any]) -> tuple[str, ...]:
    """The public methods of a class that have to declare what they concern and do not.

    The registry is no such class: it is asked by those that have declared, and knows no accounts.
    """
    return _undeclared(service)  # type: ignore[arg-type]  # a class is hashable, whatever its instances are


@cache
def _undeclared(service: type[Any]) -> tuple[str, ...]:
    if not service.__module__.startswith("services.") or service.__module__.startswith("services.registry."):
        return ()
    return tuple(
        f"{service.__qualname__}.{name}"
        for name, method in _asked(service)
        if declared(method) is None and names_somebody(method)
    )


def _asked(service: type) -> Iterator[tuple[str, Callable[..., Any]]]:
    for name in dir(service):
        method = inspect.getattr_static(service, name)
        if not name.startswith("_") and (inspect.iscoroutinefunction(method) or inspect.isasyncgenfunction(method)):
            yield name, method


def names_somebody(method: Callable[..., Any]) -> bool:
    """Whether whoever calls says whose data it is about: an account, a person, or a thing that carries either."""
    names = inspect.unwrap(method).__globals__
    given = inspect.signature(method).parameters.values()
    return any(each.name in _OF_PERSONS or _carries(_type(each.annotation, names), frozenset()) for each in given)


def _carries(hint: Any, within: frozenset[Any]) -> bool:
    """Whether a type is an account or a person, or is made of one. `within`: the dataclasses that are looked into."""
    if isinstance(hint, list):  # the parameters of a callable
        return any(_carries(each, within) for each in hint)
    if inspect.isclass(hint):
        if issubclass(hint, Account | Person):
            return True
        if is_dataclass(hint) and hint not in within:
            names = vars(sys.modules[hint.__module__])
            return any(_carries(_type(each.type, names), within | {hint}) for each in fields(hint))
    return any(_carries(each, within) for each in get_args(hint))


def _type(annotation: Any, names: Mapping[str, Any]) -> Any:
    """Annotations are written down as texts; what a text means, the module knows that it stands in."""
    return eval(annotation, dict(names)) if isinstance(annotation, str) else annotation  # noqa: S307  (our own source)

"""What every topic stands on, and how a topic's functions get what they ask for by name."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

from bot.signing import Signing
from services.accounts.accounts import Accounts
from services.accounts.agreement import Agreements
from services.accounts.ended import RightsEnded
from services.accounts.model import Area
from services.accounts.persons import Persons, ReadyFamily
from services.clock import Clock
from services.drafts.drafts import Drafts
from services.limits.limits import Limits
from services.memory import Memory
from services.notify.outbox import Outbox
from services.registry.ports.registry import Registry
from services.storage.engine import Database
from services.storage.vault import Vault

Result = TypeVar("Result")
Services = Mapping[str, object]
"""Services by their names: each of the kernel, and what the topics have built."""


@dataclass(frozen=True, slots=True)
class Kernel:
    """One instance a process. `ready_family`: DEMO only; `staffed`: and there what was sent is answered by the demo
    itself; `operator`: who processes personal data, "" in DEMO.

    `crisis_line`: whom somebody can call who does not want to live, in the operator's words, "" for nobody.
    `areas`: what of a person topics stand for, and a consent may name; `agreements`: to what
    the processing is consented to; `mails`: there is a mail server to send letters
    by; `signing`: how applications are signed; `own_word_from`: at which age a teenager's own word comes before that of
    representatives (15 to 18, 18: never); `version`: the product's own; `patience`: how long a press waits for the
    registry before it says «Проверяем».
    """

    database: Database
    vault: Vault
    clock: Clock
    memory: Memory
    registry: Registry
    limits: Limits
    accounts: Accounts
    persons: Persons
    drafts: Drafts
    outbox: Outbox
    areas: frozenset[Area]
    agreements: Agreements
    rights_ended: RightsEnded
    operator: str
    version: str
    mails: bool
    signing: Signing
    own_word_from: int
    crisis_line: str
    ready_family: ReadyFamily | None
    staffed: bool
    patience: timedelta

    @property
    def demo(self) -> bool:
        return self.ready_family is not None

    def services(self) -> dict[str, object]:
        """Its parts by their names, and itself as `kernel`."""
        return {"kernel": self, **{each.name: getattr(self, each.name) for each in fields(self)}}


def wanted(function: Callable[..., Any]) -> tuple[str, ...]:
    """The services that a function asks for: its keyword-only parameters."""
    parameters = inspect.signature(function).parameters.values()
    return tuple(each.name for each in parameters if each.kind is inspect.Parameter.KEYWORD_ONLY)


def bind(function: Callable[..., Result], services: Services) -> Callable[..., Result]:
    """The function with the services that it asks for. `LookupError` names one that nobody has built."""
    missing = [name for name in wanted(function) if name not in services]
    if missing:
        raise LookupError(f"{function.__qualname__} asks for {', '.join(missing)}, which no topic before it builds")
    named = {name: services[name] for name in wanted(function)}
    return partial(function, **named) if named else function

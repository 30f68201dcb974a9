"""All kinds of cases in words, as their topics declare them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.kernel import Services, bind
from bot.keyboards.data import CallbackData
from bot.topic import CaseFile, CaseSpec
from bot.views.cases import CaseLine
from bot.views.screen import Screen
from services.accounts.model import Account
from services.accounts.persons import Persons
from services.cases.model import Case, CaseItem, CaseKind, StaffStep
from services.errors import NotFound
from services.texts.i18n import Texts


class Casebook:
    """`LookupError` where two topics declare one kind."""

    def __init__(self, specs: Iterable[CaseSpec]) -> None:
        self._specs: dict[str, CaseSpec] = {}
        for spec in specs:
            if spec.kind.name in self._specs:
                raise LookupError(f"two topics declare the case {spec.kind.name!r}")
            self._specs[spec.kind.name] = spec

    def know(self, services: Services) -> None:
        """The services of the topics, which are built when all that asks for cases is there."""
        for name, spec in self._specs.items():
            if spec.files is not None:
                self._specs[name] = replace(spec, files=bind(spec.files, services))

    @property
    def kinds(self) -> Collection[CaseKind]:
        return [spec.kind for spec in self._specs.values()]

    @property
    def staff(self) -> Collection[tuple[CaseKind, StaffStep]]:
        """What the demo's staff does."""
        return [(spec.kind, step) for spec in self._specs.values() for step in spec.staff]

    def line(self, t: Texts, item: CaseItem, person: str | None) -> CaseLine:
        """A line of «Статусы заявлений». `person`: the full name of whoever it is for."""
        spec = self._specs[item.kind]
        status, after = t.label(spec.statuses[item.status]), t(spec.next[item.status])
        title = self.title(t, item)
        names = (title, f"№ {item.number}")
        return CaseLine(title, names, status, after, item.sent_at, spec.card(item.id), person)

    def title(self, t: Texts, item: CaseItem | Case) -> str:
        """«Проблема № 1042»."""
        return t.label(self._specs[item.kind].title, number=str(item.number))

    def headline(self, t: Texts, item: CaseItem) -> str:
        """«Проблема № 1042: Ответ дан»."""
        return f"{self.title(t, item)}: {t.label(self._specs[item.kind].statuses[item.status])}"

    def names(self, t: Texts, item: CaseItem) -> tuple[str, ...]:
        """What a button may call a case in a status: «Проблема № 1042: Ответ дан», «Ответ дан · № 1042»."""
        spec = self._specs[item.kind]
        status = t.label({**spec.statuses, **spec.short}[item.status])
        return self.headline(t, item), f"{status} · № {item.number}", f"{status} · {self.title(t, item)}"

    def told(self, t: Texts, case: Case, now: datetime, whom: str | None) -> Screen:
        """What is sent when a case has come to its status. `whom`: as of `CaseCard`."""
        return self._specs[case.kind].told(t, self.title(t, case), case, now, whom)

    def card(self, t: Texts, case: Case, now: datetime, whom: str | None, back: CallbackData | None = None) -> Screen:
        """`back`: where it was opened from, None: «Статусы заявлений»; `whom`: as of `CaseCard`."""
        return self._specs[case.kind].drawn(t, self.title(t, case), case, now, back, whom)

    async def files(self, case: Case) -> Sequence[CaseFile]:
        """What goes with a case besides its photos; `NotFound` where it is kept no more."""
        given = self._specs[case.kind].files
        return await given(case.id) if given is not None else ()

    def statuses(self, kind: str) -> Mapping[str, str]:
        """Words of a kind's statuses, msgids."""
        return self._specs[kind].statuses


async def whom(persons: Persons, account: Account, case: Case) -> str | None:
    """The full name of whoever a case is for, as long as they are on the account's list."""
    if case.person_id is None:
        return None
    try:
        return (await persons.get(account, case.person_id)).listed_name
    except NotFound:
        return None

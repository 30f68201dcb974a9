"""A visit that an account may not see shows nowhere: two worlds, which differ by whose it is, look alike to it.

The watching chat presses what stands on its screens, writes, waits; letters, files and the log are compared as well,
and how often the registry is asked. Only the refusal of the very act, which is counted, may tell them apart.
A few fixed walks here; `make monkey` goes other ways, and longer.
"""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bot.keyboards.buttons.common import GO_HOME, Close
from bot.keyboards.buttons.help import GO_HELP, HelpTopic
from bot.middlewares import slow
from bot.views.refusals import REFUSALS
from services.accounts.model import Basis, Covers, Relation
from services.errors import Denial
from services.storage.engine import Database
from services.storage.vault import KEY_BYTES, Vault
from services.texts.i18n import LOCALES, texts
from tests.support.chats import Told
from tests.support.clock import FakeClock
from tests.support.databases import SqliteTemplate
from tests.support.twins import HIDDEN_WITH, OTHER, PATIENT, WATCHER, Act, Circumstances, Lots, Seen, Side, Twins
from tests.support.world import World

WALKS = int(os.environ.get("MONKEY_WALKS", "0"))
"""How many walks nobody has gone before; 0: the same few each time."""
STEPS = int(os.environ.get("MONKEY_STEPS", "60"))
TEENAGER, GROWN, OLD = date(2010, 5, 1), date(2007, 5, 1), date(1950, 5, 1)
_DAY = timedelta(days=1)
_ASIDE = (GO_HOME.pack(), GO_HELP.pack(), HelpTopic.__prefix__, Close.__prefix__)
_WORDS = ("Иванова", "Анна", "01.05.2010", "завтра", "нет", "8 916 123-45-67", "/start", "/export_me", "/help", "50")
HIDDEN: Sequence[Circumstances] = [
    *(
        Circumstances(relation, (Basis.DECLARED,), born)
        for relation in (Relation.OTHER, Relation.SPOUSE, Relation.PARENT)
        for born in (GROWN, OLD)
    ),
    *(Circumstances(Relation.CHILD, (Basis.DECLARED,), born) for born in (TEENAGER, date(2015, 5, 1))),
    *(Circumstances(relation, (Basis.DESK,), TEENAGER) for relation in (Relation.CHILD, Relation.WARD)),
    Circumstances(Relation.CHILD, (Basis.OIDC,), TEENAGER),
    Circumstances(Relation.CHILD, (Basis.DESK,), GROWN),
    Circumstances(Relation.WARD, (Basis.DESK,), OLD, until=-_DAY),
    Circumstances(Relation.SPOUSE, (Basis.CONSENT,), OLD, until=-_DAY, covers=frozenset(Covers)),
    Circumstances(Relation.SPOUSE, (Basis.DECLARED, Basis.CONSENT), OLD, until=-_DAY, covers=frozenset(Covers)),
]
"""What opens none of the patient's visits but those that the watching chat has made."""


def somehow() -> st.SearchStrategy[Circumstances]:
    return st.builds(
        lambda each, by_desk, own: replace(each, by_desk=by_desk, own=own),
        st.sampled_from(HIDDEN),
        st.booleans(),
        st.booleans(),
    )


class Walk:
    """Presses and writes in both worlds, and lets the hidden visit be changed meanwhile."""

    def __init__(self, twins: Twins, given: Circumstances, seed: int) -> None:
        self._twins, self._given = twins, given
        self._random = random.Random(seed)

    async def go(self, steps: int) -> tuple[Seen, Seen] | None:
        """What was not alike in the end, None: nothing. The counted refusal ends a walk, too."""
        for number in range(steps):
            act, own = self._next(number)
            for each, waits in ((act, own), (_tick, False)):
                here, there = await self._twins.both(each, own=waits)
                if here != there:
                    return None if _is_counted_refusal(here) else (here, there)
        return None

    def _next(self, number: int) -> tuple[Act, bool]:
        """What happens, and whether the watching chat does it."""
        chance = self._random.random()
        if number == 0:
            return _saying("/start"), True
        if chance < 0.75:
            return self._press(), True
        if chance < 0.87:
            return _saying(self._random.choice(_WORDS)), True
        if chance < 0.94:
            return _waiting(self._random.choice((timedelta(minutes=3), timedelta(hours=5), _DAY))), False
        return self._changed(), False

    def _press(self) -> Act:
        buttons = self._twins.sides[0].telegram.buttons.get(WATCHER, [])
        last = max((number for number, _ in buttons), default=0)
        lately = [each for each in buttons if each[0] == last][-12:]
        among = lately if lately and self._random.random() < 0.85 else buttons
        if self._random.random() < 0.8:  # what leads on, else half of all presses lead Home or to help
            among = [each for each in among if not each[1].startswith(_ASIDE)] or among
        if not among:
            return _saying("/start")
        number, data = self._random.choice(among)

        async def act(side: Side) -> None:
            await side.press(number, data)

        return act

    def _changed(self) -> Act:
        """The clinic calls a hidden visit off, or there is one more: what is possible here happens in both."""
        place, cancels = self._random.randrange(9), self._random.random() < 0.5
        possible: list[bool] = []

        async def act(side: Side) -> None:
            time = await side.slot(HIDDEN_WITH, place)
            ahead = [each for each in side.visits if each.start > side.world.clock.now()]
            if cancels and ahead:
                side.visits.remove(ahead[-1])
                await side.world.admin.cancel_visit(ahead[-1].id)
                return
            if not possible:
                possible.append(await side.could_hide(time))
            if possible[0]:
                await side.hide(self._given, time)

        return act


async def _tick(side: Side) -> None:
    await side.tick()


def _saying(text: str) -> Act:
    async def act(side: Side) -> None:
        await side.write(text)

    return act


def _waiting(time: timedelta) -> Act:
    async def act(side: Side) -> None:
        side.world.clock.advance(seconds=time.total_seconds())

    return act


def _is_counted_refusal(seen: Seen) -> bool:
    sentences = [texts(locale)(REFUSALS[Denial.HIDDEN_CLASH]) for locale in LOCALES]
    return any(sentence in str(each) for each in seen.heard for sentence in sentences)


async def walked(folder: Path, template: SqliteTemplate, given: Circumstances, seed: int, steps: int) -> Any:
    """One walk in two fresh worlds; gives what was not alike."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(slow.SlowPress.__init__, "__defaults__", (3600.0,))
        lots = Lots(patch)
        sides, databases = [], []
        for hidden in (PATIENT, OTHER):
            place = folder / str(hidden)
            place.mkdir(exist_ok=True)
            database = Database.from_url(template.copy(place))
            databases.append(database)
            world = World(database, Vault(bytes(range(KEY_BYTES))), FakeClock())
            side = Side(world, random.Random(seed), Told(), hidden)
            with lots.of(side.stream):
                await side.begin(given, random.Random(seed).randrange(9))
            sides.append(side)
        try:
            return await Walk(Twins(sides[0], sides[1], lots), given, seed).go(steps)
        finally:
            for each in databases:
                await each.close()


@settings(
    max_examples=WALKS or 12,
    derandomize=not WALKS,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)
@given(given=somehow(), seed=st.integers(0, 2**32))
async def test_it_shows_nowhere(
    given: Circumstances, seed: int, tmp_path_factory: pytest.TempPathFactory, sqlite_template: SqliteTemplate
) -> None:
    differs = await walked(tmp_path_factory.mktemp("twins"), sqlite_template, given, seed, STEPS)
    assert differs is None, _difference(*differs)


async def test_a_visit_that_may_be_seen_tells_them_apart(tmp_path: Path, sqlite_template: SqliteTemplate) -> None:
    """Or the walks above would find nothing whatever stood there."""
    seen = Circumstances(Relation.CHILD, (Basis.DESK,), date(2015, 5, 1))
    assert await walked(tmp_path, sqlite_template, seen, 1, STEPS) is not None


def _difference(here: Seen, there: Seen) -> str:
    pairs = zip(here.heard, there.heard, strict=False)
    first = next((pair for pair in pairs if pair[0] != pair[1]), (here.heard, there.heard))
    return (
        f"here: {first[0]}\nthere: {first[1]}\nlog here: {here.logged}\nlog there: {there.logged}\n"
        f"asked here: {dict(here.asked)}\nasked there: {dict(there.asked)}"
    )

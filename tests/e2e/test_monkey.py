"""Any button, old or new, and any text, by several people at once, while Telegram and the registry misbehave.

A fixed walk here; `make monkey` goes other ways, and longer. A walk that went wrong is gone again with
`make monkey REPLAY=build/monkey.json`.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import strategies as st

from tests.support.bot_process import running_bot
from tests.support.monkey import Walk, replayed, steps_of, walkers_of
from tests.support.nursery import Nursery

pytestmark = pytest.mark.asyncio(loop_scope="session")  # one that hypothesis wraps is not known for a story by itself

WALKS = int(os.environ.get("MONKEY_WALKS", "0"))
"""How many walks nobody has gone before; 0: the same few each time."""
REPLAY = os.environ.get("MONKEY_REPLAY", "")
PEOPLE = 3
STEPS = int(os.environ.get("MONKEY_STEPS", "120"))


@settings(
    max_examples=1 if REPLAY else WALKS or 2,
    derandomize=not WALKS,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    report_multiple_bugs=False,
    verbosity=Verbosity.quiet,
    suppress_health_check=list(HealthCheck),
)
@given(seed=st.integers(0, 2**32))
async def test_whatever_people_do(
    seed: int, tmp_path_factory: pytest.TempPathFactory, filled: Path, nursery: Nursery
) -> None:
    steps = replayed(Path(REPLAY)) if REPLAY else steps_of(seed, STEPS)
    async with running_bot(tmp_path_factory.mktemp("monkey"), filled, nursery) as bot:
        await Walk(bot, await walkers_of(bot, PEOPLE), steps).go()

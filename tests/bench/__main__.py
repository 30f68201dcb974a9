"""`make bench`: figures, each beside a yardstick measured in the same run; also in build/bench.json.

`--quick`: fewer of everything, in four minutes. Names of topics as arguments: only these. `--profile`: where the time
of a press goes, instead.
"""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from rich.console import Console

from tests.bench import (
    calls,
    drawing,
    importing,
    listing,
    memory,
    prescriptions,
    presses,
    racing,
    reminders,
    replicas,
    stalls,
    start_up,
)
from tests.bench.figures import Measure, Measured, Topic, conclude, show, write

TARGET = Path("build/bench.json")
PROFILE = Path("build/bench.prof")
_PROFILED_VISITS = 15
_MILLION = 10**6

WHOLE = (
    Topic(
        "presses", "Presses, beside a bare aiogram handler over the same HTTP", partial(presses.measure, 40, 200, 10)
    ),
    Topic(
        "stalls",
        "How long the loop stands still; yardstick: the bare handler's",
        partial(stalls.measure, 200, 10, 10**5),
    ),
    Topic("calls", "Driver calls a press", partial(calls.measure, 5)),
    Topic(
        "listing",
        "Listing what is free while the registry grows; yardstick: the smallest",
        partial(listing.measure, (10**4, 10**5, _MILLION, 10 * _MILLION), (10**4, _MILLION), 200),
    ),
    Topic(
        "prescriptions",
        "A patient's hundred prescriptions while the registry grows; yardstick: the smallest",
        partial(prescriptions.measure, (10**4, 10 * _MILLION), (10**4, 10 * _MILLION), 200),
    ),
    Topic("reminders", "Reminders due at once", partial(reminders.measure, 10**5, 60, 2000)),
    Topic("racing", "A hundred after one time; yardstick: one guarded update", partial(racing.measure, 10**5, 2000)),
    Topic(
        "importing",
        "Import under a writer; yardstick: reading the file and inserting the rows at once",
        partial(importing.measure, 10**5),
    ),
    Topic("memory", "Memory, beside the bare bot", partial(memory.measure, 10**4)),
    Topic("replicas", "Two replicas; yardstick: one", partial(replicas.measure, 100, 10)),
    Topic("start-up", "Start-up, beside a bare aiogram bot", partial(start_up.measure, 3)),
    Topic("drawing", "Drawing a map; yardstick: Typst setting an empty page", partial(drawing.measure, 30)),
)

_QUICK: Mapping[str, Measure] = {
    "presses": partial(presses.measure, 8, 30, 2),
    "stalls": partial(stalls.measure, 30, 2, 2000),
    "calls": partial(calls.measure, 2),
    "listing": partial(listing.measure, (10**4, _MILLION), (), 100),
    "prescriptions": partial(prescriptions.measure, (10**4, 10**5), (), 100),
    "reminders": partial(reminders.measure, 5000, 10, 300),
    "racing": partial(racing.measure, 1000, 100),
    "importing": partial(importing.measure, 2000),
    "memory": partial(memory.measure, 500),
    "replicas": partial(replicas.measure, 10, 3),
    "start-up": partial(start_up.measure, 1),
    "drawing": partial(drawing.measure, 10),
}
QUICK = tuple(Topic(each.name, each.title, _QUICK[each.name]) for each in WHOLE)


def run(topics: Sequence[Topic], console: Console, target: Path) -> int:
    """Measures one topic after another, and goes on where one fails; gives the exit code."""
    measured = []
    for topic in topics:
        measured.append(_measured(topic, console))
        show(console, measured[-1])
        write(target, measured)
    conclude(console, measured)
    return 1 if any(each.failure is not None for each in measured) else 0


def _measured(topic: Topic, console: Console) -> Measured:
    began = time.perf_counter()
    try:
        figures, failure = tuple(topic.measure()), None
    except Exception as error:
        console.print_exception(max_frames=8)
        figures, failure = (), f"{type(error).__name__}: {error}".splitlines()[0]
    return Measured(topic, figures, time.perf_counter() - began, failure)


def main() -> int:
    parser = ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("topic", nargs="*", choices=[[], *(each.name for each in WHOLE)])
    asked = parser.parse_args()
    if asked.profile:
        calls.profile(_PROFILED_VISITS, PROFILE)
        return 0
    topics = [each for each in (QUICK if asked.quick else WHOLE) if not asked.topic or each.name in asked.topic]
    return run(topics, Console(), TARGET)


if __name__ == "__main__":
    sys.exit(main())

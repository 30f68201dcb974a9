"""`make bench`: figures, each beside a yardstick measured in the same run; also in build/bench.json."""

from __future__ import annotations

import json
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench import drawing, start_up

_ROUNDS = 3


def main() -> None:
    figures = start_up.measure(_ROUNDS)
    table = Table(title=f"Start-up, seconds (median of {_ROUNDS})")
    table.add_column("what")
    table.add_column("seconds", justify="right")
    for name, seconds in figures.items():
        table.add_row(name, f"{seconds:.2f}")
    Console().print(table)
    drawn = drawing.measure()
    table = Table(title=f"Drawing a map, milliseconds ({drawing.ROUNDS} pictures, each another)")
    for column in ("what", "median", "p95"):
        table.add_column(column, justify="left" if column == "what" else "right")
    for name, figure in drawn.items():
        table.add_row(name, f"{figure['median']:.0f}", f"{figure['p95']:.0f}")
    Console().print(table)
    target = Path("build/bench.json")
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps({"start_up": figures, "drawing": drawn}, indent=2))


if __name__ == "__main__":
    main()

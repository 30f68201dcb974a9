"""Figures: what was measured, the yardstick beside it, and the aim that it is held to."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Aim:
    """A bound in the unit of its figure, and how it is said: «≥ 0.5 × yardstick»."""

    at_least: bool
    bound: float
    says: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value. `yardstick`: in the same unit, measured in the same run; None where there is none.

    `note`: what stood behind this value in this run; it stands below the name.
    """

    name: str
    value: float
    unit: str
    yardstick: float | None = None
    aim: Aim | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times the yardstick."""
        return self.value / self.yardstick if self.yardstick else None

    @property
    def met(self) -> bool | None:
        """Whether the aim is met; None where there is none."""
        if self.aim is None:
            return None
        return self.value >= self.aim.bound if self.aim.at_least else self.value <= self.aim.bound


def at_least(bound: float, unit: str) -> Aim:
    return Aim(True, bound, f"≥ {short(bound)} {unit}")


def share_of(yardstick: float, share: float) -> Aim:
    """At least this share of the yardstick."""
    return Aim(True, share * yardstick, f"≥ {share:g} × yardstick")


def times(yardstick: float, factor: float) -> Aim:
    """At most so many times the yardstick."""
    return Aim(False, factor * yardstick, f"≤ {factor:g} × yardstick")


def at_most(bound: float, unit: str) -> Aim:
    return Aim(False, bound, f"≤ {short(bound)} {unit}")


def above(yardstick: float, more: float, unit: str) -> Aim:
    """At most so much more than the yardstick."""
    return Aim(False, yardstick + more, f"≤ yardstick + {more:g} {unit}")


Measure = Callable[[], Sequence[Figure]]


@dataclass(frozen=True, slots=True)
class Topic:
    """What is measured together. `name`: on the command line; `title`: above its table."""

    name: str
    title: str
    measure: Measure


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of a topic: its figures, or what went wrong (`failure`), and how many seconds it took."""

    topic: Topic
    figures: tuple[Figure, ...]
    seconds: float
    failure: str | None = None


def short(value: float) -> str:
    """Three significant digits, thousands apart."""
    if abs(value) >= 100:
        return f"{value:,.0f}".replace(",", " ")
    return f"{value:.3g}"


def show(console: Console, measured: Measured) -> None:
    """One table on the screen."""
    table = Table(title=f"{measured.topic.title} ({measured.seconds:.0f} s)", title_justify="left")
    table.add_column("what", overflow="fold")
    for column in ("figure", "yardstick", "ratio"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("aim", overflow="fold")
    for figure in measured.figures:
        table.add_row(
            f"{figure.name}\n  [dim]{escape(figure.note)}[/dim]" if figure.note else figure.name,
            f"{short(figure.value)} {figure.unit}",
            "" if figure.yardstick is None else short(figure.yardstick),
            "" if figure.ratio is None else f"{figure.ratio:.2f}",
            _aim(figure),
        )
    if measured.failure is not None:
        table.add_row(f"[red]failed: {measured.failure}[/red]", "", "", "", "")
    console.print(table)


def _aim(figure: Figure) -> str:
    if figure.aim is None:
        return ""
    return f"[green]met[/green] {figure.aim.says}" if figure.met else f"[red]missed[/red] {figure.aim.says}"


def conclude(console: Console, all_measured: Sequence[Measured]) -> None:
    """The aims that were missed, by how much, and the topics that failed."""
    aimed = [figure for each in all_measured for figure in each.figures if figure.aim is not None]
    missed = [figure for figure in aimed if not figure.met]
    console.print(f"Aims met: {len(aimed) - len(missed)} of {len(aimed)}")
    for figure in missed:
        ratio = "" if figure.ratio is None else f", {figure.ratio:.2f} × yardstick"
        says = figure.aim.says if figure.aim else ""
        console.print(f"  missed: {figure.name}: {short(figure.value)} {figure.unit}{ratio} (aim {says})")
    for each in all_measured:
        if each.failure is not None:
            console.print(f"  failed: {each.topic.name}: {each.failure}")


def write(target: Path, all_measured: Sequence[Measured]) -> None:
    """Everything as JSON: topic → seconds, failure, figures with `ratio` and `met`."""
    target.parent.mkdir(parents=True, exist_ok=True)
    whole = {each.topic.name: _as_json(each) for each in all_measured}
    target.write_text(json.dumps(whole, indent=2, ensure_ascii=False), encoding="utf-8")


def _as_json(measured: Measured) -> Mapping[str, object]:
    figures = [asdict(figure) | {"ratio": figure.ratio, "met": figure.met} for figure in measured.figures]
    return {"seconds": round(measured.seconds, 1), "failure": measured.failure, "figures": figures}

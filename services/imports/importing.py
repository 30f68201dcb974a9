"""`python -m bot import`: files of an operator's into the registry, whatever topics take them.

Reading comes first and whole, so that everything wrong is found and told before anything is written. Messages are for
the operator's terminal. What a file is its columns tell; each topic declares its kinds (`Format`), reads and checks its
own, and writes them when all are good.
"""

from __future__ import annotations

import argparse
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Protocol, TextIO

from rich.console import Console
from rich.progress import Progress, track

from services.errors import SetupError
from services.imports.cells import Bounds, with_bounds
from services.imports.columns import Format, Kind
from services.imports.csv_files import Line, Problem, heading
from services.imports.reading import Files, Follow, Options, Problems, Source


class Checked(Protocol):
    """What a topic has found in its files."""

    @property
    def found(self) -> str:
        """«2 clinics, 11 times»."""
        ...

    @property
    def left_out(self) -> Problems:
        """Rows that say nothing wrong, and are passed over all the same."""
        ...

    async def load(self) -> str:
        """Writes it; what became of it, in a line."""
        ...

    def close(self) -> None:
        """Nothing more will be asked."""
        ...


class Importer(Protocol):
    """A topic's own kinds of files. `RegistryUnavailable` where the registry is silent."""

    @property
    def format(self) -> Format: ...

    async def check(self, files: Files) -> Checked:
        """Reads its files to the end. What is wrong goes into `files.problems`, and then nothing is loaded."""
        ...


def add_arguments(parser: argparse.ArgumentParser, formats: Sequence[Format]) -> None:
    """The options of `import`, with the columns of each file in its help."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _columns_help(formats)
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="a CSV file; its columns tell its kind")
    for kind in kinds_of(formats):
        parser.add_argument(f"--{kind.name}", action="append", default=[], type=Path, metavar="FILE")
    parser.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="OURS=THEIRS,…",
        help="how the files call our columns: name=short_name,lat=latitude; "
        "name=short_name|name takes the first that is not empty",
    )
    parser.add_argument(
        "--set", action="append", default=[], metavar="COLUMN=VALUE", help="a value where a file has none: region=77"
    )
    parser.add_argument("--prefix", default="", help="put before every id, to keep two systems' ids apart")
    parser.add_argument(
        "--bounds",
        action="append",
        default=[],
        metavar="NAME=LOW:HIGH",
        help="what a value may be, where yours are others than those below: lat=35:82",
    )
    parser.add_argument("--dry-run", action="store_true", help="read and check, write nothing")


async def run(args: argparse.Namespace, importers: Sequence[Importer], *, stdout: TextIO, stderr: TextIO) -> int:
    """Reads, checks and loads. Exit codes: 0 done, 1 the files have problems and nothing was written.

    Raises `SetupError` for options that make no sense, `RegistryUnavailable` where the registry is silent.
    """
    formats = [each.format for each in importers]
    kinds = kinds_of(formats)
    sources = [Source(path) for path in args.files]
    sources += [Source(path, kind) for kind in kinds for path in getattr(args, kind.name)]
    if not sources:
        options = " ".join(f"--{kind.name} FILE" for kind in kinds)
        raise SetupError(f"import needs a file: import FILE, or {options}")
    files = Files(_options(args, formats), kinds, _follow(stderr))
    with ExitStack() as stack:
        checked: list[Checked] = []
        if files.open(sources):
            for each in importers:
                if files.has(each.format.kinds):
                    checked.append(await each.check(files))
                    stack.callback(checked[-1].close)
        if files.problems.count:
            _tell(files.problems, stderr)
            print("Nothing was imported.", file=stderr)
            return 1
        for each_checked in checked:
            _tell(each_checked.left_out, stderr)
        found = ", ".join(each.found for each in checked)
        if args.dry_run:
            print(f"Checked: {found}. Nothing was written.", file=stdout)
            return 0
        with _writing(stderr):
            told = [await each.load() for each in checked]
        print(f"Imported: {found}.", *told, sep="\n", file=stdout)
        return 0


def kinds_of(formats: Iterable[Format]) -> list[Kind]:
    """Of all topics, in their order."""
    return [kind for each in formats for kind in each.kinds]


def _bounds_of(formats: Iterable[Format]) -> Bounds:
    return {name: bound for each in formats for name, bound in each.bounds.items()}


def _options(args: argparse.Namespace, formats: Sequence[Format]) -> Options:
    names = frozenset[str]().union(*(kind.names for kind in kinds_of(formats)))
    bounds = with_bounds(_bounds_of(formats), args.bounds)
    return Options(_read_map(args.map, names), _read_constants(args.set, names), args.prefix, bounds)


def _tell(problems: Problems, stderr: TextIO) -> None:
    for problem in problems.shown:
        print(problem, file=stderr)
    hidden = problems.count - len(problems.shown)
    if hidden > 0:
        print(f"… and {hidden} more", file=stderr)


def _read_map(values: Iterable[str], names: Collection[str]) -> dict[str, tuple[str, ...]]:
    pairs = _pairs("--map", ",".join(values).split(",") if values else (), names)
    return {ours: tuple(filter(None, map(heading, theirs.split("|")))) for ours, theirs in pairs}


def _read_constants(values: Iterable[str], names: Collection[str]) -> dict[str, str]:
    return dict(_pairs("--set", values, names))


def _pairs(option: str, values: Iterable[str], names: Collection[str]) -> Iterator[tuple[str, str]]:
    for value in values:
        ours, equals, theirs = (part.strip() for part in value.partition("="))
        if not equals or not theirs:
            raise SetupError(f"{option} wants COLUMN=VALUE, not «{value}»")
        if ours not in names:
            raise SetupError(f"{option}: there is no column «{ours}»; there are: {', '.join(sorted(names))}")
        yield ours, theirs


def _columns_help(formats: Sequence[Format]) -> str:
    parts = []
    for kind in kinds_of(formats):
        lines = [f"  {column.name:<11} {'*' if column.required else ' '} {column.meaning}" for column in kind.columns]
        parts.append("\n".join([f"columns of {kind.name} (* needed):", *lines]))
    lines = [
        f"  {f'{name}={bound.low:g}:{bound.high:g}':<13} {bound.meaning}" for name, bound in _bounds_of(formats).items()
    ]
    parts.append("\n".join(["bounds (--bounds):", *lines]))
    return "\n\n".join(parts)


def _follow(stderr: TextIO) -> Follow:
    """A bar on a terminal, a plain line anywhere else."""

    def follow(file: str, rows: int, lines: Iterable[Line | Problem]) -> Iterable[Line | Problem]:
        if stderr.isatty():
            return track(lines, total=rows, description=file, console=Console(file=stderr))
        print(f"{file}: {rows} rows", file=stderr)
        return lines

    return follow


@contextmanager
def _writing(stderr: TextIO) -> Iterator[None]:
    if not stderr.isatty():
        yield
        return
    with Progress(console=Console(file=stderr)) as progress:
        progress.add_task("writing", total=None)
        yield

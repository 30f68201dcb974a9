"""The operator's `import` in a test: files written to a folder, the command, and what it printed."""

from __future__ import annotations

import argparse
import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from services.imports.importing import Importer, add_arguments, run


def table(columns: Mapping[str, str], *rows: Mapping[str, str]) -> str:
    """A CSV file. `columns`: each with what stands in it where a row says nothing else."""
    out = io.StringIO()
    csv.writer(out).writerows([columns.keys(), *(({**columns, **row}).values() for row in rows)])
    return out.getvalue()


async def run_import(
    folder: Path, importers: Sequence[Importer], files: Mapping[str, str], *arguments: str
) -> tuple[int, str]:
    """`python -m bot import FILE …`; gives the exit code and what was printed."""
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    parser = argparse.ArgumentParser()
    add_arguments(parser, [each.format for each in importers])
    out = io.StringIO()
    typed = [*(str(folder / f"{name}.csv") for name in files), *arguments]
    code = await run(parser.parse_args(typed), importers, stdout=out, stderr=out)
    return code, out.getvalue()

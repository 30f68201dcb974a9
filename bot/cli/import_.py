"""`python -m bot import`: whatever kinds of files the topics take, from CSV into the registry."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from functools import partial

from bot.operator import Operator
from bot.topic import CliCommand, ImportSpec
from services.imports import importing
from services.imports.importing import kinds_of


def command(specs: Sequence[ImportSpec]) -> CliCommand:
    """The one command of all topics that take files."""
    formats = [each.format for each in specs]

    async def run(args: Namespace, operator: Operator) -> int:
        importers = [each.importer(operator) for each in specs]
        return await importing.run(args, importers, stdout=operator.stdout, stderr=operator.stderr)

    told = f"load {', '.join(kind.name for kind in kinds_of(formats))} from CSV"
    return CliCommand("import", told, partial(importing.add_arguments, formats=formats), run)

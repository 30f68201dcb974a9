"""`python -m bot audit`: who has run which of the operator's commands, and when."""

from __future__ import annotations

import argparse
from datetime import datetime
from typing import TextIO
from zoneinfo import ZoneInfo

from bot.operator import Operator
from services.operators.trail import Hand, OperatorAct, Trail
from services.texts.dates import MOSCOW, local

WRONG = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--since", metavar="DD.MM.YYYY", help="from this day on, by Moscow's clock; else all of it")


async def run(args: argparse.Namespace, trail: Trail, *, stdout: TextIO, stderr: TextIO) -> int:
    """Prints a line an act, oldest first; gives the exit code."""
    try:
        since = _day(args.since) if args.since else None
    except ValueError:
        print("--since: it must be a date like 05.03.2026", file=stderr)
        return WRONG
    print(f"{'when (Moscow)':<19}  {'command':<10}  {'code':<4}  who", file=stdout)
    for act in await trail.since(since):
        print(_line(act), file=stdout)
    return 0


def _day(text: str) -> datetime:
    """When it begins."""
    return datetime.strptime(text.strip(), "%d.%m.%Y").replace(tzinfo=ZoneInfo(MOSCOW))


def _line(act: OperatorAct) -> str:
    code = "-" if act.code is None else act.code
    about = f": {act.about}" if act.about else ""
    return f"{local(act.at, MOSCOW):%d.%m.%Y %H:%M:%S}  {act.command:<10}  {code:<4}  {_who(act.hand)}{about}"


def _who(hand: Hand) -> str:
    user = f"{hand.sudo_user} as {hand.user}" if hand.sudo_user else hand.user
    return f"{user} at {hand.host}"


async def tell(args: argparse.Namespace, operator: Operator) -> int:
    return await run(args, operator.trail, stdout=operator.stdout, stderr=operator.stderr)

"""`python -m bot import`: clinics, doctors and schedules from CSV."""

from __future__ import annotations

from argparse import Namespace

from bot.operator import Operator
from services.clinics import importing


async def run(args: Namespace, operator: Operator) -> int:
    return await importing.run(args, operator.schedules, stdout=operator.stdout, stderr=operator.stderr)

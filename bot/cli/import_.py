"""`python -m bot import`: clinics, doctors and schedules from CSV."""

from __future__ import annotations

from argparse import Namespace

from bot.operator import Operator
from services.clinics import importing


async def run(args: Namespace, operator: Operator) -> int:
    now = operator.storage.clock.now()
    return await importing.run(args, operator.schedules, now, stdout=operator.stdout, stderr=operator.stderr)

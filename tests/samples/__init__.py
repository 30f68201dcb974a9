"""Every screen of the bot from invented data, a module for each of `bot.views`; a new topic adds its own here.

Each module says `SAMPLES`; what they share stands in `common`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping

from tests.samples.common import Samples, combined


def _found() -> Mapping[str, Samples]:
    """By topic. A module that says no samples is an error."""
    names = [each.name for each in pkgutil.iter_modules(__path__)]
    return {name: importlib.import_module(f"{__name__}.{name}").SAMPLES for name in names}


TOPICS = _found()
EVERY = combined(TOPICS.values())

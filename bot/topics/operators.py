"""The operator's own people: the trail of what they do at the command line."""

from __future__ import annotations

from bot.cli import audit
from bot.topic import CliCommand, Topic

TOPIC = Topic(
    "operators",
    cli=(CliCommand("audit", "who has run which command here, and when", audit.add_arguments, audit.tell),),
)

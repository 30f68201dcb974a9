"""How fast Telegram lets a bot write, for those who switch it on: 30 messages a second, one a second to a chat.

The figures are those of core.telegram.org/bots/faq. Telegram forgives short bursts, within bounds that it names not;
here none is forgiven, so that what passes here passes there. What counts are new messages, each of an album too; edits,
answers to presses and everything else are free. A refused message does not count.
"""

from __future__ import annotations

import math
from collections import defaultdict, deque
from dataclasses import dataclass, field

PER_SECOND = 30
PER_SECOND_IN_CHAT = 1


@dataclass
class Rates:
    """What each bot has written within the last second; `limited` switches the limits on."""

    limited: bool = False
    _sent: defaultdict[tuple[int, int | None], deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def wait(self, bot_id: int, chat_id: int, now: float) -> int:
        """For how many whole seconds a bot must not write to a chat yet; 0: it may. `now` in unix seconds."""
        if not self.limited:
            return 0
        waits = (
            self._until(self._sent[bot_id, None], PER_SECOND, now),
            self._until(self._sent[bot_id, chat_id], PER_SECOND_IN_CHAT, now),
        )
        return math.ceil(max(waits))

    def wrote(self, bot_id: int, chat_id: int, now: float) -> None:
        """A bot wrote a message to a chat."""
        if self.limited:
            self._sent[bot_id, None].append(now)
            self._sent[bot_id, chat_id].append(now)

    @staticmethod
    def _until(sent: deque[float], limit: int, now: float) -> float:
        """Seconds until fewer than `limit` messages lie within one second."""
        while sent and sent[0] <= now - 1:
            sent.popleft()
        return 0.0 if len(sent) < limit else sent[len(sent) - limit] + 1 - now

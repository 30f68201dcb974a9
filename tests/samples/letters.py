"""What goes by e-mail."""

from __future__ import annotations

from bot.notices.notices import mailed
from bot.topics import ALL
from bot.views import letters
from bot.views.visits import HEADINGS
from services.accounts.model import MailCode
from tests.samples.calendar import EVENTS
from tests.samples.common import LONGEST_VISIT, NOW, Sample, Samples

SAMPLES = Samples(
    letters=[
        Sample(letters.letter, (kind, HEADINGS[kind], event, NOW), {"before": before, "own": own})
        for kind in mailed([spec for topic in ALL for spec in topic.notices])
        for event in EVENTS
        for before in (None, LONGEST_VISIT)
        for own in (True, False)
    ]
    + [Sample(letters.code, (MailCode("anna@example.org", "048291"),)), Sample(letters.document, (b"%PDF-1.7",))],
)

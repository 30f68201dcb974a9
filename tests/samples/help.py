"""Help, a page a topic."""

from __future__ import annotations

from bot.keyboards.buttons.help import HelpPage
from bot.topic import Place
from bot.topics import ALL
from bot.views import help as help_view
from bot.views.screen import Screen
from services.texts.i18n import Texts
from tests.samples.common import KINDS, Sample, Samples, usual
from tests.support import entries

COMMANDS = [(each.name, each.does) for topic in ALL for each in topic.commands]


def pages(t: Texts, unfinished: str | None, guest: bool) -> Screen:
    return help_view.show(t, entries.rows(t, Place.HELP), unfinished, guest=guest)


SAMPLES = Samples(
    screens=[
        usual(pages, None, False, of=help_view.show),
        *(usual(help_view.topic, topic, COMMANDS, 15, None, None) for topic in HelpPage),
        Sample(pages, (None, True), of=help_view.show),
        *(Sample(pages, (kind, False), of=help_view.show) for kind in (None, *KINDS)),
        *(
            Sample(help_view.topic, (topic, COMMANDS, own_word_from, kind, who))
            for topic in HelpPage
            for own_word_from in (15, 18)
            for kind, who in ((None, None), ("booking", None), ("booking", "W" * 12))
        ),
    ],
)

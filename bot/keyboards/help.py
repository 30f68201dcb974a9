"""Pages of help as buttons, for the list of them and for wherever one is needed."""

from __future__ import annotations

from bot.keyboards.buttons.help import HelpPage, HelpTopic
from bot.keyboards.kit import Row, button
from services.texts.i18n import N_, Texts

TOPICS = {
    HelpPage.BOOK: N_("📅 How to book a visit"),
    HelpPage.CHANGE: N_("🔁 How to move or cancel"),
    HelpPage.FAMILY: N_("👪 Family and children"),
    HelpPage.POLICY: N_("🧒 A policy for a child"),
    HelpPage.REGISTER: N_("📝 Sign up at Gosuslugi"),
    HelpPage.CONFIRM: N_("🔐 Confirm at Gosuslugi"),
    HelpPage.LOST: N_("🧭 If you are lost"),
}
"""What each page is called, in the order of their buttons."""


def topic_row(t: Texts, topic: HelpPage, person: str | None = None) -> Row:
    """The way to a page. `person`: from whose «Как подтвердить», to go back there."""
    return [button(t.label(TOPICS[topic]), HelpTopic(topic=topic, person=person))]

"""Pages of help as buttons, for the list of them and for wherever one is needed."""

from __future__ import annotations

from bot.keyboards.callbacks import HelpTopic, Topic
from bot.keyboards.kit import Row, button
from services.texts.i18n import N_, Texts

TOPICS = {
    Topic.BOOK: N_("📅 How to book a visit"),
    Topic.CHANGE: N_("🔁 How to move or cancel"),
    Topic.FAMILY: N_("👪 Family and children"),
    Topic.POLICY: N_("🧒 A policy for a child"),
    Topic.REGISTER: N_("📝 Sign up at Gosuslugi"),
    Topic.CONFIRM: N_("🔐 Confirm at Gosuslugi"),
    Topic.LOST: N_("🧭 If you are lost"),
}
"""What each page is called, in the order of their buttons."""


def topic_row(t: Texts, topic: Topic, person: str | None = None) -> Row:
    """The way to a page. `person`: from whose «Как подтвердить», to go back there."""
    return [button(t.label(TOPICS[topic]), HelpTopic(topic=topic, person=person))]

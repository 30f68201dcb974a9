"""Messages that stay in the chat: tickets, reminders, answers, news. Their buttons say that they do.

What is pressed on one opens below it, and its own matter alone changes it (`Visitor.show`, `Visitor.update`). Nothing
else is remembered of them, so they are known for years, by every process.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bot.keyboards.buttons.common import GO_HOME, GO_HOME_BELOW
from bot.keyboards.markup import Markup

_HOME, _BELOW = GO_HOME.pack(), GO_HOME_BELOW.pack()


def staying(markup: Markup) -> Markup:
    """The same buttons, below a message that stays."""
    rows = markup.inline_keyboard
    return Markup(
        [[replace(each, callback_data=_BELOW) if each.callback_data == _HOME else each for each in row] for row in rows]
    )


def stays(carried: Iterable[str]) -> bool:
    """Whether a message with buttons that carry this is one that stays."""
    return _BELOW in carried

"""Searching a list by typed text. `list`: its short name, as its topic declares it (`bot.topic.SearchSpec`)."""

from __future__ import annotations

from bot.keyboards.data import CallbackData


class SearchBegin(CallbackData, prefix="sf1"):
    """Asks what to look for. `person`: whose list it is, empty: nobody's."""

    list: str
    person: str


class SearchLeave(CallbackData, prefix="sx1"):
    """Back to the whole list, nothing being typed."""

    list: str
    person: str

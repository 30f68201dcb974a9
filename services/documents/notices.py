"""What is told of papers that went by e-mail, and under which key."""

from __future__ import annotations

from enum import StrEnum


class DocumentNews(StrEnum):
    """`LETTER`: the letter itself, to an address of its own; `NOT_SENT`: it has not arrived, told in the chat."""

    LETTER = "document_letter"
    NOT_SENT = "document_not_sent"


def not_sent(letter_id: str) -> str:
    return f"{DocumentNews.NOT_SENT}:{letter_id}"

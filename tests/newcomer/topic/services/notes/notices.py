"""What is told of notes: the kinds, as they stand in rows, and the keys that they are told under."""

from __future__ import annotations

from enum import StrEnum


class NoteNews(StrEnum):
    """What has happened. The subject is the note's id."""

    NOTE_KEPT = "note_kept"


def key_of(news: NoteNews, note_id: str) -> str:
    return f"{news}:{note_id}"

"""Notes for the doctor: the list, a card, and the two questions of writing one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.keyboards.buttons.more import GO_MORE
from bot.keyboards.buttons.notes import GO_NOTES, NoteCard, NoteList
from bot.keyboards.buttons.wizard import WizardOpen
from bot.keyboards.kit import back_row, button, markup, page_of, short
from bot.keyboards.layout import Layout
from bot.keyboards.wizard import StepButtons
from bot.views.common import Scene
from bot.views.lists import Item, Listing, draw
from bot.views.screen import Screen
from services.notes.model import LONGEST, Note
from services.texts.dates import MOSCOW, when
from services.texts.i18n import N_, Html, Texts, blocks, bold, escape

HEADING = N_("A note is kept")
"""Of its line in «Уведомления»."""
_KIND = "notes"
_LINE = 100
"""Characters of a note in the list."""


class Act(StrEnum):
    """Buttons of the last look at a note."""

    KEEP = "keep"
    REWRITE = "rewrite"


@dataclass(frozen=True, slots=True)
class Written:
    """`text`: None before anything is written."""

    text: str | None


def listing(t: Texts, notes: Sequence[Note], page: int, *, layout: Layout) -> Screen:
    return draw(
        t,
        Listing(
            title=t.label("🗒 Notes"),
            items=[_item(each) for each in page_of(notes, page, layout.page)],
            page=page,
            total=len(notes),
            count=t("Notes in all: {count}", count=len(notes)),
            nothing=t("No data. What you note for the doctor will stand here."),
            turned=lambda each: NoteList(page=each),
            size=layout.page,
            below=[[button(t.label("✏️ Write a note"), WizardOpen(kind=_KIND, anew=True))]],
            out=back_row(t, GO_MORE),
        ),
    )


def _item(note: Note) -> Item:
    return Item([escape(short(note.text, _LINE))], note.text, NoteCard(note=note.id))


def card(t: Texts, note: Note, now: datetime, said: Html | None = None) -> Screen:
    """`said`: what has just happened."""
    kept = t("Date: {when}", when=when(t, note.kept_at, MOSCOW, now))
    return Screen(blocks(said or "", escape(note.text), kept), markup(back_row(t, GO_NOTES)))


def text(data: Written, buttons: StepButtons, scene: Scene) -> Screen:
    t = scene.t
    return Screen(
        scene.text(bold(t("What would you like to tell the doctor?")), escape(data.text or "")),
        markup(back_row(t, buttons.back() or GO_NOTES)),
    )


def check(data: Written, buttons: StepButtons, scene: Scene) -> Screen:
    t = scene.t
    return Screen(
        scene.text(bold(t("Keep this note?")), escape(data.text or "")),
        markup(
            [button(t.label("✅ Keep"), buttons.act(Act.KEEP))],
            [button(t.label("✏️ Correct"), buttons.act(Act.REWRITE))],
            back_row(t, buttons.back()),
        ),
    )


def kept(t: Texts) -> Html:
    return Html("✅ ") + t("The note is kept.")


def too_long(t: Texts) -> Html:
    return Html("⚠️ ") + t("A note holds {count} characters. Please write it shorter.", count=LONGEST)

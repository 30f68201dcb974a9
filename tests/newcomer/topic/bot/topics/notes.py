"""A person's own notes for the doctor."""

from __future__ import annotations

from collections.abc import Mapping

from bot.fsm import notes as wizard
from bot.fsm.wizard import Table
from bot.handlers import notes
from bot.kernel import Kernel
from bot.keyboards.buttons.notes import GO_NOTES
from bot.notices import notes as notices
from bot.topic import Command, Entry, Place, Topic, WizardSpec
from bot.views.export import notes as words
from services.notes.mydata import NoteData
from services.notes.notes import Notes
from services.texts.i18n import N_


def build(kernel: Kernel) -> Mapping[str, object]:
    return {"notes": Notes(kernel.database, kernel.vault, kernel.drafts, kernel.outbox, kernel.clock)}


def table(*, notes: Notes) -> Table:
    steps = wizard.NoteSteps(notes)
    return Table(steps.table(), steps.after)


def personal(*, kernel: Kernel) -> NoteData:
    return NoteData(kernel.database, kernel.vault)


TOPIC = Topic(
    "notes",
    build=build,
    routes=notes.ROUTES,
    commands=(Command("notes", N_("your notes for the doctor"), 45, notes.command),),
    wizards=(WizardSpec(wizard.KIND, wizard.NoteForm, wizard.LIFETIME, table, notes.begin),),
    entries=(Entry(Place.MORE, N_("🗒 Notes"), GO_NOTES, 60, about=N_("Notes: what you want to tell the doctor.")),),
    notices=notices.SPECS,
    personal=personal,
    words=(words.WORDS,),
)

"""Documents: opened from any card after a fresh check, printed, and sent by e-mail."""

from __future__ import annotations

from dataclasses import replace

from bot.front import ConsentFirst
from bot.fsm import documents as wizard
from bot.handlers.wizard import Wizards
from bot.keyboards.buttons.documents import DocumentMail, DocumentOpen, DocumentPrint
from bot.papers import DocumentKinds
from bot.routing import on
from bot.views import documents as view
from bot.visitor import Visitor
from services.accounts.mail import Mail
from services.documents.documents import Documents
from services.documents.model import DrawingFailed, Subject


async def open_file(
    visitor: Visitor, data: DocumentOpen, *, document_kinds: DocumentKinds, documents: Documents, mail: Mail
) -> None:
    """The file, below the card that it is opened from."""
    of, area = Subject(data.kind, data.subject), document_kinds.spec(data.kind).area
    found = await document_kinds.compose(visitor.account, visitor.t, of)
    try:
        pdf = await documents.pdf(visitor.account, found.person.id, of, area, found.sheet)
    except DrawingFailed:
        await visitor.answer(view.not_made(visitor.t))
        return
    file = view.document(visitor.t, of, found.name, found.caption, found.person, pdf, mails=mail.on)
    await visitor.send_document(file)
    await visitor.answer()


async def printing(visitor: Visitor, _: DocumentPrint) -> None:
    await replace(visitor, apart=True).show(view.printing(visitor.t))


async def send(
    visitor: Visitor, data: DocumentMail, *, document_kinds: DocumentKinds, mail: Mail, wizards: Wizards
) -> None:
    """«На электронную почту»: the question where to, below the file."""
    if not mail.on:
        await visitor.answer(view.off(visitor.t))
        return
    of = Subject(data.kind, data.subject)
    found = await document_kinds.compose(visitor.account, visitor.t, of)
    own = await mail.of(visitor.account)
    offered = own is not None and own.confirmed and not own.refused
    answers = wizard.answers_of(of, found.person.id, offered=offered)
    await wizards.leave(visitor)
    await wizards.start(replace(visitor, apart=True), wizard.KIND, answers)


async def begin(visitor: Visitor, *, wizards: Wizards) -> None:
    """Nobody can begin it anew but from a document."""
    await wizards.show_outdated(visitor)


# --- the code on a paper ----------------------------------------------------------------------------------------------


async def keep_link(visitor: Visitor, _: str, *, consent: ConsentFirst) -> None:
    await consent.ask(visitor, view.linked(visitor.t))


async def waited(_: Visitor) -> str | None:
    """Nothing waits: all has been said."""
    return None


async def follow_link(visitor: Visitor, _: str, *, wizards: Wizards) -> None:
    await wizards.leave(visitor)
    await visitor.send(view.link(visitor.t))


ROUTES = (on(DocumentOpen, open_file), on(DocumentPrint, printing), on(DocumentMail, send))

"""The letter that a document goes with, and what is told where it has not arrived."""

from __future__ import annotations

from bot.papers import DocumentKinds
from bot.topic import NoticeContext, NoticeSpec, OwnAddress, Rendered
from bot.views import documents as view
from bot.views import letters
from services.documents.documents import Documents
from services.documents.model import PaperLetter
from services.documents.notices import DocumentNews
from services.errors import ConsentNeeded, NotAllowed, NotFound
from services.notify.model import Letter, LetterEnd


async def never(_: NoticeContext) -> Rendered:
    """The chat has said it already."""
    return None


async def write(context: NoticeContext, *, documents: Documents, document_kinds: DocumentKinds) -> Letter | None:
    """The document as it is now; None where it is not open any more, or has gone already."""
    sent = await documents.letter(context.account, context.subject_id)
    if sent is None or sent.address is None:
        return None
    try:
        return await _written(context, sent, documents, document_kinds)
    except (NotAllowed, NotFound, ConsentNeeded):
        await documents.end_letter(context.account, sent.id, LetterEnd.CLOSED)
        return None


async def _written(
    context: NoticeContext, sent: PaperLetter, documents: Documents, document_kinds: DocumentKinds
) -> Letter:
    of, area = sent.of, document_kinds.spec(sent.of.kind).area
    found = await document_kinds.compose(context.account, context.t, of)
    pdf = await documents.pdf(context.account, found.person.id, of, area, found.sheet)
    return letters.document(context.t, pdf)


async def address(context: NoticeContext, *, documents: Documents) -> str | None:
    sent = await documents.letter(context.account, context.subject_id)
    return sent.address if sent is not None else None


async def ended(context: NoticeContext, end: LetterEnd, *, documents: Documents) -> None:
    await documents.end_letter(context.account, context.subject_id, end)


async def not_sent(context: NoticeContext, *, documents: Documents) -> Rendered:
    """None where nothing is known of it any more."""
    sent = await documents.letter(context.account, context.subject_id)
    if sent is None or sent.end is None:
        return None
    return view.not_sent(context.t, sent.of, sent.end)


SPECS = (
    NoticeSpec(
        DocumentNews.LETTER,
        view.HEADINGS[DocumentNews.LETTER],
        never,
        letter=write,
        letter_alone=True,
        own_address=OwnAddress(address, ended),
    ),
    NoticeSpec(DocumentNews.NOT_SENT, view.HEADINGS[DocumentNews.NOT_SENT], not_sent),
)

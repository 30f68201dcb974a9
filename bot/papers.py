"""All kinds of documents, as their topics declare them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bot.kernel import Services, bind
from bot.topic import Composed, DocumentContext, DocumentSpec
from services.accounts.model import Account
from services.clock import Clock
from services.documents.model import KIND_LENGTH, Subject
from services.errors import NotFound
from services.texts.i18n import Texts


class DocumentKinds:
    """`LookupError` where two topics declare one kind, or its name is too long."""

    def __init__(self, specs: Iterable[DocumentSpec], clock: Clock) -> None:
        self._clock = clock
        self._specs: dict[str, DocumentSpec] = {}
        for spec in specs:
            if spec.kind in self._specs or len(spec.kind) > KIND_LENGTH:
                raise LookupError(f"two topics declare the document {spec.kind!r}, or its name is too long")
            self._specs[spec.kind] = spec

    def know(self, services: Services) -> None:
        """The services of the topics, which are built when all that asks for documents is there."""
        self._specs = {each.kind: replace(each, compose=bind(each.compose, services)) for each in self._specs.values()}

    def spec(self, kind: str) -> DocumentSpec:
        """`NotFound` for a kind that there is none of: a button of long ago, or one made by hand."""
        found = self._specs.get(kind)
        if found is None:
            raise NotFound
        return found

    async def compose(self, account: Account, t: Texts, of: Subject) -> Composed:
        """The document as things are now, for whoever may see it. Raises as its topic does (`DocumentSpec`)."""
        return await self.spec(of.kind).compose(DocumentContext(account, of.id, t, self._clock.now()))

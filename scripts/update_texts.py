"""Gathers the sentences of the code into build/nomerok.pot and both .po files: `make texts`.

Written so that a diff shows what changed and nothing else: sorted by sentence, one line each, without places
or dates. English is the sentence itself. Nothing is guessed: a reworded sentence is a new one. A translation
whose sentence is gone is printed before it is dropped, so that it can be used again.
"""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

from scripts.messages import DOMAIN, LOCALES, forms, found_in, po_path

_HEADER_KEPT = (
    "Project-Id-Version",
    "Language",
    "Plural-Forms",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
)
_HEADER_LINE = re.compile(r'^"([A-Za-z-]+): .*\\n"$')


def template(root: Path) -> Catalog:
    catalog = _new(None)
    for item in found_in(root):
        catalog.add(item.singular if item.plural is None else (item.singular, item.plural))
    return catalog


def _new(locale: str | None) -> Catalog:
    return Catalog(locale=locale, domain=DOMAIN, project="Nomerok", version="1", header_comment="", fuzzy=False)


def _rendered(catalog: Catalog) -> str:
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=0, no_location=True, sort_output=True, ignore_obsolete=True)
    lines = []
    for line in buffer.getvalue().decode("utf-8").splitlines():
        header = _HEADER_LINE.match(line)
        if header is None or header[1] in _HEADER_KEPT:
            lines.append(line)
    return "\n".join(lines).strip() + "\n"


def _fill_with_itself(message: Message, count: int) -> None:
    """An English entry that says nothing yet says its own sentence."""
    if len(forms(message)) == (1 if isinstance(message.id, str) else count) and all(forms(message)):
        return
    if isinstance(message.id, str):
        message.string = message.id
    else:
        singular, plural = message.id
        message.string = (singular, *[plural] * (count - 1))


def update(root: Path) -> list[str]:
    """Writes build/nomerok.pot and the .po files; returns the lines to print."""
    gathered = template(root)
    (root / "build").mkdir(exist_ok=True)
    (root / "build" / f"{DOMAIN}.pot").write_text(_rendered(gathered), encoding="utf-8")
    report = []
    for locale in LOCALES:
        path = po_path(root, locale)
        catalog = _new(locale)
        if path.exists():
            with path.open("rb") as file:
                for message in read_po(file, locale=locale, domain=DOMAIN):
                    if message.id:
                        catalog[message.id] = message
        catalog.update(gathered, no_fuzzy_matching=True)
        report += [
            f"{locale}: dropped {old.id!r}, which was {old.string!r}"
            for old in catalog.obsolete.values()
            if locale != "en" and any(forms(old))
        ]
        waiting = 0
        for message in catalog:
            if not message.id:
                continue
            if locale == "en":
                message.flags.discard("fuzzy")
                _fill_with_itself(message, catalog.num_plurals)
            waiting += not all(forms(message))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_rendered(catalog), encoding="utf-8")
        report.append(f"{locale}: {len(catalog)} sentences, {waiting} without a translation")
    return report


if __name__ == "__main__":
    sys.stdout.write("\n".join(update(Path.cwd())) + "\n")

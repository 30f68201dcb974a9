"""Checks that every sentence of the code is said, and well, in every locale: part of `make check`.

Prints `file:line: what is wrong` for each fault and ends with 1 where there is any; then how easily the texts read,
and unless `--quiet` is given, the ten of each locale that read worst. `make texts` brings new sentences into the .po
files and takes away those that are gone.
"""

from __future__ import annotations

import ast
import re
import string
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Message
from babel.messages.plurals import get_plural
from babel.messages.pofile import PoFileError, read_po

from scripts import reading, wording
from scripts.messages import LOCALES, Fault, Found, forms, found_in, po_path, sentences

# Data of the country, not texts: Russian stands in them as it is. A path ending in "/" is a whole folder.
CYRILLIC_DATA = (
    *("services/clinics/regions.py", "services/clinics/checks.py", "services/clinics/columns.py"),
    "services/clinics/whom.py",
    "services/signatures/demo.py",
    *("services/imports/cells.py", "services/imports/private.py", "services/imports/whom.py"),
    *("services/insurance/columns.py", "services/prescriptions/columns.py", "services/addresses/"),
    *("services/registry/local/", "services/texts/addresses.py"),
    *("services/texts/clinics.py", "services/texts/names.py"),
)

# Words that are the same in Russian: a translation may consist of them alone.
SAME_IN_RUSSIAN = frozenset({"telegram", "nomerok", "pdf", "ics", "sms"})

# What Telegram's HTML knows.
TAGS = frozenset({"a", "b", "blockquote", "code", "del", "em", "i", "ins", "pre", "s", "span", "strong", "u"}) | {
    "tg-emoji",
    "tg-spoiler",
}

_CYRILLIC = re.compile(r"[\u0400-\u04FF]")
_LETTER_RANGE = re.compile(r"[\u0400-\u04FF]-[\u0400-\u04FF]|[Ёё]")
_CYRILLIC_WORD = re.compile(r"[\u0400-\u04FF]{2}")
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9-]*)([^<>]*)>")
_ENTITY = re.compile(r"&(?:[a-z]+|#\d+);")
_WORD = re.compile(r"[A-Za-z]+")


def short(sentence: str) -> str:
    """A sentence as a message quotes it: one line, not too long."""
    line = " ".join(sentence.split())
    return f"“{line if len(line) <= 60 else line[:59] + '…'}”"


# ---- one text


def places(text: str) -> frozenset[str]:
    """The `{places}` of a text; raises ValueError where its braces are broken."""
    result = set()
    for _literal, name, spec, conversion in string.Formatter().parse(text):
        if name is None:
            continue
        if not name.isidentifier():
            raise ValueError(f"the place {{{name}}} has no plain name")
        result.add(name + (f"!{conversion}" if conversion else "") + (f":{spec}" if spec else ""))
    return frozenset(result)


def tags(text: str) -> Counter[str]:
    """The opening tags of a text with their attributes; raises ValueError where they do not close in turn."""
    opened: list[str] = []
    result: Counter[str] = Counter()
    for closing, name, rest in _TAG.findall(text):
        if name not in TAGS:
            raise ValueError(f"Telegram knows no tag <{name}>")
        if not closing:
            opened.append(name)
            result[name + rest.rstrip()] += 1
        elif not opened or opened.pop() != name:
            raise ValueError(f"</{name}> closes nothing that is open")
    if opened:
        raise ValueError(f"<{opened[-1]}> is not closed")
    return result


def _bare(text: str) -> str:
    """A text without tags, entities and places: what a person reads as words."""
    without_places = re.sub(r"\{[^{}]*\}", " ", text)
    return _ENTITY.sub(" ", _TAG.sub(" ", without_places))


def faults_of_form(locale: str, sentence: str, text: str, expected: frozenset[str]) -> Iterator[str]:
    """What is wrong with one translated form of a sentence that has the expected places."""
    try:
        if (given := places(text)) != expected:
            lost, new = sorted(expected - given), sorted(given - expected)
            yield "; ".join(
                [f"lost the place {{{name}}}" for name in lost] + [f"has an unknown place {{{name}}}" for name in new]
            )
    except ValueError as error:
        yield f"broken braces: {error}"
    try:
        wanted = tags(sentence)
    except ValueError:
        wanted = None  # told once, about the sentence
    try:
        if tags(text) != wanted and wanted is not None:
            yield "its tags differ from the sentence's"
    except ValueError as error:
        yield f"broken tags: {error}"
    if "!" in text:
        yield "has an exclamation mark"
    if "\t" in text:
        yield "has a tab"
    if any(line != line.rstrip(" \u00a0") for line in text.split("\n")):
        yield "has spaces at the end of a line"
    if (sentence[0] == "\n", sentence[-1] == "\n") != (text[0] == "\n", text[-1] == "\n"):
        yield "begins or ends with another line break than the sentence"
    if locale == "en":
        if _CYRILLIC.search(text):
            yield "has Cyrillic letters"
    elif locale == "ru" and not _CYRILLIC.search(text):
        words = {word.lower() for word in _WORD.findall(_bare(sentence))}
        if words - SAME_IN_RUSSIAN:
            yield "has no Russian in it"


def faults_of_words(locale: str, sentence: str, text: str) -> Iterator[str]:
    """What makes one translated form hard to read, or is said in other words than elsewhere."""
    yield from wording.faults(locale, sentence, text)
    if sentence in wording.WHOLE or sentence in wording.PORTAL:
        return
    measured = reading.read(locale, text)
    if measured.longest > reading.LONGEST_SENTENCE:
        yield f"has a sentence of {measured.longest} words; {reading.LONGEST_SENTENCE} at most"
    if measured.measured and measured.index < reading.LOWEST_INDEX:
        yield f"reads hard: {measured.index:.1f} where {reading.LOWEST_INDEX:.0f} is the least"


# ---- a catalogue


def _ids(message: Message | Found) -> tuple[str, str | None]:
    if isinstance(message, Found):
        return message.singular, message.plural
    return (message.id, None) if isinstance(message.id, str) else (message.id[0], message.id[1])


def faults_of_entry(locale: str, message: Message, plurals: int) -> Iterator[str]:
    """What is wrong with a catalogue's entry, without a look at the code."""
    singular, plural = _ids(message)
    if message.fuzzy:
        yield "is marked fuzzy: read it and take the mark away"
    given = forms(message)
    if not any(given):
        yield "is not translated"
        return
    wanted = 1 if plural is None else plurals
    if len(given) != wanted or not all(given):
        yield f"has {sum(1 for form in given if form)} of {wanted} plural forms"
    try:
        expected = places(singular) | (places(plural) if plural else frozenset())
    except ValueError:
        return  # told where the sentence stands in the code
    for number, form in enumerate(given):
        if form:
            where = "" if plural is None else f"form {number} "
            for fault in (
                *faults_of_form(locale, singular, form, expected),
                *faults_of_words(locale, singular, form),
            ):
                yield where + fault


def faults_of_catalogue(locale: str, path: str, source: Path, found: list[Found]) -> Iterator[str]:
    """All faults of a .po file against the sentences of the code, as lines to print."""
    if not source.exists():
        yield f"{path}:1: there is no such file; make texts writes it"
        return
    try:
        with source.open("rb") as file:
            catalog = read_po(file, abort_invalid=True)
    except (PoFileError, UnicodeDecodeError) as error:
        yield f"{path}:{getattr(error, 'lineno', 0) + 1}: it cannot be read: {error}"
        return
    plurals, rule = get_plural(locale)
    if (catalog.num_plurals, catalog.plural_expr.strip("() ")) != (plurals, rule.strip("() ")):
        yield f"{path}:1: Plural-Forms of {locale} must be nplurals={plurals}; plural={rule}"
    entries = {_ids(message)[0]: message for message in catalog if message.id}
    for singular, message in entries.items():
        for fault in faults_of_entry(locale, message, plurals):
            yield f"{path}:{message.lineno}: {short(singular)} {fault}"
    for obsolete in catalog.obsolete.values():
        yield f"{path}:{_line_of(source, _ids(obsolete)[0])}: {short(_ids(obsolete)[0])} is obsolete; take it away"
    yield from _against_code(path, entries, found)


def _line_of(source: Path, singular: str) -> int:
    """The line of an obsolete entry, which the parser does not tell."""
    start = '#~ msgid "' + singular.split("\n")[0].replace('"', '\\"')
    for number, line in enumerate(source.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith(start):
            return number
    return 1


def _against_code(path: str, entries: dict[str, Message], found: list[Found]) -> Iterator[str]:
    told = set()
    for item in found:
        message = entries.get(item.singular)
        if item.singular in told:
            continue
        if message is None:
            told.add(item.singular)
            yield f"{item.path}:{item.line}: {short(item.singular)} is not in {path}; make texts brings it there"
        elif _ids(message) != _ids(item) and item.plural is not None:
            told.add(item.singular)
            yield f"{item.path}:{item.line}: {short(item.singular)} has another plural in {path}; run make texts"
    counted = {item.singular for item in found if item.plural is not None}
    known = {item.singular for item in found}
    for singular, message in entries.items():
        if singular not in known:
            yield f"{path}:{message.lineno}: {short(singular)} is no longer in the code; make texts takes it away"
        elif _ids(message)[1] is not None and singular not in counted:
            yield f"{path}:{message.lineno}: {short(singular)} is no longer counted in the code; run make texts"


# ---- the code


def faults_of_sentences(found: list[Found]) -> Iterator[str]:
    """What is wrong with the sentences themselves, where they stand in the code."""
    plurals: dict[str, str | None] = {}
    for item in found:
        known = plurals.setdefault(item.singular, item.plural)
        here = f"{item.path}:{item.line}: {short(item.singular)}"
        if known != item.plural:
            yield f"{here} is said elsewhere with another plural, or with none"
        for text in (item.singular, item.plural):
            if text is None:
                continue
            if _CYRILLIC.search(text):
                yield f"{here} is Russian; the code says it in English, locales/ru in Russian"
            if "!" in text:
                yield f"{here} has an exclamation mark"
            try:
                places(text)
            except ValueError as error:
                yield f"{here} has broken braces: {error}"
            try:
                tags(text)
            except ValueError as error:
                yield f"{here} has broken tags: {error}"


def cyrillic_in_code(tree: ast.AST, *, letters_allowed: bool) -> Iterator[int]:
    """Lines of string literals in Russian. Docstrings, and comments of course, are no literals here.

    Where letters are allowed, ranges of a pattern and single letters pass («[А-ЯЁ]», ё → е): no text.
    """
    documents = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documents:
            said = _LETTER_RANGE.sub(" ", node.value) if letters_allowed else node.value
            if (_CYRILLIC_WORD if letters_allowed else _CYRILLIC).search(said):
                yield node.lineno


def faults_of_code(root: Path) -> Iterator[str]:
    """Calls whose sentence cannot be gathered, and Russian in the code."""
    for room in ("bot", "services"):
        for source in sorted((root / room).rglob("*.py")):
            path = source.relative_to(root).as_posix()
            tree = ast.parse(source.read_text(encoding="utf-8"), path)
            for item in sentences(tree):
                if isinstance(item, Fault):
                    yield f"{path}:{item.line}: {item.why}"
            if any(path == data or (data.endswith("/") and path.startswith(data)) for data in CYRILLIC_DATA):
                continue
            for line in cyrillic_in_code(tree, letters_allowed=room == "services"):
                yield f"{path}:{line}: Russian in the code; texts live in locales/"


def faults(root: Path) -> list[str]:
    """All faults of the tree, as lines to print."""
    found = found_in(root)
    result = [*faults_of_code(root), *faults_of_sentences(found)]
    for locale in LOCALES:
        source = po_path(root, locale)
        result += faults_of_catalogue(locale, source.relative_to(root).as_posix(), source, found)
    return result


# ---- how easily the texts read


def readings(root: Path, locale: str) -> list[tuple[reading.Reading, str]]:
    """All forms of a locale that are long enough to be measured, the hardest first; what is not ours apart."""
    with po_path(root, locale).open("rb") as file:
        catalog = read_po(file)
    found = {
        form: reading.read(locale, form)
        for message in catalog
        if message.id and _ids(message)[0] not in {*wording.WHOLE, *wording.PORTAL}
        for form in forms(message)
    }
    return sorted(((each, form) for form, each in found.items() if each.measured), key=lambda pair: pair[0].index)


def ease(root: Path, *, hardest: int) -> Iterator[str]:
    """Lines that say how easily the texts of each locale read, with so many of the hardest."""
    for locale in LOCALES:
        ranked = readings(root, locale)
        if not ranked:
            continue
        mean = sum(each.index for each, _ in ranked) / len(ranked)
        yield f"Reading, {locale}: {mean:.1f} in the mean of {len(ranked)} texts, {ranked[0][0].index:.1f} the least."
        for each, form in ranked[:hardest]:
            yield f"  {each.index:5.1f}  {short(form)}"


def main(root: Path, *, quiet: bool = False) -> int:
    result = faults(root)
    for line in result:
        print(line)
    if result:
        print(f"Texts: {len(result)} to mend.")
        return 1
    for line in ease(root, hardest=0 if quiet else 10):
        print(line)
    print("Texts: all sentences are said in every language.")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path.cwd(), quiet="--quiet" in sys.argv[1:]))

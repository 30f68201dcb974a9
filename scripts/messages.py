"""Finds the sentences in the code: `t("…")`, `t.label("…")`, `t.n("…", "…", count)`, `t.label_n(…)`, `N_("…")`."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg

LOCALES = ("ru", "en")
DOMAIN = "nomerok"

# What the object that speaks is called wherever it is used: `t`, `self.t`; `texts("ru")` makes one.
SPEAKER = "t"
MAKER = "texts"
MARKER = "N_"
COUNT = "count"  # the place that `n` and `label_n` fill by themselves
PLURAL = frozenset({"n", "label_n"})
METHODS = frozenset({"label"}) | PLURAL


@dataclass(frozen=True, slots=True)
class Found:
    """A sentence in the code. `plural` is None for one without plural forms; `path` is relative to the root."""

    path: str
    line: int
    singular: str
    plural: str | None


@dataclass(frozen=True, slots=True)
class Fault:
    """A call whose sentence cannot be gathered, and why."""

    line: int
    why: str


def forms(message: Message) -> list[str]:
    """What a catalogue's entry says: one text, or one a plural form; empty where nothing is written yet."""
    if isinstance(message.string, str):
        return [message.string]
    return [form or "" for form in message.string or ("",)]


def po_path(root: Path, locale: str) -> Path:
    return root / "locales" / locale / "LC_MESSAGES" / f"{DOMAIN}.po"


def _speaker(node: ast.expr) -> bool:
    if isinstance(node, ast.Call):
        return _name(node.func) == MAKER
    return _name(node) == SPEAKER


def _name(node: ast.expr) -> str:
    """The last part of `a.b.c`; empty where there is no name."""
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""


def _count_of_sentences(call: ast.Call) -> int:
    """How many leading arguments of a call are sentences; 0: it is not a call of ours."""
    func = call.func
    if isinstance(func, ast.Attribute) and func.attr in METHODS and _speaker(func.value):
        return 2 if func.attr in PLURAL else 1
    return int(_speaker(func) or _name(func) == MARKER)


def sentences(tree: ast.AST) -> Iterator[tuple[int, tuple[str, ...]] | Fault]:
    """Every call: its line with one sentence or two (singular, plural), or what is wrong with it.

    A name in place of a literal is left alone: such sentences are marked by N_ where they stand.
    """
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        wanted = _count_of_sentences(node)
        if not wanted:
            continue
        given = node.args[:wanted]
        texts = tuple(a.value for a in given if isinstance(a, ast.Constant) and isinstance(a.value, str))
        if any(isinstance(a, ast.JoinedStr | ast.BinOp) for a in given):
            yield Fault(node.lineno, "the sentence is put together from pieces; write it whole with {placeholders}")
        elif any(_bare_literal_inside(a) for a in given):
            yield Fault(
                node.lineno, "the sentence is chosen inside the call; mark each choice by N_, or make two calls"
            )
        elif wanted == 2 and (len(given) < 2 or len(texts) == 1):
            yield Fault(node.lineno, "a counted sentence needs both its singular and its plural as literals")
        elif len(texts) == wanted:
            if "" in texts:
                yield Fault(node.lineno, "an empty sentence")
            else:
                yield node.lineno, texts
                why = "" if _name(node.func) == MARKER else _values_amiss(node, texts)
                if why:
                    yield Fault(node.lineno, why)


def _bare_literal_inside(argument: ast.expr) -> bool:
    """A choice with a literal that nothing marks: `t("a" if x else "b")`, `t(x or "a")`."""
    if isinstance(argument, ast.IfExp):
        parts = [argument.body, argument.orelse]
    elif isinstance(argument, ast.BoolOp):
        parts = argument.values
    else:
        return False
    return any(isinstance(part, ast.Constant) or _bare_literal_inside(part) for part in parts)


def _values_amiss(call: ast.Call, texts: tuple[str, ...]) -> str:
    """How the values of a call differ from the places of its sentence; empty where they do not, or none can tell."""
    names = [keyword.arg for keyword in call.keywords]
    given = {name for name in names if name is not None} | ({COUNT} if len(texts) > 1 else set())
    try:
        wanted = {name for text in texts for _literal, name, _spec, _conv in string.Formatter().parse(text) if name}
    except ValueError:
        return ""  # told with the sentence
    if None in names or wanted == given:
        return ""
    lost, spare = sorted(wanted - given), sorted(given - wanted)
    told = [f"gives no {{{name}}}" for name in lost] + [f"the sentence has no {{{name}}}" for name in spare]
    return "; ".join(told)


def extract(
    fileobj: IO[bytes], keywords: Any, comment_tags: Any, options: Any
) -> Iterable[tuple[int, str, str | tuple[str, ...], list[str]]]:
    """The extractor that babel.cfg names; for its shape see `babel.messages.extract`."""
    del keywords, comment_tags, options
    for item in sentences(ast.parse(fileobj.read())):
        if not isinstance(item, Fault):
            line, texts = item
            if len(texts) == 1:
                yield line, "gettext", texts[0], []
            else:
                yield line, "ngettext", texts, []


def found_in(root: Path) -> list[Found]:
    """All sentences of the files that babel.cfg names, in the order of paths and lines."""
    with (root / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    result = []
    for path, line, message, _comments, _context in extract_from_dir(root, methods, options):
        singular, plural = (message, None) if isinstance(message, str) else (message[0], message[1])
        result.append(Found(Path(path).as_posix(), line, singular, plural))
    return sorted(result, key=lambda item: (item.path, item.line, item.singular))

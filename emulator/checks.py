"""What no bot should show or log, looked for after each test: texts that nobody finished, exceptions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise

Catalogues = Mapping[str, Mapping[str, str]]  # language → msgid → text

# What str.format or % would have filled in: a sure sign of a text that nobody formatted.
_PLACEHOLDER = re.compile(r"\{[A-Za-z_][\w.\[\]!:]*\}|%\([A-Za-z_]\w*\)")
_UNHANDLED = re.compile(r"Update id=\d+ is not handled")  # aiogram, at level INFO


def placeholders(text: str) -> list[str]:
    """Placeholders that stayed unformatted in a text."""
    return _PLACEHOLDER.findall(text)


def raw_msgids(lines: Iterable[str], catalogues: Catalogues) -> list[str]:
    """Lines of one screen that are msgids, where the rest of it speaks a language to which they are foreign.

    Whoever uses whole sentences as msgids shows them rightly to those who read that language; so a line counts only
    if no single language has all the lines that the catalogues know.
    """
    seen = set(lines)
    spoken = {language: seen & set(texts.values()) for language, texts in catalogues.items()}
    msgids = {line for line in seen if any(line in texts for texts in catalogues.values())}
    known = msgids.union(*spoken.values())
    if any(own == known for own in spoken.values()):
        return []
    return sorted(msgids - max(spoken.values(), key=len, default=set()))


def logged(log: str) -> list[str]:
    """Exceptions in a log, each by its last line, and updates that no handler took."""
    found = [f"logged: {line}" for line in _UNHANDLED.findall(log)]
    lines = log.splitlines()
    begins = [number for number, line in enumerate(lines) if line.startswith("Traceback (most recent call last)")]
    for begin, end in pairwise([*begins, len(lines)]):
        last = next((line for line in lines[begin + 1 : end] if line and not line.startswith(" ")), lines[end - 1])
        found.append(f"exception logged: {last}")
    return found

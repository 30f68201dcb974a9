"""Formatted text as Telegram keeps it: plain text and entities that count in UTF-16 units.

The HTML rules and the wording of the errors follow the documentation ("HTML
style") and the open source of TDLib; byte offsets in errors count UTF-8 bytes
of the text that the bot sent.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "blockquote": "blockquote",
}
_HTML_TAG = {
    "bold": "b",
    "italic": "i",
    "underline": "u",
    "strikethrough": "s",
    "spoiler": "tg-spoiler",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "expandable_blockquote": "blockquote expandable",
}
_REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]{1,7})|#([0-9]{1,7})|(lt|gt|amp|quot)(?![A-Za-z]));?")
_ATTRIBUTE = re.compile(r"""([^\s=>/]+)\s*(?:=\s*("[^"]*"|'[^']*'|[A-Za-z0-9.\-]*))?""")
_UNSERVED_TAGS = frozenset({"tg-emoji"})  # for bots with a bought name alone
_LINK = re.compile(r"https?://[^\s<>\"']*[^\s<>\"'.,:;!?()]", re.IGNORECASE)  # the end of a sentence is no part of it
_COMMAND = re.compile(r"(?<![\w/])/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?(?![\w/])")


class EntityError(ValueError):
    """Broken markup; the message is Telegram's wording after "can't parse entities: "."""


class UnservedTagError(ValueError):
    """A tag that Telegram knows and this place does not; the message is its name."""


@dataclass(frozen=True)
class Formatted:
    """Plain text with its entities (Telegram's MessageEntity objects, offsets in UTF-16 units)."""

    text: str
    entities: tuple[Json, ...] = ()


def utf16_length(text: str) -> int:
    """Length of the text in UTF-16 code units, the unit of all of Telegram's limits and offsets."""
    return len(text) + sum(1 for char in text if ord(char) > 0xFFFF)


def parse_html(source: str) -> Formatted:
    """Read Telegram's HTML. Raises `EntityError` with Telegram's wording."""
    parts: list[str] = []
    length = 0
    entities: list[Json] = []
    open_tags: list[tuple[str, str, int]] = []  # tag, argument, UTF-16 offset of its beginning
    position = 0
    while position < len(source):
        char = source[position]
        if char == "&" and (found := _REFERENCE.match(source, position)) and (code := _code_point(found)):
            parts.append(chr(code))
            length += utf16_length(chr(code))
            position = found.end()
        elif char != "<":
            parts.append(char)
            length += utf16_length(char)
            position += 1
        elif source.startswith("</", position):
            name, after = _end_tag(source, position, [tag for tag, _, _ in open_tags])
            tag, argument, offset = open_tags.pop()
            if length > offset:
                entities.append(_entity(tag, argument, offset, length - offset, "".join(parts)))
            position = after
        else:
            name, argument, position = _start_tag(source, position)
            open_tags.append((name, argument, length))
    if open_tags:
        raise EntityError(f'Can\'t find end tag corresponding to start tag "{open_tags[-1][0]}"')
    return Formatted("".join(parts), _tidy(entities))


def _code_point(found: re.Match[str]) -> int:
    hexadecimal, decimal, name = found.groups()
    if name:
        return ord({"lt": "<", "gt": ">", "amp": "&", "quot": '"'}[name])
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    return 0 if code >= 0x10FFFF or 0xD800 <= code <= 0xDFFF else code


def _byte_offset(source: str, position: int) -> int:
    return len(source[:position].encode())


def _start_tag(source: str, begin: int) -> tuple[str, str, int]:
    """Name, argument (address, language, …) and the position behind the start tag at `begin`."""
    at = _byte_offset(source, begin)
    name_end = re.compile(r"[\s>]").search(source, begin + 1)
    if name_end is None:
        raise EntityError(f"Unclosed start tag at byte offset {at}")
    name = source[begin + 1 : name_end.start()].lower()
    if name in _UNSERVED_TAGS:
        raise UnservedTagError(name)
    if name not in _TAGS:
        raise EntityError(f'Unsupported start tag "{name}" at byte offset {at}')
    attributes: dict[str, str] = {}
    position = name_end.start()
    while True:
        rest = re.compile(r"\s*").match(source, position)
        position = rest.end() if rest else position
        if position >= len(source):
            raise EntityError(f"Unclosed start tag at byte offset {at}")
        if source[position] == ">":
            break
        attribute = _ATTRIBUTE.match(source, position)
        if attribute is None:
            raise EntityError(f'Empty attribute name in the tag "{name}" at byte offset {at}')
        key, value = attribute.group(1), attribute.group(2)
        position = attribute.end()
        if value is None and (name, key) != ("blockquote", "expandable"):
            raise EntityError(
                f'Expected equal sign in declaration of an attribute of the tag "{name}" at byte offset {at}'
            )
        if value is not None:
            _check_value_ends(source, attribute, name, at)
        attributes[key] = _unquote(value or "")
    if name == "span" and attributes.get("class") != "tg-spoiler":
        raise EntityError(f'Tag "span" must have class "tg-spoiler" at byte offset {at}')
    return name, _argument(name, attributes), position + 1


def _check_value_ends(source: str, attribute: re.Match[str], name: str, at: int) -> None:
    """A name token ends at white space or the end of the tag; the end of the text is nowhere good."""
    value, after = attribute.group(2), source[attribute.end() : attribute.end() + 1]
    if not value and not after:
        raise EntityError(f'Unclosed start tag "{name}" at byte offset {at}')
    if value[:1] in {'"', "'"} or after in {"", ">"} or after.isspace():
        return
    if after in {'"', "'"}:  # it opens a text that never ends
        raise EntityError(f"Unclosed start tag at byte offset {at}")
    raise EntityError(f"Unexpected end of name token at byte offset {_byte_offset(source, attribute.start(2))}")


def _unquote(value: str) -> str:
    if value[:1] not in {'"', "'"}:
        return value.lower()
    return _REFERENCE.sub(lambda found: chr(_code_point(found) or 0xFFFD), value[1:-1])


def _argument(name: str, attributes: dict[str, str]) -> str:
    if name == "a":
        return attributes.get("href", "")
    if name == "code":
        return attributes.get("class", "").removeprefix("language-")
    return "expandable" if name == "blockquote" and "expandable" in attributes else ""


def _end_tag(source: str, begin: int, open_names: list[str]) -> tuple[str, int]:
    at = _byte_offset(source, begin)
    if not open_names:
        raise EntityError(f"Unexpected end tag at byte offset {at}")
    close = re.compile(r"</([^\s>]*)\s*>").match(source, begin)
    if close is None:
        raise EntityError(f"Unclosed end tag at byte offset {at}")
    name, expected = close.group(1).lower(), open_names[-1]
    if name and name != expected:
        raise EntityError(f'Unmatched end tag at byte offset {at}, expected "</{expected}>", found "</{name}>"')
    return expected, close.end()


def _entity(tag: str, argument: str, offset: int, length: int, text: str) -> Json:
    kind = _TAGS[tag]
    entity: Json = {"type": kind, "offset": offset, "length": length}
    if kind == "text_link":
        # Telegram takes the text itself as the address when there is no href.
        entity["url"] = argument or cut(text, offset, length)
    elif kind == "code" and argument:
        entity["language"] = argument
    elif kind == "blockquote" and argument:
        entity["type"] = "expandable_blockquote"
    return entity


def _tidy(entities: list[Json]) -> tuple[Json, ...]:
    """Outer entities first; <pre><code class=language-x> becomes one `pre` with a language."""
    languages = {(e["offset"], e["length"]): e.pop("language") for e in entities if "language" in e}
    pres = {(e["offset"], e["length"]) for e in entities if e["type"] == "pre"}
    kept = [e for e in entities if not (e["type"] == "code" and (e["offset"], e["length"]) in pres)]
    for entity in kept:
        place = (entity["offset"], entity["length"])
        if entity["type"] == "pre" and place in languages:
            entity["language"] = languages[place]
    # Links without a scheme or a dot lead nowhere; Telegram drops the entity and keeps the text.
    kept = [e for e in kept if e["type"] != "text_link" or _leads_somewhere(e["url"])]
    kept.reverse()  # they came in closing order, inner first; outer ones shall stand first among equals
    return tuple(sorted(kept, key=lambda e: (e["offset"], -e["length"])))


def _leads_somewhere(url: str) -> bool:
    return bool(re.match(r"(?:https?://|tg://|mailto:|tel:)\S+$|[^\s/]+\.[^\s/]+\S*$", url, re.IGNORECASE))


def cut(text: str, offset: int, length: int) -> str:
    """The piece of the text that an entity covers; offset and length in UTF-16 units."""
    units = text.encode("utf-16-le")
    return units[2 * offset : 2 * (offset + length)].decode("utf-16-le", "replace")


def trim(formatted: Formatted) -> Formatted:
    """Without white space at both ends, as Telegram stores texts; entities move and shrink along."""
    lead = len(formatted.text) - len(formatted.text.lstrip())
    shift = utf16_length(formatted.text[:lead])
    text = formatted.text.strip()
    total = utf16_length(text)
    moved = []
    for entity in formatted.entities:
        begin = max(entity["offset"] - shift, 0)
        end = min(entity["offset"] + entity["length"] - shift, total)
        if end > begin:
            moved.append({**entity, "offset": begin, "length": end - begin})
    return Formatted(text, tuple(moved))


def with_automatic(formatted: Formatted) -> Formatted:
    """Add the entities that Telegram finds by itself and bots look for: commands and plain links."""
    taken = [(e["offset"], e["offset"] + e["length"]) for e in formatted.entities if e["type"] in _OPAQUE]
    found = []
    for kind, pattern in (("url", _LINK), ("bot_command", _COMMAND)):
        for match in pattern.finditer(formatted.text):
            begin = utf16_length(formatted.text[: match.start()])
            end = begin + utf16_length(match.group())
            if not any(begin < other_end and other_begin < end for other_begin, other_end in taken):
                found.append({"type": kind, "offset": begin, "length": end - begin})
                taken.append((begin, end))
    everything = sorted([*formatted.entities, *found], key=lambda e: (e["offset"], -e["length"]))
    return Formatted(formatted.text, tuple(everything))


_OPAQUE = frozenset({"code", "pre", "text_link"})


def to_html(text: str, entities: Iterable[Json]) -> str:
    """Telegram's HTML of a formatted text; entities that nest badly are closed and opened again."""
    units = text.encode("utf-16-le")
    total = len(units) // 2
    known = [e for e in entities if e["type"] in _HTML_TAG or e["type"] == "text_link"]
    marks = sorted({0, total, *(e["offset"] for e in known), *(e["offset"] + e["length"] for e in known)})
    out: list[str] = []
    stack: list[Json] = []
    for begin, end in zip(marks, [*marks[1:], total], strict=True):
        wanted = [e for e in known if e["offset"] <= begin < e["offset"] + e["length"]]
        keep = 0
        while keep < min(len(stack), len(wanted)) and stack[keep] is wanted[keep]:
            keep += 1
        out.extend(_close(entity) for entity in reversed(stack[keep:]))
        out.extend(_open(entity) for entity in wanted[keep:])
        stack = wanted
        out.append(html.escape(units[2 * begin : 2 * end].decode("utf-16-le", "replace"), quote=False))
    return "".join(out)


def _open(entity: Json) -> str:
    if entity["type"] == "text_link":
        return f'<a href="{html.escape(entity["url"])}">'
    if entity["type"] == "pre" and entity.get("language"):
        return f'<pre><code class="language-{html.escape(entity["language"])}">'
    return f"<{_HTML_TAG[entity['type']]}>"


def _close(entity: Json) -> str:
    if entity["type"] == "text_link":
        return "</a>"
    if entity["type"] == "pre" and entity.get("language"):
        return "</code></pre>"
    return f"</{_HTML_TAG[entity['type']].split()[0]}>"

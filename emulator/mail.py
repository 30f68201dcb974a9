"""A caught message as people see it: subject, texts and attachments out of the raw bytes."""

from __future__ import annotations

import base64
import mimetypes
import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage, MIMEPart

from emulator.entities import Json

_CID = re.compile(r"cid:([^\s\"'<>)]+)", re.IGNORECASE)


@dataclass(frozen=True)
class Attachment:
    """A part of a message that is no body; `content_id` names it in the HTML, "" for none."""

    name: str
    mime: str
    data: bytes
    content_id: str = ""


@dataclass(frozen=True)
class Mail:
    """A message; `sender` and `to` are the envelope's addresses, `at` unix seconds, missing texts are ""."""

    id: int
    at: float
    sender: str
    to: tuple[str, ...]
    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...]

    def wire(self) -> Json:
        """What the page shows of the message; HTML and attachments it fetches by the id."""
        return {
            "id": self.id,
            "at": self.at,
            "from": self.sender,
            "to": list(self.to),
            "subject": self.subject,
            "text": self.text,
            "html": bool(self.html),
            "attachments": [self._listed(part) for part in self.attachments],
        }

    def _listed(self, part: Attachment) -> Json:
        """An attachment; `inline` marks a picture that the HTML shows by itself."""
        inline = bool(part.content_id) and f"cid:{part.content_id}" in self.html
        return {"name": part.name, "mime": part.mime, "size": len(part.data), "inline": inline}


def parse_mail(number: int, at: float, sender: str, to: tuple[str, ...], raw: bytes) -> Mail:
    """Read a message; what is broken in it becomes replacement characters, never an error."""
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    plain, rich = message.get_body(("plain",)), message.get_body(("html",))
    parts = [part for part in message.walk() if not part.is_multipart() and part not in (plain, rich)]
    attachments = tuple(_attachment(part, index) for index, part in enumerate(parts, 1))
    return Mail(number, at, sender, to, str(message["subject"] or ""), _text(plain), _text(rich), attachments)


def standalone_html(mail: Mail) -> str:
    """The HTML with its own pictures inside it, and links that open beside it."""
    pictures = {item.content_id: item for item in mail.attachments if item.content_id}

    def inline(found: re.Match[str]) -> str:
        item = pictures.get(found.group(1))
        return f"data:{item.mime};base64,{base64.b64encode(item.data).decode()}" if item else found.group()

    return '<!doctype html><meta charset="utf-8"><base target="_blank">' + _CID.sub(inline, mail.html)


def _text(part: MIMEPart | None) -> str:
    return "" if part is None else _bytes(part).decode(_charset(part), "replace").replace("\r\n", "\n").strip("\n")


def _charset(part: MIMEPart) -> str:
    name = str(part.get_param("charset") or "utf-8")
    try:
        "".encode(name)
    except LookupError:
        return "utf-8"
    return name


def _attachment(part: MIMEPart, index: int) -> Attachment:
    mime = part.get_content_type()
    name = part.get_filename() or f"part-{index}{mimetypes.guess_extension(mime) or ''}"
    return Attachment(name, mime, _bytes(part), str(part["content-id"] or "").strip("<> "))


def _bytes(part: MIMEPart) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""

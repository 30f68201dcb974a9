"""Methods about photos and documents: sending, one by one or as an album, editing, downloading.

A photo is kept as it came, in one size; Telegram makes JPEGs of several sizes of it.
"""

from __future__ import annotations

import secrets
from typing import get_args

from emulator import pictures, refusals
from emulator.entities import Json, utf16_length
from emulator.keyboards import check_inline
from emulator.methods import SEND, Result, deliver, deliver_many, editable, method, parse_text, replace_wire
from emulator.model import Bot, File, FileKind, mime_of_name
from emulator.params import Params, Upload
from emulator.refusals import Refused
from emulator.world import World

CAPTION_LIMIT = 1024  # UTF-16 units after entity parsing
DOWNLOAD_LIMIT = 20 * 1024 * 1024
_PHOTO_LIMIT = 10 * 1024 * 1024
_PHOTO_SIDES = 10_000  # width and height together, in pixels
_PHOTO_RATIO = 20
_CAPTION = ("caption", "parse_mode", "caption_entities")
_ALBUM = 10  # messages at most
_OTHER_MEDIA = frozenset({"animation", "audio", "live_photo", "video"})
_MEDIA_FIELDS = frozenset({"type", "media", *_CAPTION, "disable_content_type_detection"})
# They look at a photo when it has been uploaded; of an album Telegram then says which one it was.
_BY_INNER_SERVERS = (refusals.PHOTO_BROKEN, refusals.PHOTO_DIMENSIONS)
# What an edit may take away; the rest of a message stays.
_CONTENT = frozenset({"text", "entities", "photo", "document", "caption", "caption_entities", "reply_markup"})


@method("sendPhoto", *SEND, *_CAPTION, "photo")
def send_photo(world: World, bot: Bot, params: Params) -> Result:
    """Send a photo with a caption."""
    return _send_file(world, bot, params, "photo")


@method("sendDocument", *SEND, *_CAPTION, "document", "disable_content_type_detection")
def send_document(world: World, bot: Bot, params: Params) -> Result:
    """Send a file of any type with a caption."""
    return _send_file(world, bot, params, "document")


@method("sendMediaGroup", *(name for name in SEND if name != "reply_markup"), "media")
def send_media_group(world: World, bot: Bot, params: Params) -> Result:
    """Send up to ten photos, or documents, as an album: a message each with its own caption."""
    media = params.required_json("media", refusals.ALBUM_JSON)
    if not isinstance(media, list):
        raise Refused(refusals.ALBUM_ARRAY)
    items = [_input_media(params, item, album=True) for item in media]
    return deliver_many(world, bot, params, lambda: _album(world, bot, items))


def _album(world: World, bot: Bot, items: list[tuple[FileKind, Upload | str, Json]]) -> list[Json]:
    """What the messages of an album carry; one alone is no album."""
    if not items:
        raise Refused(refusals.ALBUM_EMPTY)
    if len(items) > _ALBUM:
        raise Refused(refusals.ALBUM_MANY)
    if len({kind for kind, _, _ in items}) > 1:
        raise Refused(refusals.ALBUM_MIXED)
    album = {"media_group_id": str(secrets.randbits(54))} if len(items) > 1 else {}
    contents = []
    for position, (kind, source, caption) in enumerate(items, 1):
        try:
            file = _file(world, bot, kind, source)
        except Refused as refused:
            if refused.refusal not in _BY_INNER_SERVERS:
                raise
            error = refused.description.removeprefix("Bad Request: ")
            raise Refused(refusals.ALBUM_ITEM, position=position, error=error) from refused
        contents.append(album | file.wire() | caption)
    return contents


@method("editMessageCaption", "chat_id", "message_id", "reply_markup", *_CAPTION)
def edit_message_caption(world: World, bot: Bot, params: Params) -> Result:
    """Replace the caption and the inline keyboard of a message with a file; no caption takes it away."""
    caption = _caption(params)
    markup = check_inline(params.json("reply_markup", refusals.MARKUP_JSON))
    stored = editable(world, bot, params)
    file = {key: stored.wire[key] for key in get_args(FileKind) if key in stored.wire}
    if not file:
        raise Refused(refusals.EDIT_NO_CAPTION)
    return replace_wire(world, stored, _changed(stored.wire, file | caption, markup), edited=True)


@method("editMessageMedia", "chat_id", "message_id", "reply_markup", "media")
def edit_message_media(world: World, bot: Bot, params: Params) -> Result:
    """Replace the file, or the text, of a message by another file with its caption."""
    kind, source, caption = _input_media(params, params.required_json("media", refusals.MEDIA_JSON))
    markup = check_inline(params.json("reply_markup", refusals.MARKUP_JSON))
    stored = editable(world, bot, params)
    if not stored.wire.keys() & {"text", *get_args(FileKind)}:
        raise Refused(refusals.EDIT_NO_MEDIA)
    if "media_group_id" in stored.wire and kind not in stored.wire:
        raise Refused(refusals.ALBUM_KIND)
    content = _file(world, bot, kind, source).wire() | caption
    return replace_wire(world, stored, _changed(stored.wire, content, markup), edited=True)


@method("getFile", "file_id")
def get_file(world: World, bot: Bot, params: Params) -> Result:
    """Where a file of at most 20 MB can be downloaded: /file/bot<token>/<file_path>."""
    file_id = params.text("file_id")
    if not file_id:
        raise Refused(refusals.FILE_ID_MISSING)
    file = world.store.file(file_id=file_id)
    if file is None or file.bot_id != bot.id:
        raise Refused(refusals.FILE_ID_INVALID)
    if file.size > DOWNLOAD_LIMIT:
        raise Refused(refusals.FILE_TOO_BIG)
    names = {"file_id": file.file_id, "file_unique_id": file.unique_id}
    return {**names, "file_size": file.size, "file_path": file.path}


def _send_file(world: World, bot: Bot, params: Params, kind: FileKind) -> Result:
    source = params.upload(kind)
    if source is None:
        raise Refused(refusals.NO_FILE, kind=kind)
    caption = _caption(params)
    return deliver(world, bot, params, lambda: _file(world, bot, kind, source).wire() | caption)


def _file(world: World, bot: Bot, kind: FileKind, source: Upload | str) -> File:
    """The stored file of an upload or of a file_id."""
    if isinstance(source, Upload):
        size = _photo_size(source.data) if kind == "photo" else _document_size(source.data)
        mime = pictures.mime_of(source.data) if kind == "photo" else mime_of_name(source.name)
        return world.store.add_file(bot.id, kind, source.name if kind == "document" else "", mime, size, source.data)
    if "." in source:  # no file_id has a dot, every address has one
        raise Refused(refusals.UNSERVED_URL)
    file = world.store.file(file_id=source)
    if file is None or file.bot_id != bot.id:
        raise Refused(refusals.FILE_ID)
    if file.kind != kind:
        raise Refused(refusals.FILE_KIND, actual=file.kind.capitalize(), wanted=kind.capitalize())
    return file


def _document_size(data: bytes) -> tuple[int, int]:
    if not data:
        raise Refused(refusals.FILE_EMPTY)
    return 0, 0


def _photo_size(data: bytes) -> tuple[int, int]:
    """Width and height in pixels of a photo that Telegram would take."""
    if not data:
        raise Refused(refusals.FILE_EMPTY)
    if len(data) > _PHOTO_LIMIT:
        raise Refused(refusals.PHOTO_TOO_BIG, size=len(data), limit=_PHOTO_LIMIT)
    size = pictures.size_of(data)
    if size is None:
        raise Refused(refusals.UNSERVED_IMAGE if pictures.is_other_image(data) else refusals.PHOTO_BROKEN)
    if sum(size) > _PHOTO_SIDES or max(size) > _PHOTO_RATIO * min(size):
        raise Refused(refusals.PHOTO_DIMENSIONS)
    return size


def _caption(params: Params) -> Json:
    """The caption's fields of a Message; none for an empty one."""
    caption = parse_text(params, "caption", "caption_entities")
    if utf16_length(caption.text) > CAPTION_LIMIT:
        raise Refused(refusals.CAPTION_TOO_LONG)
    if not caption.text:
        return {}
    return {"caption": caption.text} | ({"caption_entities": list(caption.entities)} if caption.entities else {})


def _input_media(params: Params, media: object, *, album: bool = False) -> tuple[FileKind, Upload | str, Json]:
    """Kind, file and caption of an InputMedia, read in Telegram's order."""
    if not isinstance(media, dict):
        raise Refused(refusals.MEDIA, error="expected an Object")
    inner = Params(params.method, {key: value for key, value in media.items() if value is not None}, params.files)
    caption = _media_caption(inner)
    source = inner.upload("media")
    if source is None:
        raise Refused(refusals.MEDIA, error="media not found")
    if "type" not in media:
        raise Refused(refusals.MEDIA, error='Can\'t find field "type"')
    kind = media["type"]
    if album and kind == "animation":
        raise Refused(refusals.MEDIA, error='type "animation" can\'t be used in sendMediaGroup')
    if kind in _OTHER_MEDIA:
        raise Refused(refusals.UNSERVED_MEDIA, kind=kind)
    if kind not in get_args(FileKind):
        raise Refused(refusals.MEDIA, error=f'type "{kind}" is unsupported')
    for name in inner.values:
        if name not in _MEDIA_FIELDS:
            raise Refused(refusals.UNKNOWN_PARAMETER, method=params.method, name=f"media.{name}")
    return kind, source, caption


def _media_caption(inner: Params) -> Json:
    try:
        return _caption(inner)
    except Refused as refused:
        head, _, error = refused.description.partition("Bad Request: ")
        if head or refused.refusal is refusals.CAPTION_TOO_LONG:
            raise  # a word of ours, or one that comes after the parsing
        raise Refused(refusals.MEDIA, error=error[:1].upper() + error[1:]) from refused


def _changed(wire: Json, content: Json, markup: Json | None) -> Json:
    kept = {key: value for key, value in wire.items() if key not in _CONTENT}
    return kept | content | ({"reply_markup": markup} if markup else {})

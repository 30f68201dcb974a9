"""Photos and documents: sent, edited, downloaded and refused as Telegram does."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramEntityTooLarge
from aiogram.types import BufferedInputFile, InputMediaDocument, InputMediaPhoto, Message

from emulator import media, people, pictures
from emulator.driver import Emulator, User
from emulator.store import Store

from .conftest import Api, aiogram_bot

ICS = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
BUTTON = {"inline_keyboard": [[{"text": "a", "callback_data": "b"}]]}


def png(width: int, height: int) -> bytes:
    """The beginning of a PNG, which is all that anybody looks at."""
    return pictures.sample()[:16] + struct.pack(">II", width, height) + pictures.sample()[24:]


def jpeg(width: int, height: int) -> bytes:
    """A JPEG without a picture: an APP0, padding and the frame's header."""
    frame = struct.pack(">HBHH", 17, 8, height, width) + b"\x03" + b"\x00" * 9
    return b"\xff\xd8\xff\xe0\x00\x04ab\xff\xff\xc2" + frame + b"\xff\xd9"


@pytest.fixture
async def bot(emulator: Emulator) -> Any:
    bot = aiogram_bot(emulator)
    yield bot
    await bot.session.close()


def test_sizes_of_pictures() -> None:
    assert pictures.size_of(pictures.sample()) == (320, 240)
    assert pictures.size_of(jpeg(640, 480)) == (640, 480)
    for broken in (b"", b"%PDF", png(1, 1)[:20], png(0, 5), jpeg(0, 5), b"\xff\xd8\xff", b"\xff\xd8\xff\xe0\x00\x00"):
        assert pictures.size_of(broken) is None


async def test_a_photo_is_sent_and_downloaded(bot: Bot, started: int, emulator: Emulator) -> None:
    caption = "<b>Пропуск</b> https://example.org"
    sent = await bot.send_photo(started, BufferedInputFile(jpeg(640, 480), "x.jpg"), caption=caption, parse_mode="HTML")
    assert sent.photo is not None
    assert (sent.photo[-1].width, sent.photo[-1].height) == (640, 480)
    assert sent.html_text == caption
    assert [entity.type for entity in sent.caption_entities or []] == ["bold", "url"]
    file = await bot.get_file(sent.photo[-1].file_id)
    assert file.file_path == "photos/file_1.jpg"
    assert file.file_unique_id == sent.photo[-1].file_unique_id
    content = await bot.download(sent.photo[-1])
    assert content is not None
    assert content.read() == jpeg(640, 480)
    again = await bot.send_photo(started, sent.photo[-1].file_id)
    assert again.photo == sent.photo
    assert again.caption is None


async def test_a_document_is_sent_and_outlives_a_restart(bot: Bot, started: int, emulator: Emulator) -> None:
    sent = await bot.send_document(started, BufferedInputFile(ICS, "../Визит 1.ics"))
    document = sent.document
    assert document is not None
    assert (document.file_name, document.mime_type, document.file_size) == ("Визит 1.ics", "text/calendar", len(ICS))
    await emulator.restart()
    content = await bot.download(document)
    assert content is not None
    assert content.read() == ICS
    shown = User(emulator, started).messages()[-1]
    assert shown.document is not None
    assert (shown.document.name, shown.document.mime, shown.document.size) == ("Визит 1.ics", "text/calendar", len(ICS))
    assert shown.document.data == ICS
    assert await bot.delete_message(started, sent.message_id)


async def test_a_file_in_a_field_of_its_own_name(
    api: Api, emulator: Emulator, session: aiohttp.ClientSession, started: int
) -> None:
    async def post(method: str, **parts: Any) -> dict[str, Any]:
        form = aiohttp.FormData(default_to_multipart=True)
        form.add_field("chat_id", str(started))
        for name, value in parts.items():
            if isinstance(value, bytes):
                form.add_field(name, value, filename=f"{name}.pdf")
            else:
                form.add_field(name, value)
        async with session.post(f"{emulator.url}/bot{emulator.token}/{method}", data=form) as answer:
            value = await answer.json()
            return dict(value.get("result") or value)

    sent = await post("sendDocument", document=b"%PDF")
    assert sent["document"]["file_name"] == "document.pdf"
    assert sent["document"]["mime_type"] == "application/pdf"
    media_of = json.dumps({"type": "document", "media": "attach://new"})
    edited = await post("editMessageMedia", message_id=str(sent["message_id"]), media=media_of, new=b"%PDF-2")
    assert edited["document"]["file_name"] == "new.pdf"
    no_file = {"ok": False, "error_code": 400, "description": "Bad Request: there is no document in the request"}
    assert await post("sendDocument") == no_file
    assert await post("sendDocument", document="attach://x") == no_file
    stray = await post("sendDocument", document=b"%PDF", thumbnail=b"x")
    assert stray["description"] == "emulator: sendDocument has no parameter thumbnail here"
    assert [call.params.get("document") for call in emulator.calls[:1]] == [None]  # the journal keeps no bytes


async def test_edits_of_files(bot: Bot, api: Api, started: int) -> None:
    sent = await bot.send_photo(started, BufferedInputFile(png(9, 9), "x.png"), caption="one")
    where: dict[str, Any] = {"chat_id": started, "message_id": sent.message_id}
    edited = await bot.edit_message_caption(**where, caption="<i>two</i>", parse_mode="HTML")
    assert isinstance(edited, Message)
    assert (edited.html_text, edited.photo) == ("<i>two</i>", sent.photo)
    assert edited.edit_date
    same = await api.refusal("editMessageCaption", **where, caption="<i>two</i>", parse_mode="HTML")
    assert same.startswith("Bad Request: message is not modified")
    assert "caption" not in await api.result("editMessageCaption", **where, reply_markup=BUTTON)
    assert await api.refusal("editMessageText", **where, text="a") == (
        "Bad Request: there is no text in the message to edit"
    )
    paper = await bot.edit_message_media(
        InputMediaDocument(media=BufferedInputFile(ICS, "v.ics"), caption="c"), **where
    )
    assert isinstance(paper, Message)
    assert (paper.photo, paper.caption, paper.reply_markup) == (None, "c", None)
    assert paper.document is not None
    back = await bot.edit_message_media(InputMediaPhoto(media=sent.photo[-1].file_id), **where)  # type: ignore[index]
    assert isinstance(back, Message)
    assert (back.photo, back.document, back.caption) == (sent.photo, None, None)
    text = await bot.send_message(started, "text")
    fresh = {"chat_id": started, "message_id": text.message_id}
    assert await api.refusal("editMessageCaption", **fresh, caption="a") == (
        "Bad Request: there is no caption in the message to edit"
    )
    became = await api.result("editMessageMedia", **fresh, media={"type": "document", "media": paper.document.file_id})
    assert "text" not in became
    point = await bot.send_location(started, 1, 2)
    refused = {"chat_id": started, "message_id": point.message_id, "media": {"type": "document", "media": "x"}}
    assert await api.refusal("editMessageMedia", **refused) == "Bad Request: message media can't be edited"


@pytest.mark.parametrize(
    ("data", "description"),
    [
        (b"", "Bad Request: file must be non-empty"),
        (b"%PDF", "Bad Request: IMAGE_PROCESS_FAILED"),
        (b"GIF89a", "emulator: photos of this format are not served, use PNG or JPEG"),
        (png(9000, 1001), "Bad Request: PHOTO_INVALID_DIMENSIONS"),
        (png(2100, 100), "Bad Request: PHOTO_INVALID_DIMENSIONS"),
        (
            png(9, 9) + bytes(10 * 1024 * 1024),
            f"Bad Request: file of size {len(png(9, 9)) + 10485760} bytes is too big for a photo;"
            " the maximum size is 10485760 bytes",
        ),
    ],
)
async def test_refused_photos(
    emulator: Emulator, session: aiohttp.ClientSession, started: int, data: bytes, description: str
) -> None:
    form = aiohttp.FormData({"chat_id": str(started)})
    form.add_field("photo", data, filename="x")
    async with session.post(f"{emulator.url}/bot{emulator.token}/sendPhoto", data=form) as answer:
        assert (await answer.json())["description"] == description
    assert emulator.world.store.file(number=1) is None


@pytest.mark.parametrize(
    ("params", "description"),
    [
        ({"document": "unheard-of"}, "Bad Request: wrong file identifier/HTTP URL specified"),
        ({"document": "{photo}"}, "Bad Request: can't use file of type Photo as Document"),
        ({"document": "{paper}", "chat_id": 5}, "Bad Request: chat not found"),
        (
            {"document": "https://example.org/a.pdf"},
            "emulator: files by URL are not served, nothing is fetched from the network",
        ),
        ({"document": "{paper}", "caption": "a" * 1025}, "Bad Request: message caption is too long"),
        ({"document": "{paper}", "caption": "😀" * 513}, "Bad Request: message caption is too long"),
        (
            {"document": "{paper}", "caption": "<b>a", "parse_mode": "HTML"},
            "Bad Request: can't parse entities: Can't find end tag corresponding to start tag \"b\"",
        ),
        ({"document": "{paper}", "caption_entities": "x"}, "emulator: caption_entities is no JSON list of objects"),
    ],
)
async def test_refused_documents(
    api: Api, emulator: Emulator, started: int, params: dict[str, Any], description: str
) -> None:
    known = {"{photo}": photo_id(emulator, started), "{paper}": paper_id(emulator, started)}
    filled = {name: known.get(value, value) for name, value in params.items()}
    assert await api.refusal("sendDocument", **{"chat_id": started, **filled}) == description


def photo_id(emulator: Emulator, chat: int) -> str:
    return str(people.send_photo(emulator.world, emulator.bot_id, chat).wire["photo"][0]["file_id"])


def paper_id(emulator: Emulator, chat: int) -> str:
    sent = people.send_document(emulator.world, emulator.bot_id, chat, "a.pdf", b"%PDF")
    return str(sent.wire["document"]["file_id"])


async def test_captions_that_still_fit(api: Api, emulator: Emulator, started: int) -> None:
    paper = paper_id(emulator, started)
    for caption in ("a" * 1024, "😀" * 512, f"<b>{'a' * 1024}</b>"):
        await api.result("sendDocument", chat_id=started, document=paper, caption=caption, parse_mode="HTML")


@pytest.mark.parametrize(
    ("value", "description"),
    [
        (None, 'Bad Request: parameter "media" is required'),
        ("{", "Bad Request: can't parse input media JSON object"),
        ("[]", "Bad Request: can't parse InputMedia: expected an Object"),
        ({}, "Bad Request: can't parse InputMedia: media not found"),
        ({"media": "a"}, "Bad Request: can't parse InputMedia: Can't find field \"type\""),
        ({"type": "sticker", "media": "a"}, 'Bad Request: can\'t parse InputMedia: type "sticker" is unsupported'),
        ({"type": "video", "media": "a"}, "emulator: InputMedia of type video is not served"),
        ({"type": "photo"}, "Bad Request: can't parse InputMedia: media not found"),
        ({"type": "photo", "media": "attach://x"}, "Bad Request: can't parse InputMedia: media not found"),
        (
            {"type": "photo", "media": "a", "has_spoiler": True},
            "emulator: editMessageMedia has no parameter media.has_spoiler here",
        ),
        (
            {"type": "photo", "media": "a", "caption": "<b>", "parse_mode": "HTML"},
            "Bad Request: can't parse InputMedia: Can't parse entities: Can't find end tag corresponding to start tag"
            ' "b"',
        ),
        ({"type": "photo", "media": "a", "caption": "a" * 1025}, "Bad Request: message caption is too long"),
        ({"type": "photo", "media": "a"}, "Bad Request: wrong file identifier/HTTP URL specified"),
    ],
)
async def test_refused_media_of_edits(
    api: Api, emulator: Emulator, started: int, value: object, description: str
) -> None:
    sent = await api.result("sendDocument", chat_id=started, document=paper_id(emulator, started))
    where = {"chat_id": started, "message_id": sent["message_id"]}
    assert await api.refusal("editMessageMedia", **where, media=value) == description


async def test_what_cannot_be_downloaded(
    api: Api, emulator: Emulator, session: aiohttp.ClientSession, started: int
) -> None:
    assert await api.refusal("getFile") == "Bad Request: file_id not specified"
    assert await api.refusal("getFile", file_id="nonsense") == "Bad Request: invalid file_id"
    store, kind = emulator.world.store, "application/octet-stream"
    big = store.add_file(emulator.bot_id, "document", "big", kind, (0, 0), bytes(media.DOWNLOAD_LIMIT + 1))
    fits = store.add_file(emulator.bot_id, "document", "fits", kind, (0, 0), bytes(media.DOWNLOAD_LIMIT))
    assert await api.refusal("getFile", file_id=big.file_id) == "Bad Request: file is too big"
    path = (await api.result("getFile", file_id=fits.file_id))["file_path"]
    other = {"file_id": fits.file_id}
    async with session.post(f"{emulator.url}/bot42:other/getFile", json=other) as answer:
        assert (await answer.json())["description"] == "Bad Request: invalid file_id"
    assert path == "documents/file_2"
    for token, name, status in [
        (emulator.token, path, 200),
        (emulator.token, "documents/file_1", 404),
        (emulator.token, "photos/file_2", 404),
        (emulator.token, "documents/file_9", 404),
        (emulator.token, "..%2f..%2fetc/passwd", 404),
        ("42:other", path, 404),
        ("nonsense", path, 404),
    ]:
        async with session.get(f"{emulator.url}/file/bot{token}/{name}") as answer:
            assert answer.status == status


async def test_uploads_have_a_limit(bot: Bot, started: int) -> None:
    with pytest.raises((TelegramEntityTooLarge, TelegramBadRequest), match="Too Large"):
        await bot.send_document(started, BufferedInputFile(bytes(51 * 1024 * 1024), "big"))


def test_an_older_state_file_learns_of_files(tmp_path: Path) -> None:
    import sqlite3

    old = sqlite3.connect(tmp_path / "old.sqlite")
    old.execute("CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)")
    old.close()
    store = Store(tmp_path / "old.sqlite")
    assert store.file_data(store.add_file(1, "document", "a", "b", (0, 0), b"c").number) == b"c"
    store.close()


async def test_an_album_is_a_message_each(emulator: Emulator, started: int) -> None:
    sent = people.send_album(emulator.world, emulator.bot_id, started, [jpeg(64, 48), png(48, 64)], "Вместе")
    first, second = (each.wire for each in sent)
    assert first["media_group_id"] == second["media_group_id"]
    assert (first["caption"], "caption" in second) == ("Вместе", False)
    for count in (1, 11):
        with pytest.raises(people.ActError):
            people.send_album(emulator.world, emulator.bot_id, started, [jpeg(64, 48)] * count)

"""Every answer "no" the emulator can give to a bot, in one table.

A description without the prefix ``emulator:`` is Telegram's own wording; its
source is named in `when`. A description with the prefix is ours: it marks
something that the emulator does not serve, so that nobody takes it for a rule
of Telegram.

Sources: [docs] the public Bot API documentation; [server] the open source Bot
API server and TDLib; [seen] answers of the real service, as reported by users.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Refusal:
    """One kind of refusal: `description` may hold `str.format` fields, `code` is also the HTTP status."""

    description: str
    code: int
    when: str


class Refused(Exception):  # noqa: N818 (a refusal is an answer, not a fault of ours)
    """A Bot API call was refused; `retry_after` is in seconds and only set with code 429."""

    def __init__(self, refusal: Refusal, retry_after: int | None = None, **fields: object) -> None:
        self.code = refusal.code
        self.retry_after = retry_after
        self.description = refusal.description.format(**fields) if fields else refusal.description
        super().__init__(self.description)


def _bad(description: str, when: str) -> Refusal:
    return Refusal(f"Bad Request: {description}", 400, when)


def _ours(description: str, when: str) -> Refusal:
    return Refusal(f"emulator: {description}", 400, when)


NOT_FOUND = Refusal("Not Found", 404, "unknown method or malformed token [server]")
POLL_CONFLICT = Refusal(
    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    409,
    "a second getUpdates came while this one was waiting [server]",
)
WEBHOOK_CONFLICT = Refusal(
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
    409,
    "getUpdates while a webhook is set [seen]",
)
POLL_ENDED = Refusal("Conflict: terminated by setWebhook request", 409, "setWebhook while getUpdates waited [seen]")
BLOCKED = Refusal("Forbidden: bot was blocked by the user", 403, "the person blocked the bot [seen]")
BODY_TOO_LARGE = Refusal("Request Entity Too Large", 413, "a request of more than 50 MB [docs, seen]")
TOO_MANY = Refusal("Too Many Requests: retry after {seconds}", 429, "flood control [seen]")

CHAT_ID_EMPTY = _bad("chat_id is empty", "chat_id is missing [server]")
CHAT_NOT_FOUND = _bad("chat not found", "the person never wrote to the bot, or there is no such chat [seen]")
TEXT_EMPTY = _bad("message text is empty", "nothing is left of the text after parsing and trimming [server]")
TEXT_TOO_LONG = _bad("message is too long", "more than 4096 UTF-16 units after entity parsing [seen]")
PARSE_MODE = _bad("unsupported parse_mode", "parse_mode is not one of Telegram's [server]")
ENTITIES = _bad("can't parse entities: {error}", "the markup of the text is broken [server]")
ENTITIES_JSON = _bad("can't parse entities JSON object", "entities is not JSON [server]")

MARKUP_JSON = _bad("can't parse reply keyboard markup JSON object", "reply_markup is not JSON [server]")
MARKUP_OBJECT = _bad("object expected as reply markup", "reply_markup is JSON but no object [seen]")
MARKUP_INLINE_EXPECTED = _bad("inline keyboard expected", "an edit carries a keyboard of another kind [seen]")
MARKUP_ROWS = _bad('field "{field}" must be of type Array', "the keyboard is not a list of rows [server]")
INLINE_BUTTON = _bad("can't parse inline keyboard button: {error}", "a button has no text, or no action [seen]")
KEYBOARD_BUTTON = _bad("can't parse keyboard button: {error}", "a reply keyboard's button has no text [server]")
BUTTON_DATA = _bad("BUTTON_DATA_INVALID", "callback_data is not 1-64 bytes long [docs, seen]")
BUTTON_URL = _bad("inline keyboard button URL '{url}' is invalid: {error}", "a link button's address is no link [seen]")

NOT_MODIFIED = _bad(
    "message is not modified: specified new message content and reply markup are exactly the same as a"
    " current content and reply markup of the message",
    "an edit changes nothing [seen]",
)
MESSAGE_ID_MISSING = _bad("message identifier is not specified", "message_id is missing [server]")
EDIT_NOT_FOUND = _bad("message to edit not found", "no such message, or it was deleted [seen]")
EDIT_FORBIDDEN = _bad("message can't be edited", "not the bot's message, or it carries a reply keyboard [docs, seen]")
EDIT_NO_TEXT = _bad("there is no text in the message to edit", "editMessageText of a message without text [seen]")
EDIT_NO_CAPTION = _bad(
    "there is no caption in the message to edit", "editMessageCaption of a message without a file [seen]"
)
EDIT_NO_MEDIA = _bad("there is no media in the message to edit", "editMessageMedia of a place or a contact [seen]")
DELETE_NOT_FOUND = _bad("message to delete not found", "no such message, or it was deleted [seen]")
DELETE_TOO_OLD = _bad("message can't be deleted for everyone", "older than 48 hours [docs, seen]")
DELETE_FOREIGN = _bad("message can't be deleted", "somebody else's message in a group [docs, seen]")
DELETE_IDS = _bad("message identifiers are not specified", "message_ids is empty or no list [server]")
DELETE_MANY = _bad("too many messages to delete", "more than 100 message_ids [docs]")
REPLY_NOT_FOUND = _bad("message to be replied not found", "reply_parameters names a missing message [seen]")

QUERY_TOO_OLD = _bad(
    "query is too old and response timeout expired or query ID is invalid",
    "a callback answered too late, or never asked [seen]",
)
ANSWER_TOO_LONG = _bad("MESSAGE_TOO_LONG", "a callback answer longer than 200 characters [docs, seen]")
ACTION = _bad("wrong parameter action in request", "unknown chat action [server]")

NO_FILE = _bad("there is no {kind} in the request", "no file, or attach:// names a missing one [server, seen]")
FILE_EMPTY = _bad("file must be non-empty", "an upload of no bytes [server, seen]")
FILE_ID = _bad("wrong file identifier/HTTP URL specified", "a file_id that this bot never got [seen]")
FILE_KIND = _bad("can't use file of type {actual} as {wanted}", "a document's file_id sent as a photo [server, seen]")
PHOTO_TOO_BIG = _bad(
    "file of size {size} bytes is too big for a photo; the maximum size is {limit} bytes",
    "a photo of more than 10 MB [server, seen]",
)
PHOTO_BROKEN = _bad("IMAGE_PROCESS_FAILED", "an upload that is no image, sent as a photo [seen]")
PHOTO_DIMENSIONS = _bad(
    "PHOTO_INVALID_DIMENSIONS", "sides of more than 10000 pixels together, or 20 to 1 and beyond [docs, seen]"
)
CAPTION_TOO_LONG = _bad("message caption is too long", "more than 1024 UTF-16 units after entity parsing [seen]")
MEDIA_MISSING = _bad('parameter "media" is required', "editMessageMedia without media [server]")
MEDIA_JSON = _bad("can't parse input media JSON object", "media is not JSON [server]")
MEDIA = _bad("can't parse InputMedia: {error}", "media is JSON but no InputMedia [server]")
FILE_ID_MISSING = _bad("file_id not specified", "getFile without file_id [server]")
FILE_ID_INVALID = _bad("invalid file_id", "getFile with an id that this bot never got [server]")
FILE_TOO_BIG = _bad("file is too big", "getFile of more than 20 MB [docs, server]")

LATITUDE = _bad("latitude must be valid number", "latitude is missing or no number [server]")
LOCATION = _bad("wrong location specified", "coordinates out of range [server]")
VENUE_TITLE = _bad("venue title must be non-empty", "venue without a title [server]")
VENUE_ADDRESS = _bad("venue address must be non-empty", "venue without an address [server]")
CONTACT_PHONE = _bad("phone number is empty", "contact without a number [server]")
CONTACT_NAME = _bad("first name is empty", "contact without a name [server]")

COMMANDS_JSON = _bad("can't parse commands JSON array", "commands is no list of objects [server]")
COMMAND_INVALID = _bad("BOT_COMMAND_INVALID", "a command is not 1-32 of a-z, 0-9 and _ [docs, seen]")
COMMAND_DESCRIPTION = _bad("BOT_COMMAND_DESCRIPTION_INVALID", "a description is not 1-256 characters [docs, seen]")
COMMANDS_TOO_MANY = _bad("BOT_COMMANDS_TOO_MUCH", "more than 100 commands [docs, seen]")
SCOPE_JSON = _bad("can't parse BotCommandScope JSON object", "scope is not JSON [server]")

SECRET_TOO_LONG = _bad("secret token is too long", "a secret_token of more than 256 characters [docs, seen]")
SECRET_CHARACTERS = _bad(
    "secret token contains unallowed characters", "a secret_token with more than A-Z, a-z, 0-9, _ and - [docs, seen]"
)

ALLOWED_UPDATES = _ours("allowed_updates is no JSON list", "getUpdates or setWebhook with something else")
UNSERVED_WEBHOOK = _ours(
    "webhooks go to this machine only, by http://: {url} is elsewhere", "Telegram wants https:// and a public address"
)
UNSERVED_ANSWER = _ours("{method} in the answer to a webhook is not served", "Telegram would run it")
UNKNOWN_PARAMETER = _ours("{method} has no parameter {name} here", "a parameter that is not served")
WRONG_VALUE = _ours("{method}: {name} is not {kind}", "a value of the wrong type")
UNSERVED_PARSE_MODE = _ours("parse_mode {mode} is not served, use HTML or entities", "Markdown, MarkdownV2")
UNSERVED_BUTTON = _ours("buttons with {field} are not served", "a kind of button that is not served")
BUTTON_ACTIONS = _ours(
    'button "{text}" has several actions ({fields}), the documentation allows exactly one',
    "Telegram takes one of them and drops the rest silently [docs]",
)
UNSERVED_URL = _ours(
    "files by URL are not served, nothing is fetched from the network", "an address in place of a file"
)
UNSERVED_IMAGE = _ours("photos of this format are not served, use PNG or JPEG", "Telegram takes GIF, BMP and WebP too")
UNSERVED_MEDIA = _ours("InputMedia of type {kind} is not served", "videos and other kinds of InputMedia")
UNSERVED_MARKUP = _ours("reply markup of this kind is not served", "ForceReply and others")
BUTTON_TEXT_EMPTY = _ours("a button's text is empty", "Telegram drops such buttons silently [server]")
TEXT_FIELD_TOO_LONG = _ours("{name} is longer than {limit} characters", "descriptions and names [docs]")
REQUEST_BODY = _ours("the request's body cannot be read: {error}", "broken JSON or form")

TABLE: tuple[Refusal, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Refusal))

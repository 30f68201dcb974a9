"""Every answer "no" the emulator can give to a bot, in one table: description, code, when, source.

A description without the prefix ``emulator:`` is Telegram's own wording, and `source` says where it was found. A
description with the prefix is ours: it marks what is not served here, or what Telegram takes in silence and a test
should hear of, so that nobody takes it for a rule of Telegram; `source` then says what it goes by.

Sources are files of public repositories ("owner/repository, path: function"), pages of core.telegram.org, and issues
("owner/repository#number") in which people report an answer of the real service.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Refusal:
    """One kind of refusal: `description` may hold `str.format` fields, `code` is also the HTTP status."""

    description: str
    code: int
    when: str
    source: str = ""


class Refused(Exception):  # noqa: N818 (a refusal is an answer, not a fault of ours)
    """A Bot API call was refused; `retry_after` is in seconds and only set with code 429."""

    def __init__(self, refusal: Refusal, retry_after: int | None = None, **fields: object) -> None:
        self.refusal = refusal
        self.code = refusal.code
        self.retry_after = retry_after
        self.description = refusal.description.format(**fields) if fields else refusal.description
        super().__init__(self.description)


def _bad(description: str, when: str, source: str) -> Refusal:
    return Refusal(f"Bad Request: {description}", 400, when, source)


def _ours(description: str, when: str, source: str) -> Refusal:
    return Refusal(f"emulator: {description}", 400, when, source)


def _server(function: str) -> str:
    """The Bot API server, whose words come with a small first letter (`fail_query_with_error`)."""
    return f"tdlib/telegram-bot-api, telegram-bot-api/Client.cpp: {function}"


def _td(file: str, function: str) -> str:
    return f"tdlib/td, td/telegram/{file}: {function}"


def _docs(anchor: str) -> str:
    return f"core.telegram.org/bots/api#{anchor}"


_WITH_ERROR = _server("fail_query_with_error")

# the request

TOKEN = Refusal(
    "Unauthorized: invalid token specified",
    401,
    "what follows /bot is no token: digits, a colon, characters",
    "tdlib/telegram-bot-api, telegram-bot-api/ClientManager.cpp: send",
)
NO_SUCH_PATH = Refusal(
    "Not Found",
    404,
    "a download of a path that getFile has not given to this bot",
    "tdlib/telegram-bot-api, telegram-bot-api/HttpConnection.cpp: handle",
)
UNSERVED_METHOD = Refusal(
    "emulator: {method} is not served (Telegram, of a method it does not know: Not Found: method not found)",
    404,
    "a method that is not served here, or that nobody knows",
    _server("on_cmd"),
)
UNKNOWN_PARAMETER = _ours(
    "{method} has no parameter {name} here",
    "a parameter, or a field of InputMedia, that is not served; Telegram passes over those that it does not know",
    _docs("available-methods"),
)
WRONG_VALUE = _ours(
    "{method}: {name} is not {kind}",
    "a value of the wrong type; Telegram makes a zero of it, or nothing",
    _server("get_integer_arg"),
)
MISSING_VALUE = _ours(
    "{method}: {name} is missing, the documentation requires it",
    "a required text is missing that only Telegram's inner servers look at",
    _docs("sendvenue"),
)
REQUEST_BODY = _ours("the request's body cannot be read: {error}", "broken JSON or form", _docs("making-requests"))
BODY_TOO_LARGE = Refusal(
    "Request Entity Too Large",
    413,
    "a request of more than 50 MB",
    f"{_docs('sending-files')} (the limit), aiogram/aiogram, aiogram/client/session/base.py: check_response (the code)",
)
PARAMETER_REQUIRED = _bad(
    'parameter "{name}" is required', "a required text is missing", _server("get_required_string_arg")
)
TOO_MANY = Refusal(
    "Too Many Requests: retry after {seconds}",
    429,
    "more than 30 messages a second, or more than one a second to a chat, while rates are limited",
    "tdlib/telegram-bot-api, telegram-bot-api/Query.cpp: set_retry_after_error; core.telegram.org/bots/faq (the rates)",
)

# delivery

POLL_CONFLICT = Refusal(
    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    409,
    "a second getUpdates came while this one was waiting",
    _server("abort_long_poll"),
)
POLL_ENDED = Refusal(
    "Conflict: terminated by setWebhook request", 409, "setWebhook while getUpdates waited", _server("abort_long_poll")
)
WEBHOOK_CONFLICT = Refusal(
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
    409,
    "getUpdates while a webhook is set",
    _server("process_get_updates_query"),
)
ALLOWED_UPDATES = _ours(
    "allowed_updates is no JSON list",
    "getUpdates or setWebhook with something else, which Telegram passes over",
    _server("get_allowed_update_types"),
)
SECRET_TOO_LONG = _bad(
    "secret token is too long", "a secret_token of more than 256 characters", _server("do_set_webhook")
)
SECRET_CHARACTERS = _bad(
    "secret token contains unallowed characters",
    "a secret_token with more than A-Z, a-z, 0-9, _ and -",
    _server("do_set_webhook"),
)
UNSERVED_WEBHOOK = _ours(
    "webhooks go to this machine only, by http://: {url} is elsewhere",
    "an address that is not http:// on this machine; Telegram wants https:// and a public one",
    _docs("setwebhook"),
)
UNSERVED_ANSWER = _ours(
    "a method in the answer to a webhook is served as JSON only",
    "a method in the answer to an update, as a form, which Telegram would run",
    _docs("making-requests-when-getting-updates"),
)

# chats

CHAT_ID_EMPTY = _bad("chat_id is empty", "chat_id is missing", _server("check_chat"))
CHAT_NOT_FOUND = _bad(
    "chat not found",
    "the person never wrote to the bot, or there is no such chat",
    "vrumger/telegram-errors, README.md",
)
BLOCKED = Refusal("Forbidden: bot was blocked by the user", 403, "the person blocked the bot", _WITH_ERROR)
DEACTIVATED = Refusal(
    "Forbidden: user is deactivated",
    403,
    "the person has deleted their account",
    "LibertyPaul/LostFilmUpdatesBot, issue 57; nyaruka/courier, pull request 875",
)
USER_NOT_FOUND = _bad(
    "user not found",
    "the menu button of somebody who never wrote to the bot",
    f"{_server('process_set_chat_menu_button_query')}; TelegramBotAPI/errors, cheatsheet.md",
)
USER_ID = _bad("invalid {name} specified", "an id of a person that is no number above 0", _server("get_user_id"))

# texts

TEXT_EMPTY = _bad("message text is empty", "text is missing or empty", _server("get_input_message_text"))
TEXT_BLANK = _bad(
    "text must be non-empty",
    "nothing is left of the text after parsing and trimming",
    _td("MessageEntity.cpp", "fix_formatted_text"),
)
TEXT_HUGE = _bad("text is too long", "more than 32768 bytes before parsing", _server("get_formatted_text"))
TEXT_TOO_LONG = _bad(
    "message is too long",
    "a new message of more than 4096 UTF-16 units after entity parsing",
    "tdlib/telegram-bot-api#353, jenkinsci/telegram-notifications-plugin#69",
)
TEXT_TOO_LONG_EDIT = _bad(
    "MESSAGE_TOO_LONG",
    "an edit to more than 4096 UTF-16 units after entity parsing",
    "kfstorm/carnivore#3",
)
CAPTION_TOO_LONG = _bad(
    "message caption is too long",
    "a caption of more than 1024 UTF-16 units after entity parsing",
    "tactilenews/100eyes#1594",
)
PARSE_MODE = _bad("unsupported parse_mode", "parse_mode is not one of Telegram's", _server("get_formatted_text"))
UNSERVED_PARSE_MODE = _ours(
    "parse_mode {mode} is not served, use HTML or entities", "Markdown, MarkdownV2", _docs("formatting-options")
)
ENTITIES = _bad(
    "can't parse entities: {error}", "the markup of the text is broken", _td("MessageEntity.cpp", "parse_html")
)
UNSERVED_TAG = _ours("<{tag}> is not served", "a tag for which Telegram wants more than the bot", _docs("html-style"))
ENTITY = _bad(
    "can't parse MessageEntity: {error}", "an item of entities is no MessageEntity", _server("get_text_entity")
)
ENTITIES_JSON = _ours(
    "{name} is no JSON list of objects", "something else, which Telegram passes over", _server("get_input_entities")
)

# keyboards

MARKUP_JSON = _bad(
    "can't parse reply keyboard markup JSON object", "reply_markup is not JSON", _server("get_reply_markup")
)
MARKUP_OBJECT = _bad(
    "object expected as reply markup", "reply_markup is JSON but no object", _server("get_reply_markup")
)
MARKUP_INLINE_EXPECTED = _bad(
    "inline keyboard expected", "an edit carries a keyboard of another kind", _td("ReplyMarkup.cpp", "get_reply_markup")
)
MARKUP_ARRAY = _bad('field "{field}" must be of type Array', "the keyboard is no list", _server("get_reply_markup"))
KEYBOARD_ROWS = _bad(
    'field "keyboard" must be an Array of Arrays', "a row of a reply keyboard is no list", _server("get_reply_markup")
)
INLINE_ROWS = _bad(
    'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays',
    "a row of an inline keyboard is no list",
    _server("get_reply_markup"),
)
INLINE_BUTTON = _bad(
    "can't parse inline keyboard button: {error}",
    "a button is no object, has no text, or no action",
    _server("get_inline_keyboard_button"),
)
KEYBOARD_BUTTON = _bad(
    "can't parse keyboard button: {error}",
    "a reply keyboard's button is neither text nor object, or has no text",
    _server("get_keyboard_button"),
)
BUTTON_DATA = _bad(
    "BUTTON_DATA_INVALID",
    "callback_data of more than 64 bytes",
    f"{_docs('inlinekeyboardbutton')}; TelegramBots/Telegram.Bot#470",
)
BUTTON_URL = _bad(
    "inline keyboard button URL '{url}' is invalid: {error}",
    "a link button's address is no link",
    _td("ReplyMarkup.cpp", "get_inline_keyboard_button"),
)
BUTTON_IN_GROUP = _bad(
    "{what} can be requested in private chats only",
    "a button that asks for a phone number or a place, in a group",
    _td("ReplyMarkup.cpp", "get_keyboard_button"),
)
MARKUP_TOO_LONG = _bad(
    "reply markup is too long",
    "an inline keyboard of more than 100 buttons, or of more than 10000 bytes as JSON",
    f"{_WITH_ERROR}; eternnoir/pyTelegramBotAPI#511 (buttons), tginfo/Telegram-Limits#187 (bytes)",
)
ROW_TOO_LONG = _ours(
    "a row of {count} buttons: {limit} are shown at most",
    "more than 8 buttons in a row of an inline keyboard, 12 of a reply keyboard; Telegram drops the rest in silence",
    f"{_td('ReplyMarkup.cpp', 'get_reply_markup')}; tginfo/Telegram-Limits#228",
)
KEYBOARD_TOO_LONG = _ours(
    "a reply keyboard of {count} buttons: 300 are shown at most",
    "more buttons, which Telegram drops in silence",
    _td("ReplyMarkup.cpp", "get_reply_markup"),
)
BUTTON_TEXT_EMPTY = _ours(
    "a button's text is empty",
    "a text of nothing or white space; Telegram drops such buttons in silence",
    _td("ReplyMarkup.cpp", "get_reply_markup"),
)
BUTTON_ACTIONS = _ours(
    'button "{text}" has several actions ({fields}), the documentation allows exactly one',
    "Telegram takes one of them and drops the rest in silence",
    _server("get_inline_keyboard_button"),
)
UNSERVED_BUTTON = _ours(
    "buttons with {field} are not served", "a kind of button that is not served", _docs("inlinekeyboardbutton")
)
UNSERVED_MARKUP = _ours("reply markup of this kind is not served", "ForceReply", _docs("forcereply"))

# edits, deletes, replies

NOT_MODIFIED = _bad(
    "message is not modified: specified new message content and reply markup are exactly the same as a"
    " current content and reply markup of the message",
    "an edit changes nothing",
    _WITH_ERROR,
)
EDIT_NOT_FOUND = _bad("message to edit not found", "no such message, or it was deleted", _server("check_message"))
EDIT_FORBIDDEN = _bad(
    "message can't be edited",
    "not the bot's message, or one that carried a reply keyboard",
    f"{_docs('updating-messages')}; tdlib/td#3196, yagop/node-telegram-bot-api#254",
)
EDIT_NO_TEXT = _bad(
    "there is no text in the message to edit",
    "editMessageText of a message without text",
    "rubenlagus/TelegramBots#1509",
)
EDIT_NO_CAPTION = _bad(
    "there is no caption in the message to edit",
    "editMessageCaption of a message without a file",
    _td("MessagesManager.cpp", "edit_message_caption"),
)
EDIT_NO_MEDIA = _bad(
    "message media can't be edited",
    "editMessageMedia of a place or a contact",
    _td("MessagesManager.cpp", "edit_message_media"),
)
ALBUM_KIND = _bad(
    "can't change media type in the album",
    "editMessageMedia of a photo or document of an album to the other kind",
    _td("MessagesManager.cpp", "edit_message_media"),
)
MESSAGE_ID_MISSING = _bad(
    "message identifier is not specified",
    "deleteMessage without message_id, or an edit without message_id and chat_id",
    _server("process_delete_message_query"),
)
DELETE_CHAT_MISSING = _bad(
    "chat identifier is not specified", "deleteMessage without chat_id", _server("process_delete_message_query")
)
DELETE_NOT_FOUND = _bad("message to delete not found", "no such message, or it was deleted", _server("check_message"))
DELETE_TOO_OLD = _bad(
    "message can't be deleted for everyone",
    "a message older than 48 hours",
    f"{_docs('deletemessage')} (the age); {_td('MessagesManager.cpp', 'delete_messages')}",
)
DELETE_IN_GROUP = _bad(
    "message can't be deleted",
    "in a group: somebody else's message, or one older than 48 hours",
    f"{_WITH_ERROR}; {_td('MessagesManager.cpp', 'can_delete_channel_message')}",
)
MESSAGE_IDS_MISSING = _bad(
    "message identifiers are not specified", "message_ids is missing or an empty list", _server("get_message_ids")
)
MESSAGE_IDS_JSON = _bad("can't parse message_ids JSON object", "message_ids is not JSON", _server("get_message_ids"))
MESSAGE_IDS_ARRAY = _bad(
    "expected an Array of message identifiers", "message_ids is JSON but no list", _server("get_message_ids")
)
MESSAGE_IDS_NUMBER = _bad(
    "message identifier must be a Number", "an item of message_ids is no number", _server("get_message_ids")
)
MESSAGE_IDS_MANY = _bad(
    "too many message identifiers specified", "more than 100 message_ids", _server("get_message_ids")
)
REPLY_JSON = _bad(
    "can't parse reply parameters JSON object", "reply_parameters is not JSON", _server("get_reply_parameters")
)
REPLY_OBJECT = _bad(
    "object expected as reply parameters", "reply_parameters is JSON but no object", _server("get_reply_parameters")
)
REPLY_NOT_FOUND = _bad(
    "message to be replied not found", "the message to be replied to is missing", _server("check_reply_parameters")
)

# presses and actions

QUERY_TOO_OLD = _bad(
    "query is too old and response timeout expired or query ID is invalid",
    "a callback answered too late, or never asked",
    _WITH_ERROR,
)
ANSWER_TOO_LONG = _bad(
    "MESSAGE_TOO_LONG",
    "an answer to a press of more than 200 characters",
    f"{_docs('answercallbackquery')}; eternnoir/pyTelegramBotAPI#500",
)
ACTION = _bad("wrong parameter action in request", "unknown chat action", _server("process_send_chat_action_query"))

# files

NO_FILE = _bad(
    "there is no {kind} in the request",
    "no file, or attach:// names a missing one",
    _server("process_send_photo_query"),
)
FILE_EMPTY = _bad("file must be non-empty", "an upload of no bytes", "MHSanaei/3x-ui#1703")
FILE_ID = _bad(
    "wrong file identifier/HTTP URL specified",
    "a file_id that this bot never got",
    "yagop/node-telegram-bot-api#425",
)
FILE_KIND = _bad(
    "can't use file of type {actual} as {wanted}",
    "a document's file_id sent as a photo, or the other way",
    _td("files/FileManager.cpp", "check_input_file_id"),
)
PHOTO_TOO_BIG = _bad(
    "file of size {size} bytes is too big for a photo; the maximum size is {limit} bytes",
    "a photo of more than 10 MB",
    _td("files/FileManager.cpp", "check_full_local_location"),
)
PHOTO_BROKEN = _bad(
    "IMAGE_PROCESS_FAILED", "an upload that is no image, sent as a photo", "pengrad/java-telegram-bot-api#337"
)
PHOTO_DIMENSIONS = _bad(
    "PHOTO_INVALID_DIMENSIONS",
    "sides of more than 10000 pixels together, or 20 to 1 and beyond",
    f"{_docs('sendphoto')}; tdlib/td#2544",
)
MEDIA_JSON = _bad("can't parse input media JSON object", "media is not JSON", _server("get_input_media"))
MEDIA = _bad("can't parse InputMedia: {error}", "media is JSON but no InputMedia", _server("get_input_media"))
ALBUM_JSON = _bad(
    "can't parse media JSON object", "media of an album is not JSON", _server("get_input_message_contents")
)
ALBUM_ARRAY = _bad(
    "expected an Array of InputMedia", "media of an album is JSON but no list", _server("get_input_message_contents")
)
ALBUM_EMPTY = _bad(
    "there are no messages to send",
    "an album of nothing",
    _td("MessagesManager.cpp", "check_message_group_message_contents"),
)
ALBUM_MANY = _bad(
    "too many messages to send as an album",
    "an album of more than 10",
    _td("MessagesManager.cpp", "check_message_group_message_contents"),
)
ALBUM_MIXED = _bad(
    "document can't be mixed with other media types",
    "photos and documents in one album",
    _td("MessagesManager.cpp", "check_message_group_message_contents"),
)
ALBUM_ITEM = _bad(
    'failed to send message #{position} with the error message "{error}"',
    "a photo of an album that is no image, or of impossible sides",
    _server("on_message_send_failed"),
)
FILE_ID_MISSING = _bad("file_id not specified", "getFile without file_id", _server("check_remote_file_id"))
FILE_ID_INVALID = _bad("invalid file_id", "getFile with an id that this bot never got", "tdlib/telegram-bot-api#490")
FILE_TOO_BIG = _bad("file is too big", "getFile of more than 20 MB", _server("do_get_file"))
UNSERVED_URL = _ours(
    "files by URL are not served, nothing is fetched from the network",
    "an address in place of a file",
    _docs("sending-files"),
)
UNSERVED_IMAGE = _ours(
    "photos of this format are not served, use PNG or JPEG",
    "GIF, BMP and WebP, which Telegram takes too",
    _docs("sendphoto"),
)
UNSERVED_MEDIA = _ours(
    "InputMedia of type {kind} is not served", "videos and other kinds of InputMedia", _docs("inputmedia")
)

# places and contacts

LATITUDE_EMPTY = _bad("latitude is empty", "latitude is missing", _server("get_location"))
LONGITUDE_EMPTY = _bad("longitude is empty", "longitude is missing", _server("get_location"))
LOCATION = _bad(
    "wrong location specified",
    "a location with coordinates out of range",
    _td("Location.cpp", "process_input_message_location"),
)
VENUE_LOCATION = _bad(
    "wrong venue location specified",
    "a venue with coordinates out of range",
    _td("Venue.cpp", "process_input_message_venue"),
)

# the bot's profile

COMMANDS_JSON = _bad("can't parse commands JSON object", "commands is not JSON", _server("get_bot_commands"))
COMMANDS_ARRAY = _bad("expected an Array of BotCommand", "commands is JSON but no list", _server("get_bot_commands"))
COMMAND = _bad("can't parse BotCommand: {error}", "an item of commands is no BotCommand", _server("get_bot_commands"))
COMMAND_EMPTY = _bad("command must be non-empty", "a command without a name", _td("BotCommand.cpp", "set_commands"))
COMMAND_LONG = _bad(
    "command length must not exceed 32", "a command of more than 32 characters", _td("BotCommand.cpp", "set_commands")
)
COMMAND_INVALID = _bad(
    "BOT_COMMAND_INVALID",
    "a command with more than a-z, 0-9 and _",
    "tdlib/telegram-bot-api#98, yagop/node-telegram-bot-api#1008",
)
COMMAND_DESCRIPTION_EMPTY = _bad(
    "command description must be non-empty", "a command without a description", _td("BotCommand.cpp", "set_commands")
)
COMMAND_DESCRIPTION_LONG = _bad(
    "command description length must not exceed 256",
    "a description of more than 256 characters",
    _td("BotCommand.cpp", "set_commands"),
)
COMMANDS_TOO_MANY = _bad(
    "BOT_COMMANDS_TOO_MUCH", "more than 100 commands", f"{_docs('setmycommands')}; zeroclaw-labs/zeroclaw#8963"
)
SCOPE_JSON = _bad("can't parse BotCommandScope JSON object", "scope is not JSON", _server("get_bot_command_scope"))
SCOPE = _bad(
    "can't parse BotCommandScope: {error}", "scope is JSON but no BotCommandScope", _server("get_bot_command_scope")
)
LANGUAGE = _bad(
    "invalid language code specified",
    "language_code is not two small letters",
    _td("misc.cpp", "validate_bot_language_code"),
)
MENU_JSON = _bad("can't parse menu button JSON object", "menu_button is not JSON", _server("get_bot_menu_button"))
MENU = _bad("can't parse menu button: {error}", "menu_button is JSON but no MenuButton", _server("get_bot_menu_button"))
UNSERVED_MENU = _ours("menu buttons of type web_app are not served", "MenuButtonWebApp", _docs("menubuttonwebapp"))
TEXT_FIELD_TOO_LONG = _ours(
    "{name} is longer than {limit} characters", "a name or description beyond its limit", _docs("setmydescription")
)

TABLE: tuple[Refusal, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Refusal))

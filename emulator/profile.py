"""Methods about the bot itself: commands by scope and language, name and descriptions, the menu button."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from emulator import refusals
from emulator.entities import Json
from emulator.methods import Result, chat_of, method
from emulator.model import Bot
from emulator.params import Params
from emulator.refusals import Refused
from emulator.world import World

_COMMAND = re.compile(r"[a-z0-9_]+")
_COMMAND_LIMIT, _DESCRIPTION_LIMIT, _COMMANDS = 32, 256, 100
_LANGUAGE = re.compile(r"[a-z]{2}")
_WIDE_SCOPES = frozenset({"default", "all_private_chats", "all_group_chats", "all_chat_administrators"})
_CHAT_SCOPES = frozenset({"chat", "chat_administrators", "chat_member"})


def _key(world: World, bot: Bot, params: Params) -> tuple[str, str]:
    """The key under which commands are kept: scope as canonical JSON, language or ""."""
    scope = params.json("scope", refusals.SCOPE_JSON) or {"type": "default"}
    if not isinstance(scope, dict):
        raise Refused(refusals.SCOPE, error="BotCommandScope must be an Object")
    if "type" not in scope:
        raise Refused(refusals.SCOPE, error='Can\'t find field "type"')
    if scope["type"] in _CHAT_SCOPES:
        _check_chat_scope(world, bot, params, scope)
    elif scope["type"] not in _WIDE_SCOPES:
        raise Refused(refusals.SCOPE, error="Unsupported type specified")
    return json.dumps(scope, sort_keys=True), _language(params)


def _check_chat_scope(world: World, bot: Bot, params: Params, scope: Json) -> None:
    needed = ("chat_id", "user_id") if scope["type"] == "chat_member" else ("chat_id",)
    for name in needed:
        if name not in scope:
            raise Refused(refusals.SCOPE, error=f'Can\'t find field "{name}"')
    chat_of(world, bot, Params(params.method, scope))


def _language(params: Params) -> str:
    """The two letters of `language_code`, "" for everybody else."""
    language = params.text("language_code")
    if language and not _LANGUAGE.fullmatch(language):
        raise Refused(refusals.LANGUAGE)
    return language


def _command(item: object) -> Json:
    """A BotCommand as it is kept."""
    if not isinstance(item, dict):
        raise Refused(refusals.COMMAND, error="expected an Object")
    for name in ("command", "description"):
        if name not in item:
            raise Refused(refusals.COMMAND, error=f'Can\'t find field "{name}"')
    command, description = str(item["command"]).strip().removeprefix("/"), str(item["description"]).strip()
    if not command:
        raise Refused(refusals.COMMAND_EMPTY)
    if len(command) > _COMMAND_LIMIT:
        raise Refused(refusals.COMMAND_LONG)
    if not description:
        raise Refused(refusals.COMMAND_DESCRIPTION_EMPTY)
    if len(description) > _DESCRIPTION_LIMIT:
        raise Refused(refusals.COMMAND_DESCRIPTION_LONG)
    return {"command": command, "description": description}


@method("setMyCommands", "commands", "scope", "language_code")
def set_my_commands(world: World, bot: Bot, params: Params) -> Result:
    """Keep the command list of one scope and language."""
    commands = params.json("commands", refusals.COMMANDS_JSON) or []
    if not isinstance(commands, list):
        raise Refused(refusals.COMMANDS_ARRAY)
    scope, language = _key(world, bot, params)
    kept = tuple(_command(item) for item in commands)
    # From here on Telegram's inner servers look.
    if len(kept) > _COMMANDS:
        raise Refused(refusals.COMMANDS_TOO_MANY)
    if not all(_COMMAND.fullmatch(item["command"]) for item in kept):
        raise Refused(refusals.COMMAND_INVALID)
    others = tuple(entry for entry in bot.commands if entry[:2] != (scope, language))
    world.save_bot(replace(bot, commands=(*others, (scope, language, kept)) if kept else others))
    return True


@method("getMyCommands", "scope", "language_code")
def get_my_commands(world: World, bot: Bot, params: Params) -> Result:
    """The command list of exactly this scope and language."""
    key = _key(world, bot, params)
    return [command for entry in bot.commands if entry[:2] == key for command in entry[2]]


@method("deleteMyCommands", "scope", "language_code")
def delete_my_commands(world: World, bot: Bot, params: Params) -> Result:
    """Forget the command list of one scope and language."""
    key = _key(world, bot, params)
    world.save_bot(replace(bot, commands=tuple(entry for entry in bot.commands if entry[:2] != key)))
    return True


def _set_text(world: World, bot: Bot, params: Params, name: str, limit: int) -> Result:
    text = params.text(name)
    if len(text) > limit:
        raise Refused(refusals.TEXT_FIELD_TOO_LONG, name=name, limit=limit)
    key = f"{name}:{_language(params)}"
    changed = replace(bot, texts={**bot.texts, key: text})
    if key == "name:" and text:
        changed = replace(changed, first_name=text)
    world.save_bot(changed)
    return True


def _get_text(bot: Bot, params: Params, name: str, fallback: str = "") -> Result:
    """The text in this language, else in the default one, as Telegram shows it to people."""
    for key in (f"{name}:{_language(params)}", f"{name}:"):
        if bot.texts.get(key):
            return {name: bot.texts[key]}
    return {name: fallback}


@method("setMyName", "name", "language_code")
def set_my_name(world: World, bot: Bot, params: Params) -> Result:
    """Change the bot's name."""
    return _set_text(world, bot, params, "name", 64)


@method("getMyName", "language_code")
def get_my_name(_world: World, bot: Bot, params: Params) -> Result:
    """The bot's name."""
    return _get_text(bot, params, "name", bot.first_name)


@method("setMyDescription", "description", "language_code")
def set_my_description(world: World, bot: Bot, params: Params) -> Result:
    """Change what an empty chat shows."""
    return _set_text(world, bot, params, "description", 512)


@method("getMyDescription", "language_code")
def get_my_description(_world: World, bot: Bot, params: Params) -> Result:
    """What an empty chat shows."""
    return _get_text(bot, params, "description")


@method("setMyShortDescription", "short_description", "language_code")
def set_my_short_description(world: World, bot: Bot, params: Params) -> Result:
    """Change the line on the bot's profile."""
    return _set_text(world, bot, params, "short_description", 120)


@method("getMyShortDescription", "language_code")
def get_my_short_description(_world: World, bot: Bot, params: Params) -> Result:
    """The line on the bot's profile."""
    return _get_text(bot, params, "short_description")


@method("setChatMenuButton", "chat_id", "menu_button")
def set_chat_menu_button(world: World, bot: Bot, params: Params) -> Result:
    """Choose the button beside the text field: of one person, or of everybody who has none of their own."""
    button = params.json("menu_button", refusals.MENU_JSON)
    kind = _menu_kind({"type": "default"} if button is None else button)
    owner = _menu_owner(world, bot, params)
    kept = {other: value for other, value in bot.menu_buttons.items() if other != owner}
    if kind != "default":
        kept[owner] = kind
    world.save_bot(replace(bot, menu_buttons=kept))
    return True


@method("getChatMenuButton", "chat_id")
def get_chat_menu_button(world: World, bot: Bot, params: Params) -> Result:
    """The button beside the text field of one person, or of everybody."""
    return {"type": bot.menu_buttons.get(_menu_owner(world, bot, params), "default")}


def _menu_kind(button: object) -> str:
    if not isinstance(button, dict):
        raise Refused(refusals.MENU, error="MenuButton must be an Object")
    if "type" not in button:
        raise Refused(refusals.MENU, error='Can\'t find field "type"')
    if button["type"] == "web_app":
        raise Refused(refusals.UNSERVED_MENU)
    if button["type"] not in ("default", "commands"):
        raise Refused(refusals.MENU, error="MenuButton has unsupported type")
    return str(button["type"])


def _menu_owner(world: World, bot: Bot, params: Params) -> str:
    """The id of the person whose button it is, "" for everybody's."""
    user_id = params.text("chat_id").strip()
    if not user_id:
        return ""
    if not user_id.isdigit() or int(user_id) == 0:
        raise Refused(refusals.USER_ID, name="chat_id")
    if not world.store.chat(bot.id, int(user_id)).started:
        raise Refused(refusals.USER_NOT_FOUND)
    return user_id

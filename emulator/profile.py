"""Methods about the bot itself: commands by scope and language, name and descriptions."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from emulator import refusals
from emulator.methods import Result, method
from emulator.model import Bot
from emulator.params import Params
from emulator.refusals import Refused
from emulator.world import World

_COMMAND = re.compile(r"[a-z0-9_]{1,32}")


def _scope(params: Params) -> tuple[str, str]:
    """The key under which commands are kept: scope as canonical JSON, language or ""."""
    scope = params.json("scope", refusals.SCOPE_JSON) or {"type": "default"}
    if not isinstance(scope, dict) or "type" not in scope:
        raise Refused(refusals.SCOPE_JSON)
    return json.dumps(scope, sort_keys=True), params.text("language_code")


@method("setMyCommands", "commands", "scope", "language_code")
def set_my_commands(world: World, bot: Bot, params: Params) -> Result:
    """Keep the command list of one scope and language."""
    commands = params.json("commands", refusals.COMMANDS_JSON)
    if not isinstance(commands, list) or not all(isinstance(item, dict) for item in commands):
        raise Refused(refusals.COMMANDS_JSON)
    if len(commands) > 100:
        raise Refused(refusals.COMMANDS_TOO_MANY)
    for item in commands:
        if not _COMMAND.fullmatch(str(item.get("command", "")).removeprefix("/")):
            raise Refused(refusals.COMMAND_INVALID)
        if not 1 <= len(str(item.get("description", ""))) <= 256:
            raise Refused(refusals.COMMAND_DESCRIPTION)
    kept = tuple(
        {"command": str(item["command"]).removeprefix("/"), "description": str(item["description"])}
        for item in commands
    )
    scope, language = _scope(params)
    others = tuple(entry for entry in bot.commands if entry[:2] != (scope, language))
    world.save_bot(replace(bot, commands=(*others, (scope, language, kept)) if kept else others))
    return True


@method("getMyCommands", "scope", "language_code")
def get_my_commands(_world: World, bot: Bot, params: Params) -> Result:
    """The command list of exactly this scope and language."""
    key = _scope(params)
    return [command for entry in bot.commands if entry[:2] == key for command in entry[2]]


@method("deleteMyCommands", "scope", "language_code")
def delete_my_commands(world: World, bot: Bot, params: Params) -> Result:
    """Forget the command list of one scope and language."""
    key = _scope(params)
    world.save_bot(replace(bot, commands=tuple(entry for entry in bot.commands if entry[:2] != key)))
    return True


def _set_text(world: World, bot: Bot, params: Params, name: str, limit: int) -> Result:
    text = params.text(name)
    if len(text) > limit:
        raise Refused(refusals.TEXT_FIELD_TOO_LONG, name=name, limit=limit)
    key = f"{name}:{params.text('language_code')}"
    changed = replace(bot, texts={**bot.texts, key: text})
    if key == "name:" and text:
        changed = replace(changed, first_name=text)
    world.save_bot(changed)
    return True


def _get_text(bot: Bot, params: Params, name: str, fallback: str = "") -> Result:
    """The text in this language, else in the default one, as Telegram shows it to people."""
    for key in (f"{name}:{params.text('language_code')}", f"{name}:"):
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

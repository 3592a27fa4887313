"""The bot's own account: who it is, its commands, its names and texts, its menu button, files and callback answers."""

from __future__ import annotations

import re

from feedbot.sandbox.methods.call import Call, Handler
from feedbot.sandbox.model import Json, bad_request

COMMANDS = 100
COMMAND = re.compile(r"[a-z0-9_]{1,32}")
DESCRIPTION = 256
ANSWER_SECONDS = 60.0
ANSWER_TEXT = 200
TEXT_LIMITS = {"name": 64, "description": 512, "short_description": 120}
_SCOPE_NAMES = "default all_private_chats all_group_chats all_chat_administrators chat chat_administrators chat_member"
SCOPES = frozenset(_SCOPE_NAMES.split())


def get_me(call: Call) -> Json:
    """The bot's account with what it may do."""
    return call.bot.user.to_json() | {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
        "has_topics_enabled": False,
        "allows_users_to_create_topics": False,
        "can_manage_bots": False,
    }


def done(_call: Call) -> bool:
    """LogOut and close: nothing to do here, the bot may go on at once."""
    return True


def set_my_commands(call: Call) -> bool:
    """The command list of a scope and language."""
    commands = call.args.records("commands")
    if commands is None:
        raise bad_request("commands are not specified")
    if len(commands) > COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    checked = [_command(one) for one in commands]
    call.bot.commands[_commands_key(call)] = checked
    call.world.changed("bot", {})
    return True


def _command(command: Json) -> Json:
    name = str(command.get("command", "")).removeprefix("/")
    description = str(command.get("description", "")).strip()
    if COMMAND.fullmatch(name) is None:
        raise bad_request("BOT_COMMAND_INVALID")
    if not 0 < len(description) <= DESCRIPTION:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": name, "description": description}


def _commands_key(call: Call) -> str:
    scope = call.args.record("scope") or {"type": "default"}
    if str(scope.get("type")) not in SCOPES:
        raise bad_request("can't parse BotCommandScope: unsupported type specified")
    parts = [str(scope[key]) for key in ("type", "chat_id", "user_id") if scope.get(key) is not None]
    return ":".join(parts) + "|" + call.args.text("language_code")


def get_my_commands(call: Call) -> list[Json]:
    """The commands of exactly this scope and language."""
    return call.bot.commands.get(_commands_key(call), [])


def delete_my_commands(call: Call) -> bool:
    """Takes the commands of a scope and language away."""
    call.bot.commands.pop(_commands_key(call), None)
    call.world.changed("bot", {})
    return True


def _set_text(field: str) -> Handler:
    def set_text(call: Call) -> bool:
        text = call.args.text(field)
        if len(text) > TEXT_LIMITS[field]:
            raise bad_request(f"{field.replace('_', ' ')} is too long")
        call.bot.texts[f"{field}|{call.args.text('language_code')}"] = text
        if field == "name" and text and not call.args.text("language_code"):
            call.bot.user.first_name = text
        call.world.changed("bot", {})
        return True

    return set_text


def _get_text(field: str) -> Handler:
    def get_text(call: Call) -> Json:
        texts = call.bot.texts
        default = call.bot.user.first_name if field == "name" else ""
        language = call.args.text("language_code")
        return {field: texts.get(f"{field}|{language}") or texts.get(f"{field}|") or default}

    return get_text


def set_chat_menu_button(call: Call) -> bool:
    """The button beside the type box, of one private chat or of all."""
    button = call.args.record("menu_button") or {"type": "default"}
    if str(button.get("type")) not in {"commands", "default", "web_app"}:
        raise bad_request("can't parse MenuButton: unsupported type specified")
    if "chat_id" in call.args:
        call.chat().menu_button = button
    else:
        call.bot.menu_button = button
    call.world.changed("bot", {})
    return True


def get_chat_menu_button(call: Call) -> Json:
    """The button beside the type box."""
    own = call.chat().menu_button if "chat_id" in call.args else None
    return own or call.bot.menu_button


def answer_callback_query(call: Call) -> bool:
    """Ends the waiting mark of a pressed button, with a toast or an alert."""
    press = call.world.presses.get(call.args.text("callback_query_id"))
    late = press is None or press.answer is not None or call.world.clock() - press.at > ANSWER_SECONDS
    if press is None or late:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    text = call.args.text("text")
    if len(text) > ANSWER_TEXT:
        raise bad_request("MESSAGE_TOO_LONG")
    answer: Json = {"text": text, "show_alert": call.args.flag("show_alert"), "url": call.args.text("url")}
    press.answer = answer | {"cache_time": call.args.integer("cache_time")}
    press.answered.set()
    call.world.tell("answer", {"chat_id": press.chat_id, "user_id": press.user_id, "press_id": press.id, **answer})
    return True


def get_file(call: Call) -> Json:
    """Where a photo's bytes can be loaded."""
    file_id = call.args.text("file_id")
    content = call.world.files.get(file_id)
    if content is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    file: Json = {"file_id": file_id, "file_unique_id": file_id[7:23]}
    return file | ({"file_size": len(content), "file_path": f"photos/{file_id}"} if isinstance(content, bytes) else {})


METHODS: dict[str, Handler] = {
    "getMe": get_me,
    "logOut": done,
    "close": done,
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
    "setMyName": _set_text("name"),
    "getMyName": _get_text("name"),
    "setMyDescription": _set_text("description"),
    "getMyDescription": _get_text("description"),
    "setMyShortDescription": _set_text("short_description"),
    "getMyShortDescription": _get_text("short_description"),
    "setChatMenuButton": set_chat_menu_button,
    "getChatMenuButton": get_chat_menu_button,
    "answerCallbackQuery": answer_callback_query,
    "getFile": get_file,
}

"""What a bot wants to show: text or caption with entities, link preview and buttons, checked as Telegram does."""

from __future__ import annotations

from typing import Any

from feedbot.sandbox.arguments import Arguments
from feedbot.sandbox.entities import Formatted, HtmlRefused, parse_html, utf16_length
from feedbot.sandbox.formatting import stored
from feedbot.sandbox.links import LinkRefused, checked_link
from feedbot.sandbox.model import Json, Refusal, bad_request
from feedbot.sandbox.world import World

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
ENTITY_LIMIT = 100
RAW_LIMIT = 1 << 15
CALLBACK_BYTES = 64
URL_BYTES = 2048
BUTTON_LIMIT = 100
_ACTION_NAMES = (
    "url callback_data login_url web_app switch_inline_query switch_inline_query_current_chat "
    "switch_inline_query_chosen_chat copy_text callback_game pay"
)
_ACTIONS = _ACTION_NAMES.split()


def text_content(world: World, args: Arguments) -> Json:
    """`text`, `entities` and `link_preview_options` of a message.

    Raises:
        Refusal: Telegram does not take the text.
    """
    if not args.text("text").strip("\0"):
        raise bad_request("message text is empty")
    formatted = _formatted(world, args, "text", "entities")
    if not formatted.text:
        raise bad_request("message text is empty")
    if utf16_length(formatted.text) > TEXT_LIMIT:
        raise bad_request("message is too long")
    content: Json = {"text": formatted.text}
    if formatted.entities:
        content["entities"] = formatted.entities
    options = args.record("link_preview_options")
    if options is None and args.flag("disable_web_page_preview"):
        options = {"is_disabled": True}
    if options:
        content["link_preview_options"] = {key: value for key, value in options.items() if value is not None}
    return content


def caption_content(world: World, args: Arguments) -> Json:
    """`caption` and `caption_entities`, nothing if there is no caption.

    Raises:
        Refusal: Telegram does not take the caption.
    """
    formatted = _formatted(world, args, "caption", "caption_entities")
    if utf16_length(formatted.text) > CAPTION_LIMIT:
        raise bad_request("message caption is too long")
    content: Json = {}
    if formatted.text:
        content["caption"] = formatted.text
    if formatted.entities:
        content["caption_entities"] = formatted.entities
    if args.flag("show_caption_above_media"):
        content["show_caption_above_media"] = True
    return content


def _formatted(world: World, args: Arguments, name: str, entities_name: str) -> Formatted:
    raw = args.text(name)
    if len(raw.encode("utf-8", "replace")) > RAW_LIMIT:
        raise bad_request(f"{'text' if name == 'text' else 'caption'} is too long")
    mode = args.text("parse_mode").lower()
    if mode in {"", "none"}:
        given = args.records(entities_name) or []
        size = utf16_length(raw)
        entities = [_given_entity(one) for one in given]
        # Telegram passes over what reaches out of the text.
        formatted = Formatted(raw, [one for one in entities if 0 <= one["offset"] <= size - one["length"] < size])
    elif mode == "html":
        try:
            formatted = parse_html(raw)
        except HtmlRefused as refused:
            raise bad_request(f"can't parse entities: {refused}") from None
    else:
        raise bad_request("unsupported parse_mode")
    result = stored(*formatted)
    return Formatted(result.text, [_shown(world, one) for one in result.entities[:ENTITY_LIMIT]])


def _given_entity(entity: Json) -> Json:
    offset, length = entity.get("offset"), entity.get("length")
    if not isinstance(entity.get("type"), str) or not isinstance(offset, int) or not isinstance(length, int):
        raise bad_request("can't parse MessageEntity: expected type, offset and length")
    known = ("type", "offset", "length", "url", "language", "custom_emoji_id", "unix_time", "date_time_format")
    clean = {key: entity[key] for key in known if entity.get(key) is not None}
    if clean["type"] == "text_mention":
        user = entity.get("user")
        clean["user_id"] = user.get("id") if isinstance(user, dict) else None
        if not isinstance(clean["user_id"], int):
            raise bad_request("can't parse MessageEntity: user not found")
    return clean


def _shown(world: World, entity: Json) -> Json:
    shown: Json = {"offset": entity["offset"], "length": entity["length"], "type": entity["type"]}
    shown |= {key: value for key, value in entity.items() if key not in shown and key != "user_id" and value != ""}
    if entity["type"] == "text_mention":
        user = world.users.get(entity["user_id"])
        shown["user"] = user.to_json() if user else {"id": entity["user_id"], "is_bot": False, "first_name": ""}
    return shown


def reply_markup(args: Arguments) -> Json:
    """`reply_markup` as it stands in a message: an inline keyboard or nothing.

    Raises:
        Refusal: Telegram does not take the keyboard.
    """
    markup = args.record("reply_markup")
    if markup is None or "inline_keyboard" not in markup:
        return {}
    rows = markup["inline_keyboard"]
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request('field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays')
    checked = [[_button(button) for button in row] for row in rows if row]
    if sum(len(row) for row in checked) > BUTTON_LIMIT:
        raise bad_request("reply markup is too long")
    return {"reply_markup": {"inline_keyboard": checked}} if checked else {}


def _button(button: Any) -> Json:
    prefix = "can't parse inline keyboard button: "
    if not isinstance(button, dict):
        raise bad_request(prefix + "expected an Object")
    if not isinstance(button.get("text"), str):
        raise bad_request(prefix + 'Can\'t find field "text"')
    kept = {key: value for key, value in button.items() if value is not None}
    actions = [
        name for name in _ACTIONS if kept.get(name) not in (None, "") or (name.startswith("switch") and name in kept)
    ]
    if not actions:
        raise bad_request(prefix + "Text buttons are unallowed in the inline keyboard")
    if not button["text"].strip():
        raise bad_request("BUTTON_TEXT_INVALID")
    if "callback_data" in kept and len(str(kept["callback_data"]).encode("utf-8", "replace")) > CALLBACK_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")
    if "url" in kept:
        kept["url"] = _button_url(str(kept["url"]))
    return kept


def _button_url(url: str) -> str:
    raw = url.encode("utf-8", "replace")
    try:
        link = checked_link(raw)
    except LinkRefused as refused:
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: {refused}") from None
    if len(link) > URL_BYTES:
        raise Refusal(400, "Bad Request: BUTTON_URL_INVALID")
    return link.decode("utf-8", "replace")

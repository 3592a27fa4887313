"""Whatever a client sends, it gets an answer of the Bot API: a result or a refusal, never a fault of the server."""

# ruff: noqa: E501 - the values are tables

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedbot.sandbox.arguments import Arguments, read_arguments
from feedbot.sandbox.methods import HANDLERS
from feedbot.sandbox.methods.call import Call
from feedbot.sandbox.model import Refusal
from feedbot.sandbox.people import People
from feedbot.sandbox.world import World
from sandbox.stage import TOKEN, Clock, Stage

NAMES = [
    "chat_id", "user_id", "message_id", "message_ids", "text", "caption", "parse_mode", "entities", "caption_entities", "photo", "media",
    "reply_markup", "reply_parameters", "link_preview_options", "message_thread_id", "name", "icon_color", "commands", "scope",
    "language_code", "menu_button", "callback_query_id", "reaction", "action", "file_id", "description", "show_alert", "cache_time",
]  # fmt: skip
KEYS = [
    "type",
    "text",
    "url",
    "callback_data",
    "inline_keyboard",
    "offset",
    "length",
    "user",
    "id",
    "emoji",
    "command",
    "media",
    "chat_id",
]
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**15), 10**15),
    st.floats(allow_nan=False),
    st.sampled_from(
        [
            "",
            "x",
            "HTML",
            "<b>x",
            "5",
            "bold",
            "emoji",
            "photo",
            "default",
            "chat",
            "typing",
            "attach://x",
            "http://a.com",
            "\ud800",
            "\0",
        ]
    ),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=8,
)


def answer(do: Callable[[], Any]) -> Any:
    """What it gives, or the refusal."""
    try:
        return do()
    except Refusal as refusal:
        return refusal


def world() -> World:
    clock = Clock()
    made = World(username="feedbot_sandbox_bot", limits=True, clock=clock, monotonic=clock)
    user = made.new_user("Ann", "en", None)
    people = People(made)
    people.open_private_chat(user, started=True)
    people.gather("supergroup", "F", [], [user], is_forum=True, bot_status="administrator")
    people.say(user.id, user.id, "hello", None, None)
    return made


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    values=st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=8),
    place=st.sampled_from([None, 0]),
    encoded=st.booleans(),
)
@pytest.mark.parametrize("method", sorted(HANDLERS))
def test_every_method_answers_or_refuses(method: str, values: dict[str, Any], place: int | None, encoded: bool) -> None:  # noqa: FBT001 - hypothesis names it
    there = world()
    bot = there.bot(TOKEN)
    if place is not None:
        values = values | {"chat_id": list(there.chats)[place], "message_id": 1}
    if encoded:
        values = {key: value if isinstance(value, str) else json.dumps(value) for key, value in values.items()}
    result = answer(lambda: HANDLERS[method](Call(there, bot, Arguments(values))))
    assert not isinstance(result, Refusal) or result.status in {400, 403, 413, 429}
    assert isinstance(result, Refusal) or json.dumps(result)


@settings(max_examples=50, deadline=None)
@given(query=st.binary(max_size=30), kind=st.sampled_from(["", "application/json", "multipart/form-data", "multipart/form-data; boundary=x", "x"]), body=st.binary(max_size=60))  # fmt: skip
def test_every_body_is_read_or_refused(query: bytes, kind: str, body: bytes) -> None:
    result = answer(lambda: read_arguments(query, kind, body))
    assert not isinstance(result, Refusal) or result.status == 400


async def test_parameters_come_by_query_form_json_and_multipart(stage: Stage) -> None:
    url = f"{stage.url}/bot{TOKEN}/sendMessage"
    chat = str(stage.chat.id)
    form = aiohttp.FormData({"chat_id": chat}, default_to_multipart=True)
    form.add_field("text", "四 & 4")
    async with aiohttp.ClientSession() as session:
        for sending in (
            session.get(url, params={"chat_id": chat, "text": "一 & 1"}),
            session.post(url, data={"chat_id": chat, "text": "二 & 2"}),
            session.post(url.replace("sendMessage", "SENDMESSAGE"), json={"chat_id": stage.chat.id, "text": "三 & 3"}),
            session.post(url, data=form),
        ):
            async with sending as got:
                assert got.status == 200
    texts = [message["text"] for message in stage.telegram.messages(stage.chat.id)]
    assert texts == ["一 & 1", "二 & 2", "三 & 3", "四 & 4"]


async def test_unknown_paths_and_tokens_answer_as_telegram_does(stage: Stage) -> None:
    async with aiohttp.ClientSession() as session:
        for path, status, description in (
            (f"bot{TOKEN}/nonsense", 404, "Not Found"),
            ("botnonsense/getMe", 401, "Unauthorized"),
        ):
            async with session.get(f"{stage.url}/{path}") as got:
                assert (got.status, await got.json()) == (
                    status,
                    {"ok": False, "error_code": status, "description": description},
                )


@pytest.mark.parametrize(
    ("method", "values", "description"),
    [
        (
            "setmycommands",
            {"commands": [], "scope": {"type": []}},
            "can't parse BotCommandScope: unsupported type specified",
        ),
        ("setchatmenubutton", {"menu_button": {"type": {}}}, "can't parse MenuButton: unsupported type specified"),
        ("setmessagereaction", {"reaction": [{"type": "emoji", "emoji": []}]}, "REACTION_INVALID"),
        ("sendmessage", {"text": "x", "reply_parameters": {"message_id": [5]}}, "message to be replied not found"),
        ("sendmessage", {"text": "x", "reply_markup": "{"}, "can't parse reply markup JSON object"),
        ("sendmessage", {"text": "x", "reply_markup": "[]"}, "object expected as reply markup"),
        (
            "sendmessage",
            {"text": "x", "entities": [{"type": "bold"}]},
            "can't parse MessageEntity: expected type, offset and length",
        ),
        ("sendmessage", {"text": "x", "chat_id": ""}, "chat_id is empty"),
        ("deletemessages", {"message_ids": 5}, "message identifiers are not specified"),
    ],
)
def test_structures_of_the_wrong_form_are_refused(method: str, values: dict[str, Any], description: str) -> None:
    there = world()
    place = {"chat_id": next(iter(there.chats)), "message_id": 1}
    with pytest.raises(Refusal) as refused:
        HANDLERS[method](Call(there, there.bot(TOKEN), Arguments(place | values)))
    assert refused.value.description == f"Bad Request: {description}"


def test_entities_that_reach_out_of_the_text_are_passed_over() -> None:
    there = world()
    entities = [
        {"type": "bold", "offset": offset, "length": length}
        for offset, length in ((0, 2), (1, 2), (-1, 2), (0, 0), (2, 1))
    ]
    values = {"chat_id": next(iter(there.chats)), "text": "ab", "entities": entities}
    sent = HANDLERS["sendmessage"](Call(there, there.bot(TOKEN), Arguments(values)))
    assert sent["entities"] == [{"offset": 0, "length": 2, "type": "bold"}]

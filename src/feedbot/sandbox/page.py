"""The chat page: what a person sees and does, as one HTML file, a small JSON API and a stream of events."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from feedbot.sandbox.faults import Faults
from feedbot.sandbox.methods.photos import image_type
from feedbot.sandbox.model import Chat, Injected, Json
from feedbot.sandbox.people import People, SandboxMisuse
from feedbot.sandbox.world import World

HERE = Path(__file__).parent
STATIC = {
    "chat.css": "text/css",
    "icon.svg": "image/svg+xml",
    "chat.js": "text/javascript",
    "render.js": "text/javascript",
    "words.js": "text/javascript",
}
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src * data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
BEAT_SECONDS = 15.0
QUEUED = 2_000
BODY_BYTES = 1 << 20
UNSEEN = frozenset({"poll"})

Action = Callable[[Json], Any]


class _Answer(JSONResponse):
    """JSON in ASCII: a bot may have sent half a character (a lone surrogate), which has no UTF-8."""

    def render(self, content: Any) -> bytes:
        return json.dumps(content, separators=(",", ":")).encode()


class ChatPage:
    """The routes of the page and its listeners."""

    def __init__(self, world: World, people: People, faults: Faults) -> None:
        self._world = world
        self._people = people
        self._faults = faults
        self._streams: set[asyncio.Queue[str | None]] = set()
        self._open = True
        world.listeners.append(self._broadcast)

    def start(self) -> None:
        """Takes event streams again after a stop."""
        self._open = True

    def stop(self) -> None:
        """Ends every event stream, so that the server can go down at once."""
        self._open = False
        for stream in self._streams:
            _put(stream, None)

    def routes(self) -> list[BaseRoute]:
        """Where everything is, relative to the page."""
        return [
            Route("/", _index),
            Route("/static/{name}", _static),
            Route("/api/state", self._state),
            Route("/api/chats/{chat_id:int}", self._chat),
            Route("/api/chats/-{chat_id:int}", self._negative_chat),
            Route("/api/events", self._events),
            Route("/api/files/{file_id}", self._file),
            *(Route(f"/api/{name}", self._post(action), methods=["POST"]) for name, action in self._actions().items()),
        ]

    def _actions(self) -> dict[str, Action]:
        people = self._people
        return {
            "say": lambda one: people.say(
                int(one["chat_id"]),
                int(one["user_id"]),
                str(one["text"]),
                one.get("thread_id"),
                one.get("reply_to"),
            ),
            "press": lambda one: {
                "press_id": people.press(
                    int(one["chat_id"]),
                    int(one["message_id"]),
                    int(one["user_id"]),
                    str(one["data"]),
                ).id,
            },
            "react": lambda one: people.react(
                int(one["chat_id"]),
                int(one["message_id"]),
                int(one["user_id"]),
                one.get("emoji"),
            ),
            "users": self._new_user,
            "chats": self._new_chat,
            "act": self._act,
            "faults": self._inject,
        }

    def _post(self, action: Action) -> Callable[[Request], Awaitable[Response]]:
        async def post(request: Request) -> Response:
            # A page of another site can send forms here, but no JSON without being asked first.
            if not request.headers.get("content-type", "").startswith("application/json"):
                return _Answer({"error": "send JSON"}, 415)
            try:
                result = action(_arguments(await _body(request)))
            except SandboxMisuse as error:
                return _Answer({"error": str(error)}, 400)
            except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
                return _Answer({"error": f"not a complete request: {error}"}, 400)
            return _Answer({"result": result})

        return post

    # what the page shows

    async def _state(self, _request: Request) -> Response:
        bots = list(self._world.bots.values())
        return _Answer(
            {
                "users": [user.to_json() for user in self._world.users.values()],
                "chats": [self._summary(chat) for chat in self._world.chats.values() if chat.migrated_to is None],
                "bot": bots[0].user.to_json() if bots else None,
                "commands": [self._commands(bot.commands) for bot in bots[:1]],
                "descriptions": bots[0].texts if bots else {},
                "faults": [fault.to_json() for fault in self._faults.waiting],
            },
        )

    @staticmethod
    def _commands(commands: dict[str, list[Json]]) -> list[Json]:
        return [{"scope": key, "commands": listed} for key, listed in commands.items()]

    def _summary(self, chat: Chat) -> Json:
        last = next(reversed(chat.messages.values()), None)
        user = self._world.users.get(chat.user_id)
        return {
            "id": chat.id,
            "type": chat.type,
            "title": chat.title or (user.first_name if user else ""),
            "user_id": chat.user_id,
            "is_forum": chat.is_forum,
            "blocked": chat.blocked,
            "bot_status": chat.bot_status,
            "unread": chat.unread,
            "last": last,
            "members": [[user_id, status] for user_id, status in chat.members.items()],
            "topics": [{"id": topic.id, "name": topic.name, "closed": topic.closed} for topic in chat.topics.values()],
            "pinned": chat.messages.get(chat.pinned or 0),
        }

    async def _chat(self, request: Request) -> Response:
        return self._chat_response(request.path_params["chat_id"])

    async def _negative_chat(self, request: Request) -> Response:
        return self._chat_response(-request.path_params["chat_id"])

    def _chat_response(self, chat_id: int) -> Response:
        chat = self._world.chats.get(chat_id)
        if chat is None:
            return _Answer({"error": f"there is no chat {chat_id}"}, 404)
        messages = [self._shown(chat, message) for message in chat.messages.values()]
        return _Answer({"chat": self._summary(chat), "messages": messages, "notes": list(chat.notes)})

    @staticmethod
    def _shown(chat: Chat, message: Json) -> Json:
        """The message with the reactions to it, which the API does not put into it."""
        by_user = chat.reactions.get(message["message_id"], {})
        emojis = [one.get("emoji") for chosen in by_user.values() for one in chosen]
        return message | ({"reactions": emojis} if emojis else {})

    async def _file(self, request: Request) -> Response:
        content = self._world.files.get(request.path_params["file_id"])
        if content is None:
            return Response(status_code=404)
        if isinstance(content, str):
            return Response(status_code=302, headers={"Location": content} | HEADERS)
        return Response(content, media_type=image_type(content), headers=HEADERS)

    # what the page does

    def _new_user(self, one: Json) -> Json:
        name = str(one["first_name"]).strip()
        if not name:
            raise SandboxMisuse("a person needs a name")
        user = self._world.new_user(name[:64], str(one.get("language_code") or "en")[:8], None)
        self._people.open_private_chat(user, started=True)
        return user.to_json()

    def _new_chat(self, one: Json) -> Json:
        title = str(one["title"]).strip()
        if not title:
            raise SandboxMisuse("a group or channel needs a name")
        kind = {"group": "group", "forum": "supergroup", "supergroup": "supergroup", "channel": "channel"}[one["type"]]
        owner = self._people.user(int(one["user_id"]))
        others = [user for user in self._world.users.values() if user.id != owner.id] if kind != "channel" else []
        chat = self._people.gather(
            kind,
            title[:128],
            others,
            [owner],
            is_forum=one["type"] == "forum",
            bot_status="administrator",
        )
        return {"chat_id": chat.id}

    def _act(self, one: Json) -> Json:
        chat = self._people.chat(int(one["chat_id"]))
        match one["action"]:
            case "read":
                self._read(chat)
            case "block":
                self._people.block(chat)
            case "unblock":
                self._people.unblock(chat)
            case "kicked" | "member" | "administrator" as status:
                self._people.set_bot_status(chat, status)
            case "open_topic":
                return {"thread_id": self._people.open_topic(chat, str(one["name"])[:128] or "Topic", None)}
            case "close_topic" | "reopen_topic" as action:
                self._people.set_topic_closed(chat, int(one["thread_id"]), closed=action == "close_topic")
            case "migrate":
                return {"chat_id": self._people.migrate(chat).id}
            case other:
                raise SandboxMisuse(f"there is no action {other!r}")
        return {}

    def _read(self, chat: Chat) -> None:
        if chat.unread:
            chat.unread = 0
            self._world.changed("read", {"chat_id": chat.id})

    def _inject(self, one: Json) -> Json:
        if one.get("clear"):
            self._faults.clear()
        else:
            fault = Injected(
                status=int(one.get("status", 500)),
                description=str(one.get("description") or "Internal Server Error"),
                retry_after=int(one["retry_after"]) if one.get("retry_after") else None,
                drop=bool(one.get("drop")),
                delay=min(60.0, float(one.get("delay") or 0)),
                accept=bool(one.get("accept")),
            )
            chat_id = int(one["chat_id"]) if one.get("chat_id") else None
            self._faults.add(chat_id, one.get("method") or None, fault, int(one.get("times") or 1))
        self._world.tell("faults", {})
        return {"faults": [fault.to_json() for fault in self._faults.waiting]}

    # events

    def _broadcast(self, kind: str, event: Json) -> None:
        if not self._streams or kind in UNSEEN:
            return
        if kind == "message":
            chat = self._world.chats[event["chat_id"]]
            event = event | {"message": self._shown(chat, event["message"]), "unread": chat.unread}
        text = f"event: {kind}\ndata: {json.dumps(event)}\n\n"
        for stream in self._streams:
            _put(stream, text)

    async def _events(self, _request: Request) -> Response:
        headers = HEADERS | {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(self._stream(), media_type="text/event-stream", headers=headers)

    async def _stream(self) -> AsyncIterator[str]:
        if not self._open:
            return
        stream: asyncio.Queue[str | None] = asyncio.Queue(QUEUED)
        self._streams.add(stream)
        try:
            yield "retry: 1000\nevent: hello\ndata: {}\n\n"
            while True:
                try:
                    async with asyncio.timeout(BEAT_SECONDS):
                        text = await stream.get()
                except TimeoutError:
                    text = ": beat\n\n"
                if text is None:
                    return
                yield text
        finally:
            self._streams.discard(stream)


def _put(stream: asyncio.Queue[str | None], text: str | None) -> None:
    """A page that is too slow loses its stream: it connects anew and loads everything."""
    try:
        stream.put_nowait(text)
    except asyncio.QueueFull:
        while not stream.empty():
            stream.get_nowait()
        stream.put_nowait(None)


def _arguments(body: bytes) -> Json:
    """The object that was sent; ValueError for anything else, and for what no answer could hold afterwards."""
    sent = json.loads(body)
    if not isinstance(sent, dict):
        raise ValueError("not an object")  # noqa: TRY004 - the sender's slip, not ours
    # Half a character (a lone surrogate) has no UTF-8, and not-a-number no JSON.
    json.dumps(sent, ensure_ascii=False, allow_nan=False).encode()
    return sent


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES:
            raise SandboxMisuse("the request is too large")
    return bytes(body)


async def _index(_request: Request) -> Response:
    return FileResponse(HERE / "templates" / "chat.html", media_type="text/html", headers=HEADERS)


async def _static(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in STATIC:
        return Response(status_code=404)
    return FileResponse(HERE / "static" / name, media_type=STATIC[name], headers=HEADERS)

"""How a bot gets its updates: long polling and webhooks, one of them at a time."""

from __future__ import annotations

import asyncio
import ipaddress
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from feedbot.sandbox.arguments import Arguments
from feedbot.sandbox.model import Bot, Json, Refusal, Webhook, bad_request
from feedbot.sandbox.world import World

log = logging.getLogger(__name__)

_KIND_NAMES = (
    "message edited_message channel_post edited_channel_post callback_query inline_query "
    "chosen_inline_result my_chat_member chat_member chat_join_request message_reaction "
    "message_reaction_count poll poll_answer"
)
UPDATE_KINDS = frozenset(_KIND_NAMES.split())
LONGEST_POLL = 50
MOST_UPDATES = 100
WEBHOOK_TIMEOUT = 30.0
LONGEST_RETRY = 60.0
CONFLICT = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
CONFLICT_WEBHOOK = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)

Dispatch = Callable[[Bot, str, Arguments], Awaitable[Any]]


class Updates:
    """Long polls and webhook deliveries of all bots; `dispatch` carries out a method that a webhook's answer names."""

    def __init__(self, world: World, dispatch: Dispatch) -> None:
        self._world = world
        self._dispatch = dispatch
        self._deliveries: dict[str, asyncio.Task[None]] = {}
        self._stopped = False

    async def get_updates(self, bot: Bot, args: Arguments) -> list[Json]:
        """The waiting updates from `offset` on; waits up to `timeout` seconds for the first.

        Raises:
            Refusal: 409 if a webhook is set, or as soon as another getUpdates of the same bot comes.
        """
        if bot.webhook is not None:
            raise Refusal(409, CONFLICT_WEBHOOK)
        bot.poll += 1
        mine = bot.poll
        bot.arrived.set()
        self._filter(bot, args)
        self._confirm(bot, args.integer("offset"))
        deadline = asyncio.get_running_loop().time() + min(max(args.integer("timeout"), 0), LONGEST_POLL)
        while not bot.updates and not self._stopped:
            bot.arrived.clear()
            try:
                async with asyncio.timeout_at(deadline):
                    await bot.arrived.wait()
            except TimeoutError:
                break
            if bot.poll != mine:
                raise Refusal(409, CONFLICT)
            if bot.webhook is not None:
                raise Refusal(409, "Conflict: terminated by setWebhook request")
        limit = min(max(args.integer("limit", MOST_UPDATES), 1), MOST_UPDATES)
        return [update_json(one) for one in list(bot.updates)[:limit]]

    def _confirm(self, bot: Bot, offset: int) -> None:
        """An offset confirms everything below it; a negative one keeps that many from the end."""
        waiting = len(bot.updates)
        while offset < 0 and len(bot.updates) > -offset:
            bot.updates.popleft()
        while bot.updates and bot.updates[0][0] < offset:
            bot.updates.popleft()
        if len(bot.updates) != waiting:
            self._world.changed("poll", {})

    def _filter(self, bot: Bot, args: Arguments) -> None:
        kinds = args.structure("allowed_updates")
        if kinds is None:
            return
        if not isinstance(kinds, list) or not all(isinstance(kind, str) for kind in kinds):
            raise bad_request("can't parse allowed updates: expected an Array of Strings")
        bot.allowed = frozenset(kinds) & UPDATE_KINDS or None

    # webhooks

    def set_webhook(self, bot: Bot, args: Arguments) -> bool:
        """Updates go to `url` from now on; an empty one ends that.

        Raises:
            Refusal: the address is neither HTTPS nor on this machine.
        """
        url = args.text("url")
        if not url:
            return self.delete_webhook(bot, args)
        if not _is_deliverable(url):
            raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
        self._filter(bot, args)
        if args.flag("drop_pending_updates"):
            bot.updates.clear()
        self._end(bot)
        bot.webhook = Webhook(url, args.text("secret_token"), args.integer("max_connections", 40))
        self._world.changed("bot", {})
        self.resume(bot)
        return True

    def delete_webhook(self, bot: Bot, args: Arguments) -> bool:
        """Back to getUpdates."""
        if args.flag("drop_pending_updates"):
            bot.updates.clear()
        bot.webhook = None
        self._end(bot)
        self._world.changed("bot", {})
        return True

    def webhook_info(self, bot: Bot) -> Json:
        """The API's WebhookInfo."""
        hook = bot.webhook
        info: Json = {
            "url": hook.url if hook else "",
            "has_custom_certificate": False,
            "pending_update_count": len(bot.updates),
        }
        if hook:
            info["max_connections"] = hook.max_connections
            if hook.last_error_date:
                info |= {"last_error_date": hook.last_error_date, "last_error_message": hook.last_error_message}
        return info | ({"allowed_updates": sorted(bot.allowed)} if bot.allowed else {})

    def resume(self, bot: Bot) -> None:
        """Starts the delivery to the bot's webhook, if it has one."""
        if bot.webhook and bot.token not in self._deliveries and not self._stopped:
            self._deliveries[bot.token] = asyncio.create_task(self._deliver(bot, bot.webhook))

    async def stop(self) -> None:
        """Ends waiting polls and deliveries."""
        self._stopped = True
        for bot in self._world.bots.values():
            bot.arrived.set()
        tasks = list(self._deliveries.values())
        self._deliveries.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def start(self) -> None:
        """Takes polls and goes on with the deliveries that a snapshot brought back."""
        self._stopped = False
        for bot in self._world.bots.values():
            self.resume(bot)

    def _end(self, bot: Bot) -> None:
        task = self._deliveries.pop(bot.token, None)
        if task is not None and task is not asyncio.current_task():
            task.cancel()
        bot.poll += 1
        bot.arrived.set()

    async def _deliver(self, bot: Bot, hook: Webhook) -> None:
        delay = 0.0
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=WEBHOOK_TIMEOUT)) as session:
            while bot.webhook is hook:
                if not bot.updates:
                    bot.arrived.clear()
                    await bot.arrived.wait()
                    continue
                update = bot.updates[0]
                if await self._post(session, bot, hook, update):
                    delay = 0.0
                    if bot.updates and bot.updates[0] is update:
                        bot.updates.popleft()
                        self._world.changed("poll", {})
                else:
                    delay = min(LONGEST_RETRY, delay * 2 or 1.0)
                    await asyncio.sleep(delay)

    async def _post(
        self,
        session: aiohttp.ClientSession,
        bot: Bot,
        hook: Webhook,
        update: tuple[int, str, Json],
    ) -> bool:
        headers = {"Content-Type": "application/json"}
        if hook.secret_token:
            headers["X-Telegram-Bot-Api-Secret-Token"] = hook.secret_token
        body = json.dumps(update_json(update), ensure_ascii=False).encode()
        try:
            async with session.post(hook.url, data=body, headers=headers, allow_redirects=False) as answer:
                content = await answer.read()
                good = 200 <= answer.status <= 299  # noqa: PLR2004 - 2xx
                fault = "" if good else f"Wrong response from the webhook: {answer.status} {answer.reason}"
        except (aiohttp.ClientError, TimeoutError) as error:
            fault, content = f"Connection failed: {type(error).__name__}", b""
        if fault:
            hook.last_error_date, hook.last_error_message = self._world.now(), fault
            return False
        await self._answered(bot, content)
        return True

    async def _answered(self, bot: Bot, content: bytes) -> None:
        """A webhook's answer may name a method to carry out; its result is not told to anybody."""
        try:
            call = json.loads(content or b"null")
        except ValueError:
            return
        if isinstance(call, dict) and isinstance(call.get("method"), str):
            try:
                await self._dispatch(bot, call.pop("method"), Arguments(call))
            except Refusal as refusal:
                log.info("a webhook's answer was refused: %s", refusal.description)


def update_json(update: tuple[int, str, Json]) -> Json:
    """The API's Update."""
    update_id, kind, payload = update
    return {"update_id": update_id, kind: payload}


def _is_deliverable(url: str) -> bool:
    parts = urlsplit(url)
    if parts.scheme == "https":
        return bool(parts.hostname)
    host = parts.hostname or ""
    if host == "localhost":
        return parts.scheme == "http"
    try:
        return parts.scheme == "http" and ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False

"""A source that is added while feedbot runs is read at once, and is what its command showed."""

from __future__ import annotations

import json
from pathlib import Path

from end_to_end.house import installation, until
from misbehaving import MisbehavingServer
from services.find_site import TITLES, serve_list_with_feed

SECRET = "hush-hush-hush"


async def test_a_pasted_address_is_in_the_feeds_of_a_running_feedbot_within_seconds(tmp_path: Path) -> None:
    async with MisbehavingServer() as site, installation(tmp_path) as feedbot:
        serve_list_with_feed(site)

        async def is_read() -> bool:
            return TITLES[-1] in (await feedbot.get("/feeds/source/harbour.rss"))[1]

        await feedbot.start()
        words = ("--yes", "--id", "harbour", "--cookie", f"sid={SECRET}", "--json")
        code, out, err = await feedbot.command("sources", "add", site.url("/"), *words)
        assert code == 0, err
        shown = [draft["title"] for draft in json.loads(out)["candidates"][0]["first"]]
        await until(is_read)
        status, feed = await feedbot.get("/feeds/source/harbour.rss")
        assert (status, shown) == (200, list(TITLES[:5]))
        assert all(title in feed for title in TITLES)
        polled = [request for request in site.requests if request.path == "/feed"][-1]
        assert polled.headers["cookie"] == f"sid={SECRET}"

        await feedbot.stop()
        for file in (tmp_path / "var").iterdir():
            if file.is_file():
                assert SECRET.encode() not in file.read_bytes(), file
        assert SECRET not in feedbot.log()

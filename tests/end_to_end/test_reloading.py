"""What is saved while feedbot runs takes effect, but for what needs a restart, which goes on as it was started."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from end_to_end.house import installation, until


async def test_what_needs_a_restart_stays_as_it_was_started_and_is_named_until_then(tmp_path: Path) -> None:
    async with installation(tmp_path) as feedbot:

        async def restart_keys() -> Any:
            return (await feedbot.status())["configuration"]["restart"]

        await feedbot.start()
        feedbot.configure("feedbot.yaml", f"telegram: {{token: '4242:{'a' * 35}'}}\n")
        await until(lambda: feedbot.log().count("configuration_reloaded") == 1)
        assert await restart_keys() == ["telegram.token", "telegram.mode"]

        feedbot.configure("feedbot.yaml", f"telegram: {{token: '4242:{'a' * 35}'}}\npolling: {{max_interval: 2d}}\n")
        await until(lambda: feedbot.log().count("configuration_reloaded") == 2)
        assert await restart_keys() == ["telegram.token", "telegram.mode"]

        polled = feedbot.log().count("event=poll_finished source=sample-city")
        await until(lambda: feedbot.log().count("event=poll_finished source=sample-city") > polled)
        assert "blocked_address" not in feedbot.log()  # the sandbox, which is still the one, is this machine

        feedbot.configure("feedbot.yaml", "")
        await until(lambda: feedbot.log().count("configuration_reloaded") == 3)
        assert await restart_keys() == []

        many = "".join(
            f"  - {{id: t{number}, title: T, url: 'http://127.0.0.1:9/{number}'}}\n" for number in range(100)
        )
        feedbot.configure("sources/many.yaml", f"sources:\n{many}")
        await until(lambda: feedbot.log().count("configuration_reloaded") == 4)
        assert "event=polls_levelled sources=" in feedbot.log()  # new ones are polled in turn, not all at once
        await feedbot.stop()

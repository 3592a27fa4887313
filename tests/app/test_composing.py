"""Settings become the plain values that the parts take."""

from __future__ import annotations

import pytest

from feedbot.app import composing
from feedbot.settings import Settings


@pytest.mark.parametrize(
    ("base_url", "mode", "callback"),
    [
        (None, "polling", None),
        ("https://feeds.example.org", "polling", "https://feeds.example.org/websub"),
        ("https://feeds.example.org/town/", "polling", "https://feeds.example.org/town/websub"),
        ("https://93.184.216.34", "off", "https://93.184.216.34/websub"),
        ("https://feeds.example.org", "sandbox", None),
        ("http://localhost:8080", "polling", None),
        ("http://192.168.1.5:8080", "polling", None),
        ("http://[::1]:8080", "polling", None),
        ("http://feedbot.local", "polling", None),
    ],
)
def test_hubs_are_told_of_an_address_only_if_they_can_reach_it(
    base_url: str | None, mode: str, callback: str | None
) -> None:
    telegram = {"mode": mode} | ({"token": "123456:ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghi"} if mode == "polling" else {})
    settings = Settings.model_validate({"site": {"base_url": base_url} if base_url else {}, "telegram": telegram})
    assert composing.websub_callback(settings) == callback

"""The feed addresses that platforms are known for, whether or not a page announces them."""

from __future__ import annotations

from feedbot.sources.platforms.model import Platform
from feedbot.sources.platforms.table import PLATFORMS, leads

__all__ = ["PLATFORMS", "Platform", "leads"]

"""Lists of articles on pages: found without being told where, and read by selectors."""

from __future__ import annotations

from feedbot.sources.lists.detecting import ListGuess, detect

__all__ = ["ListGuess", "detect"]

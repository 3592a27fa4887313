"""Whether a list's entry is the whole article, or a teaser for the page that has it."""

from __future__ import annotations


def letters(text: str) -> int:
    """How many letters and digits a text has; of Chinese, Japanese and Korean each counts as two."""
    return sum(1 + (character > "\u2e7f") for character in text if character.isalnum())

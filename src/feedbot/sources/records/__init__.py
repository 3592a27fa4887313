"""Objects of any JSON read as articles: by the expressions that an admin gives, else by the names that are usual."""

from __future__ import annotations

from feedbot.sources.records.expressions import Reading, faults
from feedbot.sources.records.fields import OPTIONS
from feedbot.sources.records.guess import Guess, guess
from feedbot.sources.records.listing import listing
from feedbot.sources.records.load import as_json, load

__all__ = ["OPTIONS", "Guess", "Reading", "as_json", "faults", "guess", "listing", "load"]

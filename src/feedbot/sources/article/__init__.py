"""An article understood from its own page: its text, and who wrote it when, on any site.

`read` has the form of `SourceSpec.parse_article`, so any source type may have its articles read by it. It takes long on
large pages (the engine is not linear): run it where it can be stopped.
"""

from __future__ import annotations

from feedbot.sources.article.reading import read

__all__ = ["read"]

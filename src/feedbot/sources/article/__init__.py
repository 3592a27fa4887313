"""An article understood from its own page: its text, and who wrote it when, on any site.

`read` has the form of `SourceSpec.parse_article`, so any source type may have its articles read by it. It takes long on
large pages (the engine is not linear): run it where it can be stopped. `next_page` has that of `SourceSpec.next_page`.
"""

from __future__ import annotations

from feedbot.sources.article.reading import next_page, read

__all__ = ["next_page", "read"]

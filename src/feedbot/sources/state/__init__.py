"""Source type `state`: a page that scripts draw and that carries its articles as data in itself.

Next.js (`__NEXT_DATA__`, `self.__next_f`), Nuxt (`__NUXT__`, `__NUXT_DATA__`), SvelteKit, Angular, Remix, Redux and
Apollo stores (`window.__INITIAL_STATE__` and the like), and any script of the type `application/json`.
"""

from __future__ import annotations

from feedbot.sources import article
from feedbot.sources.spec import SourceSpec
from feedbot.sources.state.listing import OPTIONS, check, find, parse_list, recognises

__all__ = ["SPEC", "check", "find", "parse_list", "recognises"]

SPEC = SourceSpec(
    name="state",
    summary="A web page that carries its articles as data in a script.",
    parse_list=parse_list,
    recognises=recognises,
    parse_article=article.read,
    next_page=article.next_page,
    options=OPTIONS,
    find=find,
    check=check,
)

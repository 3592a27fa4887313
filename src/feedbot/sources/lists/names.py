"""Which class names and ids can be relied on: those that a person gave, not those that a build or a toolkit made."""

from __future__ import annotations

import re
from functools import lru_cache

GOOD, PLAIN, POOR, NEVER = range(4)

_CHANGING_NAMES = (
    "active current selected open opened closed first last odd even alt show shown hide hidden visible collapsed "
    "expanded in fade loaded lazyloaded lazyload lazy hover focus disabled sticky new hot top red bold clearfix cl cf "
    "clear row-odd row-even no-js js on off left right fl fr l r w-100 has-post-thumbnail no-thumb end start init "
    "done wow animated animate fadeIn fadeInUp fadeInDown fadeInLeft fadeInRight aos-init aos-animate reveal"
)
_CHANGING = frozenset(_CHANGING_NAMES.split())
_STATE = re.compile(r"(?:is|js|has|no|wp|aos|animate|wow)-|(?:.*-)?(?:active|current|first|last|odd|even|open)\Z")
_HASHED = re.compile(
    r"css-[a-z0-9]{4,}|sc-[a-zA-Z0-9-]{4,}|jsx?-\d+|svelte-[a-z0-9]+|emotion-\d+|data-v-\w+|astro-\w+|_[A-Za-z0-9]{4,}(?:_\d+)?|"
    r".*__[A-Za-z0-9_-]*(?:[A-Z]|\d)[A-Za-z0-9_+/-]*"
)
_NAME = re.compile(r"-?[A-Za-z_\u0080-\uffff][\w\u0080-\uffff-]*")
_MIXED_CASE = re.compile(r"[A-Za-z]{5,8}")
_SEPARATOR = re.compile(r"[-_]+")
_DIGIT = re.compile(r"\d")
_LONGEST = 60
_SHORT = 2
_MANY_RUNS = 4
_RUNS = re.compile(r"\d+|[a-z]+|[A-Z]+")
_UTILITY = re.compile(
    r".*[:\[\]/!@]|-?(?:m|p)[trblxyse]?-(?:\d|auto|px)|(?:min-|max-)?[wh]-|-?(?:top|left|right|bottom|inset|z|order)-\d|"
    r"(?:text|bg|border|font|leading|tracking|gap|space|divide|rounded|shadow|ring|opacity|overflow|object|aspect|items|justify|self|"
    r"content|place|align|grid|flex|col|row|transition|duration|ease|delay|cursor|select|whitespace|break|line|list|decoration|"
    r"underline|float|clear|display|d|position|order|offset|g|gx|gy|fs|fw|lh|u|columns|basis|grow|shrink|truncate|origin|scale|"
    r"translate|rotate|from|to|via|not|sr|span|colspan)-[\w.-]+|"
    r"(?:isolate|flex|grid|block|inline|inline-block|hidden|relative|absolute|fixed|sticky|static|container|row|col|group|peer|truncate|"
    r"uppercase|lowercase|capitalize|italic|underline|antialiased|rounded|border|shadow|transition|table|contents|isolate|wrapper|"
    r"inner|wrap|box|clearfix)"
)
_NUMBERED = re.compile(r".*\d{3,}.*|(?:.*[-_])\d+|(?:post|item|node|entry|article|row|id|li|list)\d+")


@lru_cache(maxsize=8192)
def rank(name: str) -> int:
    """How far a class name can be relied on, from GOOD to NEVER."""
    if len(name) > _LONGEST or not _NAME.fullmatch(name):
        return NEVER
    if name in _CHANGING or _STATE.match(name) or _NUMBERED.fullmatch(name) or _is_random(name):
        return NEVER
    if _UTILITY.fullmatch(name):
        return POOR
    return PLAIN if len(name) <= _SHORT else GOOD


def _is_random(name: str) -> bool:
    """Whether a build made the name, judged by its form: letters of both cases and digits, in no order."""
    if _HASHED.fullmatch(name):
        return True
    if _MIXED_CASE.fullmatch(name) and len(_RUNS.findall(name)) >= _MANY_RUNS and sum(map(str.isupper, name)) > 1:
        return True
    parts = (part for part in _SEPARATOR.split(name) if _DIGIT.search(part))
    return any(len(part) > _MANY_RUNS and len(_RUNS.findall(part)) >= _MANY_RUNS for part in parts)


@lru_cache(maxsize=8192)
def prefix(name: str) -> str:
    """The part of a built name that survives the next build: `Card_title__` of `Card_title__x7Gh2`, else `""`."""
    match = re.fullmatch(r"([A-Za-z][A-Za-z0-9-]*_[A-Za-z][A-Za-z0-9-]*__)[A-Za-z0-9_+/-]{4,}", name)
    return match[1] if match else ""


def is_stable_id(ident: str) -> bool:
    """Whether an id is one that a person gave to one place of the page."""
    return rank(ident) in {GOOD, PLAIN}

"""Names of people as bylines print them, down to the name."""

from __future__ import annotations

import re

_LONGEST = 80
_PREFIX = re.compile(
    r"\A\s*(?:(?:written |posted |published |reported |words |story |text |photos? )?by\b[:：]?\s+"
    r"|von\s+|par\s+|por\s+|de\s+|от\s+"
    r"|автор\s*[:：]\s*|autor(?:in)?\s*[:：]\s*|auteur\s*[:：]\s*|author\s*[:：]\s*"
    r"|(?:原?作者|记者|記者|发布者|发布人|撰文|文|文字|筆者|著者|執筆|글|بقلم|كتبت?|الكاتب)\s*[:：/／|｜]\s*|بقلم\s+"
    r"|作者\s+|posted by\s+|文\s*[|｜/／]\s*|(?:本报|本网)?记者\s+)",
    re.IGNORECASE,
)
_SUFFIX = re.compile(
    r"\s*(?:[|｜•·,，]\s*)?(?:记者|記者|기자|staff (?:writer|reporter))\s*\Z|\s*[|｜•·,，;；/]\s*\Z", re.IGNORECASE
)
_NO_NAME = re.compile(r"https?://|@|\d{3}|\A\W*\Z")
# What sites call their front page in a line that leads there.
HOME_NAMES = frozenset(
    {
        "home",
        "首页",
        "主页",
        "网站首页",
        "首頁",
        "startseite",
        "accueil",
        "inicio",
        "início",
        "главная",
        "ホーム",
        "トップ",
        "الرئيسية",
        "홈",
        "门户",
    }
)
# Who made the site's program says so in its templates.
_MAKER = re.compile(r"\b(?:discuz|comsenz|dedecms|wordpress|joomla|themes?)\b", re.IGNORECASE)
_NOBODY = frozenset(
    {
        "admin",
        "administrator",
        "root",
        "editor",
        "webmaster",
        "null",
        "undefined",
        "none",
        "unknown",
        "管理员",
        "佚名",
        "未知",
    }
)


def one_author(text: str) -> str:
    """The name alone, `""` if the text is no name.

    >>> one_author("By  Jane Rivers,")
    'Jane Rivers'
    """
    plain = " ".join(text.split())
    if len(plain) > _LONGEST:
        return ""
    name = _SUFFIX.sub("", _PREFIX.sub("", plain)).strip(" :：-–—|")
    return "" if _NO_NAME.search(name) or _MAKER.search(name) or name.lower() in _NOBODY else name

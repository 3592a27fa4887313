"""Pages that say "not for you" with a friendly status, and what an admin can do about each."""

from __future__ import annotations

import re
from dataclasses import dataclass

from feedbot.errors import SiteRefused
from feedbot.sources.discuz.document import Document, plain, text_of

# What a refusal says stands on a small page: a long text that happens to name one is an article.
_MAX_REFUSAL = 3000
_MAX_QUOTE = 120
_NO_WORDS = 20
_LOGIN_ADDRESS = re.compile(r"/member\.php\?.*\bmod=(?:logging|register)|/logging\.php")


@dataclass(frozen=True, slots=True)
class _Refusal:
    says: re.Pattern[str]
    meaning: str
    remedy: str


_PHONE = _Refusal(
    re.compile(r"无手机页面|無手機頁面"),
    "The site takes this program for a phone and has no page for phones",
    "Set a desktop `User-Agent` in the source's `headers`, or add `&mobile=no` to its address.",
)
_MEMBERS = _Refusal(
    re.compile(r"请先登录|需要登录|登录后|尚未登录|没有权限|无权|用户组|請先登錄|登入後|沒有權限"),
    "The site shows this page to its members only",
    "Choose a public page, or set the `Cookie` of a member in the source's `headers`.",
)
_MESSAGES = (
    _Refusal(
        re.compile(r"分类不存在|分類不存在|未指定要查看的分类|指定要查看的分[类類]"),
        "The site has no such category",
        "Check `catid` in the source's address against the site's navigation.",
    ),
    _Refusal(
        re.compile(r"文章不存在|正在审核|正在審核|文章 ?ID"),
        "The site does not show this article: it was deleted, waits for approval, or the address names none",
        "Nothing needs to be done if it was deleted; else check the address in a browser.",
    ),
    _PHONE,
    _MEMBERS,
    _Refusal(
        re.compile(r"关闭|维护|升级|關閉|維護|暂停访问"),
        "The site is closed at the moment",
        "Nothing needs to be done: it is tried again later.",
    ),
)
_PAGES = (
    _PHONE,
    _Refusal(
        re.compile(r"System Error|Database Error|数据库错误|\bMySQL Query Error"),
        "The site's own program failed",
        "Nothing needs to be done here: it is tried again later.",
    ),
    _Refusal(
        re.compile(r"频繁刷新限制|刷新间隔|访问本站速度过快|頻繁刷新限制"),
        "The site limits how often it may be asked",
        "Raise `fetch.spacing` or the source's `interval` if this goes on.",
    ),
    _Refusal(
        re.compile(r"代理服务器访问|代理伺服器訪問|限制使用代理"),
        "The site turns away requests that come through a proxy",
        "Run feedbot where it reaches this site without a proxy.",
    ),
    _Refusal(
        re.compile(r"页面重载|正在重新载入|頁面重載"),
        "The site wants a browser that keeps its cookie before it shows a page",
        "Copy the site's `Cookie` from a browser into the source's `headers`, or ask its operator for access.",
    ),
    _Refusal(
        re.compile(
            r"验证码|安全验证|请回答|算术|\d+(?: \+ \d+)+ = \?|人机验证|Just a moment|网站防火墙|访问被拦截|防采集"
        ),
        "The site asks to prove that a person reads it",
        "This is not worked around: ask the site's operator for access, or use its RSS address.",
    ),
    _Refusal(
        re.compile(r"(?:网站|站点|本站|论坛|系统).{0,12}(?:关闭|维护|升级)"),
        "The site is closed at the moment",
        "Nothing needs to be done: it is tried again later.",
    ),
)
_SCRIPT_ONLY = _Refusal(
    re.compile(""),
    "The site answered with nothing but a script: its protection against automatic reading",
    "This is not worked around: ask the site's operator for access, poll less often, or use its RSS address.",
)


def refuse(document: Document) -> None:
    """Raises SiteRefused if the page is a refusal; to be asked of pages without what they should hold.

    Raises:
        feedbot.errors.SiteRefused: with what the site says, what it means, and the remedy.
    """
    if _LOGIN_ADDRESS.search(document.url):
        _raise(_MEMBERS, "", document.url)
    message = document.first("#messagetext p", "#messagetext", ".jump_c p")
    if message is not None:
        _raise(_meaning(text_of(message)), text_of(message), document.url)
    words = plain(document.tree.body.text(separator=" ")) if document.tree.body is not None else ""
    if len(words) > _MAX_REFUSAL:
        return
    for refusal in _PAGES:
        if refusal.says.search(f"{document.title} {words}"):
            _raise(refusal, words or document.title, document.url)
    if document.has_scripts and len(words) < _NO_WORDS:
        _raise(_SCRIPT_ONLY, "", document.url)


def is_refusal(document: Document) -> bool:
    """Whether `refuse` would raise."""
    try:
        refuse(document)
    except SiteRefused:
        return True
    return False


def _meaning(message: str) -> _Refusal:
    unknown = _Refusal(
        re.compile(""), "The site shows a message instead of the page", "Open the address in a browser and see."
    )
    return next((refusal for refusal in (*_MESSAGES, *_PAGES) if refusal.says.search(message)), unknown)


def _raise(refusal: _Refusal, said: str, url: str) -> None:
    quote = f" It says: “{said[:_MAX_QUOTE]}”." if said else ""
    raise SiteRefused(f"{refusal.meaning}.{quote} {refusal.remedy}", url=url)

"""The lines at the edges of a text, and between its paragraphs, that sites add to it, taken away.

Works on clean HTML, whose blocks lie side by side.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from selectolax.lexbor import LexborHTMLParser, LexborNode

from feedbot.domain.completeness import letters
from feedbot.sources.article.measures import link_share
from feedbot.sources.times.calendar import Calendar

_NOT_SAID = re.compile(r"[\W_]+")
_SHORT = 160
_LABELS = (
    "相关阅读|相关新闻|相关链接|相关报道|相关文章|延伸阅读|推荐阅读|更多阅读|扩展阅读|热门推荐|猜你喜欢|往期回顾"
    "|往期推荐|相關閱讀|延伸閱讀|你可能也喜歡"
    "|(?:read|see|watch) (?:also|more|next)|also read|related(?: (?:articles?|posts?|stories|story|news|reading))?"
    "|more on this(?: story)?"
    "|you (?:may|might) also like|don['’]t miss|recommended(?: for you)?|watch|lesen sie (?:auch|mehr)|mehr zum thema"
    "|(?:à )?lire aussi|à lire|voir aussi|sur le même sujet|читайте также|материалы по теме|по теме|смотрите также"
    "|関連記事|あわせて読みたい|こちらも(?:おすすめ)?|اقرأ أيض[اً]+|[إا]قرأ أيضًا|관련\\s?기사|te puede interesar|lee "
    "también|leer también|leia também"
    "|veja também|leia mais|leggi anche|potrebbe interessarti|zie ook|lees ook|czytaj także|läs också"
)
_LABEL = re.compile(rf"\A[\W_]*(?:{_LABELS})\s*(?:[:：»>]|\Z)", re.IGNORECASE)
_INSERTED = re.compile(
    r"\A[\W_]*(?:advertisement|anzeige|werbung|publicidad|publicité|publicidade|реклама|广告|廣告|pubblicità|إعلان"
    r"|continua (?:depois|após) (?:da|a) publicidade|(?:article|story) continues (?:below|after .{0,40})"
    r"|continue reading the main story|(?:skip past|after) newsletter promotion|loading video player"
    r"|视频加载中)[\W_]*\Z",
    re.IGNORECASE,
)
# What a whole sentence at the end may begin with and still be no part of the article.
_FAREWELL = re.compile(
    r"\A[\s（(【\[［]*(?:版权声明|免责声明|特别声明|凡本网|未经授权|转载请|欢迎关注|长按|扫码|扫一扫|微信扫"
    r"|本文(?:来源|系|转载|首发)|点击(?:下方|上方|这里)|关注(?:我们|公众号)|copyright\b|©|ⓒ"
    r"|(?:reporting|additional reporting|editing|written|edited|photographs?) by\b|subscribe\b|sign up\b|follow us\b"
    r"|if you (?:enjoyed|liked|have enjoyed)\b|this (?:article|post|story) (?:first|was (?:first|originally))\b"
    r"|support (?:us|our)\b|join our\b|подписывайтесь|нашли ошибку|無断転載|저작권|무단\s?전재)",
    re.IGNORECASE,
)
# What only a line that is no sentence begins with.
_CREDIT = re.compile(
    r"\A[\s（(【\[［]*(?:责任编辑|責任編輯|责编|编辑|編輯|校对|审核|审签|监制|值班编委|来源|稿源|作者|编审|初审|终审|摄影"
    r"|上一篇|下一篇|上一条|下一条|没有了|分享|打印|关闭|返回|纠错|收藏|复制链接|举报|点赞|声明|本文由|阅读原文|展开全文"
    r"|打开.{0,8}app|all rights reserved|(?:read|see|view) (?:the )?(?:full|original|more)|share (?:this|on)|tags?:"
    r"|filed under|posted (?:by|in|on)|←|«|back to\b|zurück\b|teilen\b|zur startseite|quelle:|partager|réagir|commenter"
    r"|поделиться|シェア|condividi|comparte|compartilhe|شارك)",
    re.IGNORECASE,
)
# A day and an hour, whatever the day is.
_CLOCK = re.compile(r"\d{1,2}[-/.月]\d{1,2}日?.{0,3}\b\d{1,2}[:：]\d{2}")
_BY_AT_END = re.compile(r"\b[Bb]y (?:[A-Z][\w'’.-]+\s?){1,4}\Z")
_HEAD_BLOCKS = 8
_MOSTLY_LINKS = 0.6
_ALL_LINKS = 0.75
_FULL_STOPS = "。！？.!?…"
_STANDFIRST = 300
_AGENCY = re.compile(r"\A[(（][a-zA-Z]{2,6}(?:/[a-zA-Z]{2,6}){0,4}[)）]\Z")
_MAIL = re.compile(r"(?<!\S)[^\s@]{1,64}@[^\s@]{1,190}\.\w{1,24}\Z")
_HEAD = re.compile(
    r"\A[\s（(【\[•·|]*(?:by\b|von\b|par\b|por\b|de\b|di\b|автор|text:|words:?\s+by\b|published|updated|posted"
    r"|last (?:updated|modified)|veröffentlicht|publié|опубликовано"
    r"|作者|记者|来源|来自|发布|时间|日期|撰文|文[／/|｜]|编辑|字号|字体|浏览|阅读|点击|分享|发表于|入力|公開|更新"
    r"|입력|기자명|نشر|كتب)"
    r"|\b\d{1,3} ?(?:min(?:ute)?s?) read\b|\d+ (?:shares?|comments?)\b",
    re.IGNORECASE,
)
_ROOM = "img, iframe, pre, table, ul, ol, blockquote, figure"


def trim(html: str, *, title: str, author: str, calendar: Calendar) -> str:
    """The clean HTML without its head and tail lines, labels of adverts, and links to other articles."""
    if not html:
        return ""
    tree = LexborHTMLParser(html)
    body = tree.body
    if body is None:
        return html
    _without_insertions(list(body.iter()))
    _without_head(list(body.iter()), title, author, calendar)
    _without_tail(list(body.iter()))
    return body.inner_html or ""


def _without_insertions(blocks: Sequence[LexborNode]) -> None:
    """Takes out what was put between the paragraphs: `Read also: ...`, `Advertisement`."""
    after_label = False
    for node in blocks:
        text = " ".join(node.text().split())
        label = _LABEL.match(text)
        has_link = node.css_first("a") is not None
        is_short = letters(text) <= _SHORT or link_share(node) > _MOSTLY_LINKS
        is_label = label is not None and is_short and (has_link or not letters(text[label.end() :]))
        is_listed = after_label and bool(text) and link_share(node) > _MOSTLY_LINKS
        if is_label or is_listed or _INSERTED.match(text):
            # A label that leads nowhere is the heading of what follows.
            after_label = (is_label and not has_link) or is_listed
            node.decompose(recursive=True)
        elif text:
            after_label = False


def _without_head(blocks: Sequence[LexborNode], title: str, author: str, calendar: Calendar) -> None:
    """Takes away the title, the byline and the date in front of the first paragraph, and what stands before those."""
    names = {_plain(title), *(_plain(name) for name in author.split(","))} - {""}
    head: list[LexborNode] = []
    last = sentences = 0
    for node in blocks[:_HEAD_BLOCKS]:
        text = " ".join(node.text().split())
        is_room = node.css_first(_ROOM) is not None or node.tag in {"table", "pre", "figure", "blockquote"}
        if is_room and not _is_title(node, text, title):
            if node.css_first("img") is None:
                break
            continue
        sentences += _is_sentence(text)
        if letters(text) > _STANDFIRST or sentences > 1:
            break
        head.append(node)
        if _is_title(node, text, title) or _is_head_line(text, names, calendar):
            last = len(head)
    leaving = head[:last]
    known = {node.mem_id for node in leaving}
    if all(node.mem_id in known or not node.text().strip() for node in blocks):  # these lines are the article
        leaving = [node for node in leaving if _is_title(node, " ".join(node.text().split()), title)]
    for node in leaving:
        node.decompose(recursive=True)


def _is_sentence(text: str) -> bool:
    return letters(text) > _SHORT // 4 and text.rstrip('”’」』"')[-1:] in _FULL_STOPS


def _is_title(node: LexborNode, text: str, title: str) -> bool:
    said, wanted = _plain(text), _plain(title)
    return bool(wanted) and (said == wanted or (node.tag == "h2" and said.startswith(wanted)))


def _is_head_line(text: str, names: set[str], calendar: Calendar) -> bool:
    """Whether a line is a byline, a date, or both."""
    if not text or letters(text) > _SHORT or text[-1] in "。！？!?" or _is_sentence(text):
        return False
    said = _plain(text)
    rest = min((len(said) - len(name) for name in names if name in said), default=len(said))
    if _HEAD.search(text) or rest <= len(said) // 3 or _BY_AT_END.search(text):
        return True
    is_dated = _CLOCK.search(text) or calendar.read_one(text) is not None
    return bool(is_dated) and letters(text) <= _SHORT // 2 and text[-1] != "."


def _without_tail(blocks: Sequence[LexborNode]) -> None:
    """Takes away what follows the last paragraph: credits, invitations, links to other pages; never all there is."""
    left = sum(bool(node.text().strip()) for node in blocks)
    for node in reversed(blocks):
        text = " ".join(node.text().split())
        if not text:
            if node.css_first("img") is not None:
                return
        elif left <= 1 or not _is_tail(node, text):
            return
        else:
            left -= 1
        node.decompose(recursive=True)


def _is_tail(node: LexborNode, text: str) -> bool:
    if _LABEL.match(text):
        return True
    if letters(text) > _SHORT:
        return False
    if link_share(node) > _ALL_LINKS and node.tag in {"p", "ul", "h2", "h3", "h4"}:
        return True
    is_mail = letters(text) <= _SHORT // 2 and ":" not in text and bool(_MAIL.search(text))
    is_credit = not _is_sentence(text) and bool(_CREDIT.match(text))
    return is_mail or is_credit or bool(_FAREWELL.match(text) or _AGENCY.match(text))


def _plain(text: str) -> str:
    return _NOT_SAID.sub("", text).lower()

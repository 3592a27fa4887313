"""Words around a story that are not the story: datelines, credits, calls to click, share and subscribe."""

from __future__ import annotations

import re

_CALLS = (
    r"click here|click the link|read more|read the full|continue reading|keep reading|learn more|see also|related:|"
    r"watch (?:the )?(?:video|live)|listen to (?:the )?podcast|sign up (?:for|here|now)|"
    r"subscribe (?:to|now|here)|our newsletter|follow us|like us on|"
    r"share (?:this|on)|download (?:the|our) app|all rights reserved|terms of use|"
    r"privacy policy|(?:use|accept) cookies|enable javascript|"
    r"\Aadvertisement\b|sponsored content|affiliate|first appeared on|originally published|"
    r"hier klicken|weiterlesen|mehr (?:dazu|lesen|zum thema)|lesen sie auch|alle rechte vorbehalten|"
    r"cliquez ici|lire (?:aussi|la suite)|abonnez-vous|tous droits réservés|"
    r"haga clic|haz clic|leer más|lea también|suscr[ií]bete|todos los derechos reservados|"
    r"нажмите|читайте (?:также|далее)|подпишитесь|подписывайтесь|все права защищены|"
    r"اقرأ (?:أيضا|أيضاً|المزيد)|اضغط هنا|اشترك|جميع الحقوق محفوظة|"
    r"点击(?:查看|阅读|下载|关注|这里|此处|进入|上方|下方)|阅读(?:全文|原文|更多)|查看(?:更多|详情|全文)|扫码|扫描二维码|长按(?:识别|关注)|"
    r"关注.{0,20}(?:公众号|微信|微博|我们)|微信公众号|转载(?:请|须|自)|版权所有|版权归|未经授权|严禁转载|免责声明|投稿邮箱|"
    r"上一篇|下一篇|相关阅读|延伸阅读|分享到|欢迎关注|"
    r"続きを読む|こちらをクリック|無断転載|もっと見る|클릭하|무단 ?전재|구독하기"
)
_CREDITS = (
    r"(?:photo|photograph|image|picture|video|illustration|graphic|credit|source|foto|bild|crédit|imagen|фото)s?\s*"
    r"(?:credit|by|courtesy)?\s*[:：/©]|photo(?:graph)? by|image courtesy|getty images|shutterstock|ap photo|"
    r"file photo|foto von|crédit photo|"
    r"(?:图|图片|摄影|摄|文|文字|文图|图文|来源|图片来源|稿源|供图|责任编辑|责编|编辑|编审|审核|校对|作者|记者|通讯员|监制|终审|一审|二审|三审|制图|配图|资料图|"
    r"写真|撮影|사진)\s*[:：/｜|丨]|新华社发|新华社记者.{0,12}摄|.{1,10}摄$|资料照片|©"
)
_CALL = re.compile(_CALLS, re.IGNORECASE)
_CREDIT = re.compile(_CREDITS, re.IGNORECASE)
_MOST_OF_A_CALL = 90  # characters; a longer sentence that has such words is about them
_CHINESE_DATELINE = re.compile(
    r"\s*(?:【?(?:本报|本网|本台|本站|本刊)(?:综合)?(?:讯|消息|快讯)】?"
    r"|(?:新华社|新华网|中新社|中新网|人民网|央视网|中国日报网|[\u4e00-\u9fff]{2,8}(?:日报|晚报|早报|网|社|在线|新闻))"
    r"[\u4e00-\u9fff]{0,8}?\s*\d{1,2}月\d{1,2}日(?:电|讯|消息))"
    r"\s*(?:[（(【](?:见习|实习|首席|特约|全媒体)?(?:记者|通讯员)[^）)】]{0,40}[）)】])?"
    r"\s*(?:(?:全媒体)?(?:记者|通讯员)\s*[\u4e00-\u9fff·]{2,4}(?:[\s、]+[\u4e00-\u9fff·]{2,4}){0,3}(?:\s*报道)?[\s：:])?[\s：:,，—-]*"
)
_DATELINE = re.compile(
    r"\s*(?:[A-ZÀ-ÞА-Я][A-ZÀ-ÞА-Я .,'’-]{2,40}(?:,\s*\w{3,9}\.?\s*\d{1,2})?\s*(?:\([A-Za-z./ ]{2,20}\))?\s*[—–]+\s*"
    r"|[A-ZÀ-ÞА-Я][\w .,'’-]{2,40}\s*\((?:Reuters|AP|AFP|dpa|UPI|EFE|ANSA|TASS|ТАСС|Xinhua|Kyodo)\)\s*[—–-]*\s*"
    r"|(?:Berlin|[A-ZÄÖÜ][\w/-]{2,30})\s*\((?:dpa|afp|epd|kna|sid|AP|Reuters)[^)]{0,12}\)\s*[—–-]*\s*)"
)


def is_boilerplate(sentence: str) -> bool:
    """Whether a sentence says nothing of the story: a credit, or a call to click, read on, share or subscribe."""
    plain = sentence.strip()
    if len(plain) > _MOST_OF_A_CALL:
        return False
    return bool(_CALL.search(plain) or _CREDIT.match(plain))


def without_dateline(text: str) -> str:
    """The text without the agency, place and reporter that papers print before the first word of a report.

    >>> without_dateline("本报讯（记者 王小明）昨天下雨了。")
    '昨天下雨了。'
    """
    for form in (_CHINESE_DATELINE, _DATELINE):
        found = form.match(text)
        if found and found.end() < len(text):
            return text[found.end() :].lstrip()
    return text

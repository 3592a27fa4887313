"""What the words of a date mean, in nine languages: each becomes one private character, so that one grammar reads all.

Accents are left out of Latin words and hamzas of Arabic ones: sites write both ways.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

_MONTH, _WEEKDAY, _DAYS_BACK, _COUNT = 0xE000, 0xE010, 0xE030, 0xE060
SECOND, MINUTE, HOUR, DAY, WEEK, MONTH_UNIT, YEAR = map(chr, range(0xE020, 0xE027))
MORNING, AFTERNOON, NIGHT, NOON = map(chr, range(0xE040, 0xE044))
AGO, AGO_BEFORE, JUST_NOW, HALF, AT, OCLOCK = map(chr, range(0xE050, 0xE056))

# Character classes for the grammar's patterns.
MONTHS = "\ue001-\ue00c"
WEEKDAYS = "\ue010-\ue016"
UNITS = "\ue020-\ue026"
DAYS_BACK = "\ue030-\ue033"
HALVES = "\ue040-\ue043"
COUNTS = "\ue061-\ue06c"
PRIVATE = "".join(map(chr, range(0xE000, 0xE070)))


def month(token: str) -> int:
    """The number of a month's token, 1 to 12."""
    return ord(token) - _MONTH


def weekday(token: str) -> int:
    """The number of a weekday's token, Monday is 0."""
    return ord(token) - _WEEKDAY


def days_back(token: str) -> int:
    """How many days before today a token of DAYS_BACK means."""
    return ord(token) - _DAYS_BACK


def count(token: str) -> int:
    """The number that a token of COUNTS stands for."""
    return ord(token) - _COUNT


# By language: the twelve months, then Monday to Sunday; a word of several spellings has them in one place.
_MONTH_NAMES = {
    "es": "enero ene|febrero feb|marzo mar|abril abr|mayo may|junio jun|julio jul|agosto ago|septiembre setiembre sept "
    "sep set|octubre oct|noviembre nov|diciembre dic",
    "fr": "janvier janv jan|fevrier fevr fev|mars mar|avril avr|mai|juin|juillet juil|aout aou|septembre sept|octobre "
    "oct|novembre nov|decembre dec",
    "de": "januar janner jan jan|februar feber feb|marz mrz maerz|april apr|mai|juni jun|juli jul|august aug|september "
    "sept sep|oktober okt|november nov|dezember dez",
    "ru": "января январь янв|февраля февраль фев февр|марта март мар|апреля апрель апр|мая май|июня июнь июн|июля июль "
    "июл|августа август авг|сентября сентябрь сен сент|октября октябрь окт|ноября ноябрь ноя нояб|декабря декабрь дек",
    "ar": "يناير جانفي|فبراير شباط فيفري|مارس اذار|ابريل نيسان افريل|مايو ايار ماي|يونيو يونيه حزيران جوان|"
    "يوليو يوليه تموز جويلية يوليوز|اغسطس اب اوت غشت|سبتمبر ايلول شتنبر|اكتوبر|نوفمبر نونبر|ديسمبر دجنبر",
    "en": "january jan|february feb|march mar|april apr|may|june jun|july jul|august aug|september sept sep|october "
    "oct|november nov|december dec",
}
_WEEKDAY_NAMES = {
    "es": "lunes lun|martes|miercoles mie|jueves jue|viernes vie|sabado sab|domingo dom",
    "fr": "lundi|mardi|mercredi mer|jeudi jeu|vendredi ven|samedi sam|dimanche dim",
    "de": "montag|dienstag|mittwoch|donnerstag|freitag|samstag sonnabend|sonntag",
    "ru": "понедельник пн|вторник вт|среда среду ср|четверг чт|пятница пятницу пт|суббота субботу сб|воскресенье вс",
    "ar": "الاثنين|الثلاثاء|الاربعاء|الخميس|الجمعة|السبت|الاحد",
    "en": "monday mon|tuesday tues tue|wednesday weds wed|thursday thurs thur thu|friday fri|saturday sat|sunday sun",
}
_UNIT_NAMES = {
    "es": "segundo segundos seg|minuto minutos|hora horas|dia dias|semana semanas|mes meses|ano anos",
    "fr": "seconde secondes|minute minutes|heure heures|jour jours|semaine semaines|mois|ans annee annees",
    "de": "sekunde sekunden sek|minute minuten|stunde stunden std|tag tage tagen|woche wochen|monat monate monaten|"
    "jahr jahre jahren",
    "ru": "секунду секунды секунд сек|минуту минуты минут мин|час часа часов ч|день дня дней дн|неделю недели недель|"
    "месяц месяца месяцев мес|год года лет г",
    "ar": "ثانية ثوان ثواني|دقيقة دقائق|ساعة ساعات|يوم ايام|اسبوع اسابيع|شهر اشهر شهور|سنة سنوات عام اعوام",
    "en": "second seconds secs sec|minute minutes mins min|hour hours hrs hr h|day days|week weeks|month months|year "
    "years yrs yr",
}
_ARABIC_TWO = "ثانيتين|دقيقتين|ساعتين|يومين|اسبوعين|شهرين|سنتين عامين"
_DAY_NAMES = (
    "today heute hoy сегодня اليوم aujourd|yesterday gestern hier ayer вчера امس|vorgestern anteayer antier позавчера|"
)
_COUNT_NAMES = (
    "a an one ein eine einer einem einen un une una один одну|two zwei deux dos два две|three drei trois tres три ثلاث "
    "ثلاثة|four vier quatre cuatro четыре اربع اربعة|five funf cinq cinco пять خمس خمسة|six sechs seis шесть ست ستة|"
    "seven sieben sept siete семь سبع سبعة|eight acht huit ocho восемь ثماني ثمانية|nine neun neuf nueve девять "
    "تسع تسعة|ten zehn dix diez десять عشر عشرة|eleven elf onze once одиннадцать|twelve zwolf douze doce двенадцать"
)
_SINGLE = {
    AGO: "ago назад earlier",
    AGO_BEFORE: "vor hace منذ قبل",
    JUST_NOW: "now الان",
    HALF: "half halben halbe demi media пол نصف",
    AT: "at um в الساعة",
    OCLOCK: "uhr",
    MORNING: "am ص صباحا morgens vormittags утра ночи",
    AFTERNOON: "pm م مساء nachmittags abends вечера",
    NIGHT: "nachts",
    "": "st nd rd th er го hui е",
    # What may stand around a date and between its parts, and says nothing.
    " ": "on the of posted published updated last modified date created den vom veroffentlicht aktualisiert erstellt "
    "geandert stand zuletzt le publie modifie mis jour du el de del publicado actualizado опубликовано обновлено "
    "размещено добавлено дата году في نشر بتاريخ تاريخ النشر سنة since",
}
# Several words, or a word with an apostrophe or a hyphen; read before single ones.
_PHRASES = {
    "كانون الثاني": chr(_MONTH + 1),
    "تشرين الاول": chr(_MONTH + 10),
    "تشرين الثاني": chr(_MONTH + 11),
    "كانون الاول": chr(_MONTH + 12),
    "il y a": AGO_BEFORE,
    "a las": AT,
    "a la": AT,
    "just now": JUST_NOW,
    "right now": JUST_NOW,
    "a moment ago": JUST_NOW,
    "moments ago": JUST_NOW,
    "a few seconds ago": JUST_NOW,
    "a few moments ago": JUST_NOW,
    "gerade eben": JUST_NOW,
    "soeben": JUST_NOW,
    "vor wenigen sekunden": JUST_NOW,
    f"{AT} l'instant": JUST_NOW,
    "il y a quelques secondes": JUST_NOW,
    "hace un momento": JUST_NOW,
    "hace unos segundos": JUST_NOW,
    "ahora mismo": JUST_NOW,
    "только что": JUST_NOW,
    "منذ قليل": JUST_NOW,
    "قبل قليل": JUST_NOW,
    "منذ لحظات": JUST_NOW,
    "aujourd'hui": chr(_DAYS_BACK),
    "avant-hier": chr(_DAYS_BACK + 2),
    "the day before yesterday": chr(_DAYS_BACK + 2),
    "day before yesterday": chr(_DAYS_BACK + 2),
    "امس الاول": chr(_DAYS_BACK + 2),
    "اول امس": chr(_DAYS_BACK + 2),
    "last night": f"{chr(_DAYS_BACK + 1)} {NIGHT}",
    "this morning": f"{chr(_DAYS_BACK)} {MORNING}",
    "heute morgen": f"{chr(_DAYS_BACK)} {MORNING}",
    "heute fruh": f"{chr(_DAYS_BACK)} {MORNING}",
    "gestern abend": f"{chr(_DAYS_BACK + 1)} {AFTERNOON}",
    "hier soir": f"{chr(_DAYS_BACK + 1)} {AFTERNOON}",
    "ce matin": f"{chr(_DAYS_BACK)} {MORNING}",
    "anoche": f"{chr(_DAYS_BACK + 1)} {NIGHT}",
    "esta manana": f"{chr(_DAYS_BACK)} {MORNING}",
    "du matin": MORNING,
    "du soir": AFTERNOON,
    "de l'apres-midi": AFTERNOON,
    "de la manana": MORNING,
    "de la tarde": AFTERNOON,
    "de la noche": AFTERNOON,
    "media hora": f"{HALF} {HOUR}",
    "demi-heure": f"{HALF} {HOUR}",
    "полчаса": f"{HALF} {HOUR}",
    "un an": f"{chr(_COUNT + 1)} {YEAR}",
}
# Languages without blanks between words. 日, 月 and their like are left to the grammar: they part a date's numbers.
_CJK = {
    JUST_NOW: "刚刚 剛剛 刚才 剛才 たった今 たったいま 방금 방금전 지금",
    SECOND: "秒钟 秒鐘",
    MINUTE: "分钟 分鐘 分間",
    HOUR: "小时 小時 钟头 鐘頭 時間 시간",
    WEEK: "星期 週間 주일 礼拜 禮拜",
    MONTH_UNIT: "个月 個月 か月 ヶ月 カ月 ヵ月 개월",
    HALF: "半",
    chr(_DAYS_BACK): "今天 今日 本日 오늘",
    chr(_DAYS_BACK + 1): "昨天 昨日 어제",
    chr(_DAYS_BACK + 2): "前天 前日 一昨日 おととい 그저께 그제",
    chr(_DAYS_BACK + 3): "大前天",
    f"{chr(_DAYS_BACK)} {MORNING}": "今早 今晨 今朝 오늘아침",
    f"{chr(_DAYS_BACK)} {NIGHT}": "今晚 今夜",
    f"{chr(_DAYS_BACK + 1)} {NIGHT}": "昨晚 昨夜 어젯밤",
    MORNING: "上午 凌晨 清晨 早上 早晨 早间 午前 오전 새벽 아침",
    AFTERNOON: "下午 傍晚 午后 午後 오후 저녁",
    NIGHT: "晚上 晚间 晚間 夜里 夜裡 深夜 夜间 밤",
    NOON: "中午 正午 낮",
    " ": "发布时间 發布時間 发布于 發佈於 發布於 发表于 發表於 更新于 更新於 更新时间 更新時間 发布日期 更新日 投稿日 "
    "公開日 掲載日 日期 时间 发布 發布 發佈 发表 發表 更新 投稿 公開 掲載 配信 등록 입력 수정 작성일 게시",
}
_CJK_UNITS = {SECOND: "秒초", MINUTE: "分분", DAY: "天日일", WEEK: "周週주", MONTH_UNIT: "月월달", YEAR: "年년"}


def _in_places(names: str, first: int) -> Iterator[tuple[str, str]]:
    for place, spellings in enumerate(names.split("|")):
        yield from ((word, chr(first + place)) for word in spellings.split())


def _of(language: str) -> Iterator[tuple[str, str]]:
    yield from _in_places(_UNIT_NAMES[language], ord(SECOND))
    yield from _in_places(_WEEKDAY_NAMES[language], _WEEKDAY)
    yield from _in_places(_MONTH_NAMES[language], _MONTH + 1)


@cache
def meanings(language: str) -> Mapping[str, str]:
    """What single words mean; where two languages share a word, `language` (`""`: English) decides."""
    words = dict(_in_places(_COUNT_NAMES, _COUNT + 1))
    for known in _MONTH_NAMES:
        words.update(_of(known))
    words.update(_in_places(_DAY_NAMES, _DAYS_BACK))
    words.update((word, f"{chr(_COUNT + 2)} {unit}") for word, unit in _in_places(_ARABIC_TWO, ord(SECOND)))
    for token, spellings in _SINGLE.items():
        words.update(dict.fromkeys(spellings.split(), token))
    if language in _MONTH_NAMES:
        words.update(_of(language))
    return words


def phrases() -> Mapping[str, str]:
    """What several words mean together."""
    return _PHRASES


def cjk_words() -> Mapping[str, str]:
    """What words mean that stand among others without blanks."""
    return {word: token for token, spellings in _CJK.items() for word in spellings.split()}


def cjk_units() -> Mapping[str, str]:
    """Units of one character, which mean a span of time only where `ago` follows."""
    return {sign: token for token, signs in _CJK_UNITS.items() for sign in signs}

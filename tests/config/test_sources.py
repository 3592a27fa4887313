from __future__ import annotations

from datetime import timedelta

import pytest

from configurations import Directory
from feedbot.config import SourceSettings
from feedbot.config.sources import type_names
from feedbot.domain.source import DeclaredSource, SourceOptions
from feedbot.sources import registry

TYPES = ", ".join(type_names())
KEYS = ", ".join(sorted(SourceSettings.model_fields))
WRITE = "Write env:TOWN_COOKIE or file:/etc/feedbot/town-cookie."
PROXY = "Write it like http://proxy.example.org:3128, or env:NAME."


def one(text: str) -> str:
    return f"sources:\n  - id: town\n    title: Town\n    url: https://town.example/\n    {text}\n"


def test_a_source_needs_an_id_a_title_and_an_address_and_the_rest_has_defaults(directory: Directory) -> None:
    directory.write("sources/a.yaml", "sources:\n  - {id: town, title: Town, url: https://town.example/}\n")

    assert directory.load().sources == (
        SourceSettings(
            id="town",
            title="Town",
            url="https://town.example/",
            type="auto",
            categories=(),
            interval=None,
            timezone=None,
            language=None,
            select={},
            headers={},
            repair=(),
            identity="auto",
            encoding=None,
            enabled=True,
        ),
    )


def test_every_option_reaches_the_declared_source(directory: Directory) -> None:
    directory.write(
        "sources/a.yaml",
        """\
        sources:
          - id: town-hall
            title: 安源区政府
            url: https://town.example/portal.php?mod=list&catid=8
            type: discuz
            categories: [" 城事资讯 / 安源区政府/", News]
            interval: 2h
            timezone: Asia/Shanghai
            language: zh-CN
            headers: {Cookie: a=b}
            cookies: {sid: env:TOWN_SESSION}
            auth: {username: ann, password: file:/run/secrets/town}
            proxy: http://proxy.example:3128
            browser: never
            pages: 3
            page_url: https://town.example/portal.php?page={page}
            full_text: always
            category_rules:
              - category: 城事资讯 / 医院
                words: [医院, "hospital ward"]
                in: title
              - take: tags
                tags: [news]
                breadcrumb: [门户]
            include: [安源]
            exclude: [广告, "sponsored post"]
            repair: [pinyin, simplified]
            identity: url
            encoding: gbk
            enabled: false
        """,
    )

    assert directory.load().declared_sources() == (
        DeclaredSource(
            id="town-hall",
            title="安源区政府",
            url="https://town.example/portal.php?mod=list&catid=8",
            type="discuz",
            options=SourceOptions(
                categories=("城事资讯/安源区政府", "News"),
                interval=7200.0,
                timezone="Asia/Shanghai",
                language="zh-CN",
                headers={"Cookie": "a=b"},
                cookies={"sid": "env:TOWN_SESSION"},
                auth={"username": "ann", "password": "file:/run/secrets/town"},
                proxy="http://proxy.example:3128",
                browser="never",
                pages=3,
                page_url="https://town.example/portal.php?page={page}",
                full_text="always",
                category_rules=(
                    {"category": "城事资讯/医院", "words": ["医院", "hospital ward"], "in": "title"},
                    {"take": "tags", "tags": ["news"], "breadcrumb": ["门户"]},
                ),
                include=("安源",),
                exclude=("广告", "sponsored post"),
                repair=("pinyin", "simplified"),
                identity="url",
                encoding="gbk",
            ),
            origin="file",
            enabled=False,
        ),
    )


def test_a_user_name_and_password_in_the_address_are_its_authentication(directory: Directory) -> None:
    directory.write("sources/a.yaml", "sources:\n  - {id: a, title: A, url: 'https://ann:p%40ss@a.example:8443/x'}\n")

    (source,) = directory.load().declared_sources()

    assert (source.url, source.options.auth) == (
        "https://a.example:8443/x",
        {"username": "ann", "password": "p@ss"},
    )


def test_a_secret_that_cannot_be_had_is_told_and_does_not_refuse_the_configuration(directory: Directory) -> None:
    directory.write("empty", "")
    directory.write(
        "sources/a.yaml",
        """\
        sources:
          - id: town
            title: Town
            url: https://town.example/
            headers:
              Accept-Language: env:NO_SECRET
              Cookie: env:TOWN_COOKIE
              X-Key: env:TOWN_KEY
            cookies:
              sid: file:config/empty
            auth:
              username: ann
              password: file:config/nowhere
        """,
    )

    loaded = directory.load({"TOWN_KEY": "hush-hush"})

    where = "Set it where feedbot runs, or change this line."
    assert [str(fault) for fault in loaded.missing] == [
        (
            "config/sources/a.yaml:7: sources[1].headers.Cookie: names the environment variable TOWN_COOKIE, which is "
            f"not set. {where}"
        ),
        (
            "config/sources/a.yaml:10: sources[1].cookies.sid: names the file config/empty, which is empty or larger "
            f"than 64 KB. {where}"
        ),
        (
            "config/sources/a.yaml:13: sources[1].auth.password: names the file config/nowhere, which cannot be read: "
            f"No such file. {where}"
        ),
    ]


def test_a_secret_as_it_is_needs_a_key_where_the_database_is_a_server(directory: Directory) -> None:
    directory.write("sources/a.yaml", one("headers: {X-Key: hush-hush, Accept: a/b}\n    cookies: {sid: env:TOWN}"))
    server = {"FEEDBOT_DATABASE__URL": "postgresql://db/feedbot"}

    faults = directory.faults(server)

    assert faults == [
        (
            "config/sources/a.yaml:5: sources[1].headers.X-Key: is a secret, and a PostgreSQL database without "
            "database.secret_key cannot encrypt it. Write it as env:NAME or file:PATH, or set database.secret_key to a "
            "long random text."
        )
    ]
    assert directory.load({**server, "FEEDBOT_DATABASE__SECRET_KEY": "k" * 32}).sources
    assert directory.load().sources


def test_a_key_that_is_short_is_refused_and_not_repeated(directory: Directory) -> None:
    faults = directory.faults({"FEEDBOT_DATABASE__SECRET_KEY": "hush-hush"})

    assert faults == [
        (
            "environment variable FEEDBOT_DATABASE__SECRET_KEY: database.secret_key: is too short to encrypt with. "
            "Write at least 32 random characters, such as those of `openssl rand -base64 32`."
        )
    ]


def test_every_secret_of_a_source_is_kept_out_of_logs(directory: Directory) -> None:
    directory.write(
        "sources/a.yaml",
        """\
        sources:
          - id: town
            title: Town
            url: https://ann:in-the-address@town.example/
            headers: {Cookie: in-a-header, Accept-Language: zh, X-Key: env:TOWN_KEY}
            cookies: {sid: in-a-cookie}
            proxy: http://me:in-the-proxy@proxy.example:3128
        """,
    )

    assert directory.load().secrets() == (
        "http://me:in-the-proxy@proxy.example:3128",
        "in-a-cookie",
        "in-a-header",
        "in-the-address",
        "in-the-proxy",
        "me:in-the-proxy",
    )


def test_a_source_without_zone_and_language_has_those_of_the_site(directory: Directory) -> None:
    directory.write("feedbot.yaml", "site: {timezone: Asia/Shanghai, language: zh-CN}\n")
    directory.write("sources/a.yaml", "sources:\n  - {id: town, title: Town, url: https://town.example/}\n")

    (source,) = directory.load().declared_sources()

    assert (source.options.timezone, source.options.language) == ("Asia/Shanghai", "zh-CN")


def test_all_files_are_read_in_the_order_of_their_names_and_hidden_ones_are_not(directory: Directory) -> None:
    for name in ("b.yaml", "a.yml", ".#a.yaml", "c.yaml~", "notes.txt"):
        source = name.strip(".#~").replace(".", "-")
        directory.write(
            f"sources/{name}", f"sources:\n  - {{id: {source}, title: x, url: 'http://{source}.example'}}\n"
        )

    loaded = directory.load()

    assert [source.id for source in loaded.sources] == ["a-yml", "b-yaml"]
    assert loaded.places == {"a-yml": "config/sources/a.yml:2", "b-yaml": "config/sources/b.yaml:2"}


@pytest.mark.parametrize("text", ["", "sources:\n", "sources: []\n", "# nothing\n"])
def test_a_file_without_sources_is_no_fault(directory: Directory, text: str) -> None:
    directory.write("sources/a.yaml", text)

    assert directory.load().sources == ()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("type: gopher", f"type: must be one of {TYPES}, not 'gopher'. Write one of them."),
        ("type: discus", f"type: must be one of {TYPES}, not 'discus'. Did you mean discuz?"),
        ("categorys: [News]", "categorys: is not a known key. Did you mean categories?"),
        ("categories: News", "categories: must be a list, not 'News'. Write [first, second]."),
        ("categories: [' / ']", "categories[1]: is an empty category. Write a path such as News/Town hall."),
        (
            "categories: [a/b/c/d/e/f/g/h/i]",
            "categories[1]: is too long a category path: 'a/b/c/d/e/f/g/h/i'. At most 8 levels of 100 characters each.",
        ),
        ("interval: 30", "interval: is not a duration: 30. Write a whole number and a unit: 90s, 15m, 2h or 7d."),
        (
            "interval: 99999999999d",
            "interval: is longer than any calendar. Write a shorter duration, such as 365d.",
        ),
        (
            "timezone: Mars/Olympus",
            "timezone: is not a known time zone: 'Mars/Olympus'. Write an IANA name such as Asia/Shanghai or UTC.",
        ),
        (
            "timezone: ../etc/passwd",
            "timezone: is not a known time zone: '../etc/passwd'. Write an IANA name such as Asia/Shanghai or UTC.",
        ),
        (
            "language: Chinese!",
            "language: is not a language tag: 'Chinese!'. Write a BCP 47 tag such as en or zh-CN.",
        ),
        (
            "encoding: klingon",
            "encoding: is not a known text encoding: 'klingon'. Write a name such as utf-8, gb18030 or big5.",
        ),
        ("repair: [piyin]", "repair[1]: must be one of pinyin, simplified, not 'piyin'. Did you mean pinyin?"),
        ("identity: link", "identity: must be one of auto, guid, url, title, not 'link'. Write one of them."),
        ("enabled: maybe", "enabled: must be true or false, not 'maybe'. Write true or false."),
        ("headers: {Host: x}", "headers.Host: is a header that feedbot sets itself. Remove it."),
        ("headers: {'a b': x}", "headers.a b: is no HTTP header name: 'a b'. Write a name such as Cookie."),
        (
            'headers: {Cookie: "a\\r\\nHost: b"}',
            "headers.Cookie: has characters that no HTTP header can carry. Write plain ASCII on one line.",
        ),
        ("headers: {Cookie: 12345}", "headers.Cookie: must be text, not ***. Put it in quotes."),
        ("headers: {Cookie: 'env:'}", f"headers.Cookie: names no environment variable. {WRITE}"),
        ("headers: {Cookie: env:A-B}", f"headers.Cookie: names no environment variable. {WRITE}"),
        (
            "headers: {Cookie: sealed:gAAA}",
            "headers.Cookie: begins with sealed:, as only the database writes it. Write the value itself, or env:NAME.",
        ),
        ("cookies: {sid: 'file:'}", f"cookies.sid: names no file. {WRITE}"),
        ("cookies: {a b: x}", "cookies.a b: is no name of a cookie: 'a b'. Write a name such as sessionid."),
        (
            "cookies: {sid: 'hush; path=/'}",
            "cookies.sid: has characters that no cookie can carry. Write plain ASCII on one line without ;.",
        ),
        ("cookies: {sid: 7}", "cookies.sid: must be text, not ***. Put it in quotes."),
        ("auth: {username: ann}", "auth.password: is missing. Add password: to it."),
        ("auth: {username: ann, password: 7}", "auth.password: must be text, not ***. Put it in quotes."),
        (
            "auth: {username: 'ann:hush', password: b}",
            "auth.username: has a colon or a control character. Write the name alone, the password in its own line.",
        ),
        ("auth: {user: ann, password: b}", "auth.username: is missing. Add username: to it."),
        ("proxy: socks5://ann:hush@x:1", f"proxy: is no address of a proxy. {PROXY}"),
        ("proxy: x:3128", f"proxy: is no address of a proxy. {PROXY}"),
        ("pages: 0", "pages: must be at least 1, not 0. Write a number in that range."),
        ("pages: 51", "pages: must be at most 50, not 51. Write a number in that range."),
        ("full_text: yes", "full_text: must be one of auto, always, never, not 'yes'. Write one of them."),
        ("browser: on", "browser: must be one of auto, always, never, not 'on'. Write one of them."),
        (
            "page_url: https://town.example/p/2",
            (
                "page_url: must have {page} in it once, where the number of the page stands. "
                "Write it like https://example.org/news?page={page}."
            ),
        ),
        (
            "category_rules: [{words: [a]}]",
            (
                "category_rules[1].category: gives no category. Add category: with a path, or take: breadcrumb or "
                "take: tags."
            ),
        ),
        (
            "category_rules: [{category: a, word: [b]}]",
            "category_rules[1].word: is not a known key. Did you mean words?",
        ),
        (
            "category_rules: [{category: a, in: body}]",
            "category_rules[1].in: must be one of title, text, not 'body'. Write one of them.",
        ),
        ("include: [' ']", "include[1]: is blank. Write something, or remove the line to get the default."),
        ("colour: red", f"colour: is not a known key. Known here: {KEYS}."),
    ],
)
def test_a_wrong_option_is_a_fault_in_its_line(directory: Directory, text: str, fault: str) -> None:
    directory.write("sources/a.yaml", one(text))

    faults = directory.faults()

    assert faults[0] == f"config/sources/a.yaml:5: sources[1].{fault}"
    assert "hush" not in str(faults)


@pytest.mark.parametrize(
    "url", ["ftp://a.example/", "a.example/feed", "//a.example", "http://", "http://a b/", "http://[::1", "http://a:0/"]
)
def test_an_address_that_is_not_http_is_a_fault(directory: Directory, url: str) -> None:
    directory.write("sources/a.yaml", f"sources:\n  - id: a\n    title: A\n    url: '{url}'\n")

    assert directory.faults() == [
        (
            f"config/sources/a.yaml:4: sources[1].url: is not a web address: {url!r}. "
            "Write it whole, from http:// or https:// on."
        )
    ]


def test_a_password_in_a_wrong_address_is_not_repeated(directory: Directory) -> None:
    directory.write("sources/a.yaml", "sources:\n  - id: a\n    title: A\n    url: ftp://me:hunter2@a.example/\n")

    assert directory.faults() == [
        (
            "config/sources/a.yaml:4: sources[1].url: is not a web address: 'ftp://***@a.example/'. "
            "Write it whole, from http:// or https:// on."
        )
    ]


@pytest.mark.parametrize("name", ["Town", "town_hall", "-town", "town-", "", "x" * 65, "安源"])
def test_an_id_has_only_small_letters_digits_and_hyphens(directory: Directory, name: str) -> None:
    directory.write("sources/a.yaml", f"sources:\n  - id: '{name}'\n    title: A\n    url: http://a.example/\n")

    assert directory.faults() == [
        (
            f"config/sources/a.yaml:2: sources[1].id: is no usable id: {name!r}. Write 1 to 64 letters a-z, digits and "
            "hyphens, with no hyphen at an end, such as town-hall."
        )
    ]


def test_what_a_source_must_have_and_lacks_is_a_fault(directory: Directory) -> None:
    directory.write("sources/a.yaml", "sources:\n  - id: a\n  -\n  - text\n")

    assert directory.faults() == [
        "config/sources/a.yaml:2: sources[1].title: is missing. Add title: to it.",
        "config/sources/a.yaml:2: sources[1].url: is missing. Add url: to it.",
        "config/sources/a.yaml:3: sources[2]: has no value. Write one, or remove the line to get the default.",
        "config/sources/a.yaml:4: sources[3]: must be a group of keys, not 'text'. Indent its keys below it.",
    ]


def test_an_id_and_an_address_stand_only_once_in_all_files(directory: Directory) -> None:
    directory.write("sources/a.yaml", "sources:\n  - {id: a, title: A, url: 'http://x.example/?b=1&a=2'}\n")
    directory.write(
        "sources/b.yaml",
        """\
        sources:
          - id: b
            title: B
            url: http://X.example:80/?a=2&b=1#top
          - id: a
            title: C
            url: http://c.example/
        """,
    )

    assert directory.faults() == [
        (
            "config/sources/b.yaml:4: sources[1].url: of a is already declared in config/sources/a.yaml:2. Remove "
            "one of them; a source may have several categories."
        ),
        (
            "config/sources/b.yaml:5: sources[2].id: a is already declared in config/sources/a.yaml:2. Give one of "
            "them another id."
        ),
    ]


def test_an_unknown_key_beside_sources_is_a_fault(directory: Directory) -> None:
    directory.write("sources/a.yaml", "source:\n  - {id: a, title: A, url: http://a.example/}\n")

    assert directory.faults() == ["config/sources/a.yaml:1: source: is not a known key. Did you mean sources?"]


def test_sources_that_are_no_list_are_a_fault(directory: Directory) -> None:
    directory.write("sources/a.yaml", "sources:\n  a: {title: A, url: http://a.example/}\n")

    assert directory.faults() == [
        "config/sources/a.yaml:1: sources: must be a list. Begin each source with a hyphen: - id: town-hall."
    ]


def test_the_types_are_those_that_there_are() -> None:
    assert set(type_names()) == {"auto", *registry.names()}


@pytest.mark.parametrize("kind", ["page", "auto"])
def test_selectors_reach_the_declared_source(directory: Directory, kind: str) -> None:
    directory.write("sources/a.yaml", one(f"type: {kind}\n    select: {{list: li, date: time@datetime}}"))

    (source,) = directory.load().declared_sources()

    assert source.options.select == {"list": "li", "date": "time@datetime"}


@pytest.mark.parametrize(
    ("kind", "select", "fault"),
    [
        ("page", "{list: li, titel: h2}", "select.titel: is not a known key. Did you mean title?"),
        (
            "page",
            "{list: 'li[['}",
            "select.list: is no CSS selector: 'li[['. Write it like h2 a, or time@datetime for an attribute.",
        ),
        ("page", "{list: li, body: 3}", "select.body: must be text, not 3. Put it in quotes."),
        ("feed", "{list: li}", "select: is of no use for the type feed. Remove it, or write type: page."),
    ],
)
def test_wrong_selectors_are_faults(directory: Directory, kind: str, select: str, fault: str) -> None:
    directory.write("sources/a.yaml", one(f"type: {kind}\n    select: {select}"))

    assert directory.faults() == [f"config/sources/a.yaml:6: sources[1].{fault}"]


@pytest.mark.parametrize(("text", "seconds"), [("15s", 15), ("30d", 30 * 86400)])
def test_an_interval_that_is_named_holds_whatever_the_bounds_of_the_learned_ones(
    directory: Directory, text: str, seconds: int
) -> None:
    directory.write("sources/a.yaml", one(f"interval: {text}"))

    assert directory.load().sources[0].interval == timedelta(seconds=seconds)

from __future__ import annotations

import os
from pathlib import Path

import pytest

from feedbot.config import files


def faults(text: str) -> list[str]:
    return [str(fault) for fault in files.parse(text, file="a.yaml").faults]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("no", "no"),
        ("off", "off"),
        ("yes", "yes"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("08:00", "08:00"),
        ("22:30", "22:30"),
        ("2020-10-19", "2020-10-19"),
        ("8080", 8080),
        ("-5", -5),
        ("010", 10),
        ("1.5", 1.5),
        ("'8080'", "8080"),
        ('"true"', "true"),
        ("!!str 8080", "8080"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("安源区政府", "安源区政府"),
        ("[a, 1]", ["a", 1]),
        ("{a: 1}", {"a": 1}),
    ],
)
def test_values_follow_yaml_1_2_so_that_words_and_times_stay_text(written: str, value: object) -> None:
    document = files.parse(f"key: {written}\n", file="a.yaml")

    assert document.faults == []
    assert document.data == {"key": value}


def test_every_path_knows_its_line() -> None:
    document = files.parse("a:\n  b: 1\n\n  c:\n    - d\n    - e: 2\n", file="a.yaml")

    assert document.lines == {
        (): 1,
        ("a",): 1,
        ("a", "b"): 2,
        ("a", "c"): 4,
        ("a", "c", 0): 5,
        ("a", "c", 1): 6,
        ("a", "c", 1, "e"): 6,
    }
    assert document.line(("a", "c", 1, "missing", "deeper")) == 6


def test_an_empty_file_has_no_data_and_no_fault() -> None:
    document = files.parse("# nothing\n", file="a.yaml")

    assert (document.data, document.faults) == (None, [])


def test_a_repeated_key_is_a_fault_that_names_both_lines() -> None:
    assert faults("web:\n  port: 1\n  host: x\n  port: 2\n") == [
        "a.yaml:4: web.port: stands here a second time; the first is in line 2. Keep one of them."
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a: 1\nb: [x\nc: 1\n", "2: has a list that is not closed. Add the ] to the [ of this line."),
        ("a: 1\nb: {x: 1\nc: 1\n", "2: has a group that is not closed. Add the } to the { of this line."),
        ("a: 1\nb: 'x\nc: 1\n", "2: has a quote that is not closed. Add the closing quote."),
        ("a: 1\nb\nc: 1\n", "2: has a key without a colon. Write key: value."),
        ("a: ]\n", "1: lacks a value or has a bracket too many. Check the brackets [ ] and { }."),
        (
            "a:\n  b: 1\n c: 2\n",
            "3: does not fit the lines above it. Indent it with as many spaces as its neighbours.",
        ),
        ("- a\nb: 1\n", "2: does not fit the list above it. Indent it with as many spaces as its neighbours."),
        ("a: b: c\n", "1: has a colon where none can be. Put the text in quotes, or check the indentation."),
        (
            "a:\n\tb: 1\n",
            (
                "2: begins a value with a tab or a special character. "
                "Indent with spaces, and put text that begins with @, % or ` in quotes."
            ),
        ),
        ('a: "x\\q"\n', "1: has a backslash that means nothing. Use single quotes, or write it twice."),
        ("a: *x\n", "1: uses an alias (*name) that no anchor defines. Put text with an * in quotes."),
        ("a: 1\n---\nb: 1\n", "2: begins a second document. Remove the line ---."),
        (
            "%YAML 3.0\n---\na: 1\n",
            (
                "1: is not valid YAML: found incompatible YAML document. "
                "Check the indentation, the colons and the quotes there."
            ),
        ),
    ],
)
def test_broken_yaml_is_a_fault_in_plain_words_with_its_line(text: str, fault: str) -> None:
    assert faults(text) == [f"a.yaml:{fault}"]


def test_a_tag_is_refused_and_nothing_is_constructed() -> None:
    assert faults("a: !!python/object/apply:os.system [ls]\n") == [
        (
            "a.yaml:1: a: has the tag tag:yaml.org,2002:python/object/apply:os.system, which feedbot does not read. "
            "Remove the tag."
        )
    ]


def test_a_merge_key_is_refused_with_what_to_do() -> None:
    assert faults("a: &a {x: 1}\nb:\n  <<: *a\n") == [
        "a.yaml:2: b: merges with <<, which feedbot does not read. Write the values out."
    ]


def test_a_key_that_is_a_list_is_refused() -> None:
    assert faults("[a, b]: 1\n") == ["a.yaml:1: has a key that is no plain word. Write key: value."]


def test_an_alias_stands_for_its_value() -> None:
    document = files.parse("a: &paths [x, y]\nb: *paths\n", file="a.yaml")

    assert document.data == {"a": ["x", "y"], "b": ["x", "y"]}


def test_aliases_that_multiply_are_refused_quickly() -> None:
    levels = [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 12)]

    assert faults("\n".join(["l0: &l0 x", *levels])) == [
        "a.yaml:6: l5: grows without end by its aliases (*name). Write the values out."
    ]


def test_an_alias_to_itself_is_refused() -> None:
    assert faults("a: &a [*a]\n") == ["a.yaml:1: a: grows without end by its aliases (*name). Write the values out."]


def test_deep_nesting_is_refused_before_it_can_exhaust_the_stack() -> None:
    assert faults("[" * 100_000) == [
        "a.yaml:1: is nested more than 32 levels deep. Check the brackets and the indentation."
    ]


def test_control_characters_are_refused() -> None:
    assert faults("a: \x00\n") == [
        "a.yaml: is not valid YAML: control characters are not allowed. Remove control characters from the file."
    ]


def test_a_file_in_another_encoding_is_refused_with_the_line(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes("site:\n  title: 安源\n".encode("gbk"))

    assert [str(fault) for fault in files.read(path).faults] == [
        f"{path}:2: is not UTF-8 text. Save it in the encoding UTF-8."
    ]


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\n")

    assert files.read(path).data == {"a": 1}


def test_a_huge_file_is_refused_without_being_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    with path.open("wb") as stream:
        stream.truncate(50_000_000_000)

    assert [str(fault) for fault in files.read(path).faults] == [
        f"{path}: is larger than 10 MB. Split it into several files."
    ]


def test_a_file_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    assert [str(fault) for fault in files.read(tmp_path).faults] == [
        f"{tmp_path}: cannot be read: Is a directory. Check that it is there and readable."
    ]


def test_a_pipe_that_nobody_writes_into_is_a_fault_and_is_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    os.mkfifo(path)

    assert [str(fault) for fault in files.read(path).faults] == [f"{path}: is a named pipe. Put a file in its place."]

from __future__ import annotations

import pytest

from feedbot.cli.output import print_json, print_table


def test_into_a_pipe_a_table_is_aligned_by_what_is_seen_and_cut_nowhere(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("NAME", "TITLE"), [("a", "安源区"), ("long-name", "x" * 200), ("b", "two\nlines")])

    assert capsys.readouterr().out == (
        f"NAME       TITLE\na          安源区\nlong-name  {'x' * 200}\nb          two lines\n"
    )


def test_wide_characters_count_as_two_columns(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("A", "B"), [("安源", "1"), ("abc", "2")])

    assert capsys.readouterr().out == "A     B\n安源  1\nabc   2\n"


def test_json_is_indented_and_keeps_characters(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"title": "安源", "new": [1]})

    assert capsys.readouterr().out == '{\n  "title": "安源",\n  "new": [\n    1\n  ]\n}\n'

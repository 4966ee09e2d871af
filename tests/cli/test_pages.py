"""What is shown is read by people and by terminals: it is shown, and does nothing."""

import json
from io import StringIO

import pytest
from rich.cells import cell_len
from rich.text import Text

from airflow_provider_booking.cli.pages import Harmless, Page, Table, show, show_json

HOSTILE = "id\x1b[2Jwith\x9b31m[red]markup[/red]\u202eand\r\nlines"
PAGE = Page(
    {"Change set": "20261121-1", "Key": "진료", "Empty": ""},
    [Table(("row", "booking"), [("1", "a"), ("1000", HOSTILE)], "Items"), Table(("none",), [])],
    "Next: nothing.",
)


class Terminal(StringIO):
    """What takes itself for a terminal."""

    def isatty(self) -> bool:
        return True


def shown(page: Page, out: StringIO) -> str:
    show(page, out)
    return out.getvalue()


def test_elsewhere_than_on_a_terminal_a_page_is_aligned_text() -> None:
    page = Page({"Key": "k", "Rows": "3"}, [Table(("row", "id"), [("1", "a"), ("10", "b")], "Items")], "End.")
    assert shown(page, StringIO()).splitlines() == [
        "Key:   k",
        "Rows:  3",
        "",
        "Items",
        "row  id",
        "1    a",
        "10   b",
        "",
        "End.",
    ]


def test_wide_characters_take_two_columns() -> None:
    lines = shown(Page({}, [Table(("key", "n"), [("진료", "1"), ("abcde", "2")])]), StringIO()).splitlines()
    assert lines[1:] == ["진료   1", "abcde  2"]


@pytest.mark.parametrize("out", [StringIO, Terminal])
def test_facts_without_a_value_and_tables_without_rows_are_left_out(out: type[StringIO]) -> None:
    text = shown(PAGE, out())
    assert "Empty" not in text
    assert "none" not in text


@pytest.mark.parametrize("out", [StringIO, Terminal])
def test_a_value_neither_acts_on_a_terminal_nor_is_taken_for_markup(out: type[StringIO]) -> None:
    text = shown(PAGE, out())
    assert "[red]markup[/red]" in text
    assert not {"\x1b[2J", "\x9b", "\u202e", "\r"} & {
        text[at : at + size] for size in (1, 4) for at in range(len(text))
    }


def test_an_id_is_whole_however_narrow_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    text = shown(Page({"Id": "z" * 60}, [Table(("a", "b"), [("x" * 60, "y" * 60)])]), Terminal())
    assert [each for each in ("x" * 60, "y" * 60, "z" * 60) if each not in text] == []


def test_a_sentence_in_a_table_is_broken_between_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    text = shown(Page({}, [Table(("id", "text"), [("x" * 20, "word " * 30)])]), Terminal())
    assert max(cell_len(Text.from_ansi(line).plain) for line in text.splitlines()) <= 40
    assert text.count("word") == 30


def test_json_is_written_as_it_is_where_a_program_reads_it() -> None:
    out = StringIO()
    show_json({"id": HOSTILE, "key": "진료"}, out)
    assert "진료" in out.getvalue()
    assert json.loads(out.getvalue())["id"] == HOSTILE


def test_json_on_a_terminal_says_the_same_and_does_nothing() -> None:
    out = Terminal()
    show_json({"id": HOSTILE}, out)
    assert not {"\x1b", "\x9b", "\u202e", "\r"} & {*out.getvalue()}
    assert json.loads(out.getvalue()) == {"id": HOSTILE}


def test_text_on_a_terminal_keeps_the_ends_of_its_lines() -> None:
    out = Terminal()
    Harmless(out).write("a\tb\r\nc\x1bd\re\n")
    assert out.getvalue() == "a\tb\r\nc\\u001bd\\u000de\n"

"""A value in a summary is read as it is, whatever it holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from airflow_provider_booking.change_sets.report.markdown import escaped, one_line

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
SHARP = st.text(alphabet="\\`*_[]()<>|~&;!#{}%$ab1\n -:/", max_size=12)


def cell_as_read(text: str) -> list[tuple[str, str]]:
    """Put a text into a table, and give what a reader of Markdown makes of its cell."""
    tokens = READER.parse(f"| Message |\n|---|\n| {escaped(text)} |\n")
    assert [token.type for token in tokens].count("td_open") == 1
    last = [token for token in tokens if token.type == "inline"][-1]
    return [(child.type, child.content) for child in last.children or ()]


@given(st.text() | SHARP)
def test_any_text_in_a_table_is_read_as_that_text(text: str) -> None:
    assert cell_as_read(text) == [("text", one_line(text) or "–")]  # noqa: RUF001 - a dash is meant


@pytest.mark.parametrize(
    "text", ["meeting_settings.topic", "manual__2026-11-21T07:15:00+00:00", "a{b}", "2026-12-01", "(1) #2"]
)
def test_names_and_times_are_not_marred(text: str) -> None:
    assert escaped(text) == text


@pytest.mark.parametrize("text", ["{{ conn.kos_default.password }}", "{% raw %}", "{# x #}"])
def test_a_template_in_a_value_is_none_anymore(text: str) -> None:
    assert not any(opening in escaped(text) for opening in ("{{", "{%", "{#"))


def test_a_text_of_several_lines_is_shown_on_one() -> None:
    assert escaped("first\r\n\tsecond\u2028third\x00") == "first second third"


def test_characters_that_turn_the_direction_of_reading_are_left_out() -> None:
    assert escaped("a\u202eb") == "a b"

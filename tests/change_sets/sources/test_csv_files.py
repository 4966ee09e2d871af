"""CSV files, as spreadsheets and programs write them."""

import csv
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.change_sets.rows import BadRow, Row
from airflow_provider_booking.change_sets.sources.lines import LONGEST_LINE
from tests.change_sets.sources.reading import numbers_or_none, read_file, told

TWO = [(1, "6911", "A"), (2, "6912", "B")]


@pytest.mark.parametrize(
    "content",
    [
        "booking_id,title\n6911,A\n6912,B\n",
        "booking_id,title\n6911,A\n6912,B",
        "booking_id,title\r\n6911,A\r\n6912,B\r\n",
        "booking_id,title\r6911,A\r6912,B\r",
        "\ufeffbooking_id,title\n6911,A\n6912,B\n",
        "\n\r\nbooking_id,title\n\n6911,A\n\r\n\n6912,B\n\n",
        '"booking_id","title"\n"6911","A"\n"6912","B"\n',
        "booking_id;title\n6911;A\n6912;B\n",
        "booking_id\ttitle\n6911\tA\n6912\tB\n",
        " booking_id , title \n6911,A\n6912,B\n",
        "title,booking_id,description\nA,6911,\nB,6912,\n",
        "booking_id,title,,\n6911,A,,\n6912,B, ,\n",
    ],
)
def test_the_same_two_rows_however_they_are_written(content: str) -> None:
    assert told(read_file("two.csv", content)) == TWO


@pytest.mark.parametrize(
    ("cell", "title"),
    [
        ('"a, b"', "a, b"),
        ('"a\nb"', "a\nb"),
        ('"a\r\nb"', "a\r\nb"),
        ('"say ""hello"""', 'say "hello"'),
        ('a "b" c', 'a "b" c'),
        (" a ", " a "),
        ("a;b", "a;b"),
        ("a\u2028b", "a\u2028b"),
        (r"\N", None),
    ],
)
def test_a_cell_is_what_its_quotes_say(cell: str, title: str | None) -> None:
    assert told(read_file("one.csv", f"booking_id,title\n6911,{cell}\n")) == [(1, "6911", title)]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"6911", "the row has 1 cells, and the first line 2: put a cell"),
        (b"6911,A,B", "the row has 3 cells, and the first line 2: put a cell"),
        (b'6911,"A"B', "the row has a quote that is not closed, or in the wrong place: write"),
        (b"6911,\xff\xfe", "title holds bytes that are no UTF-8: save"),
        (b"6911,M\xfcller", "title holds bytes that are no UTF-8: save"),
        (b"6.911E+18,A", "booking_id looks like a number that a spreadsheet has rounded: format"),
        (b"6911," + b"x" * 5_000_000, "title is longer than 100,000 characters: shorten it"),
        (b'6911,"' + b"x\n" * 2_500_000 + b'"', "title is longer than 100,000 characters: shorten it"),
        (b"6911," + b"x" * 20_000_000, f"the row is longer than {LONGEST_LINE:,} characters: shorten it"),
        (b"6911," + b"x" * LONGEST_LINE, f"the row is longer than {LONGEST_LINE:,} characters: shorten it"),
    ],
)
def test_a_bad_row_costs_itself_only(line: bytes, said: str) -> None:
    rows = told(read_file("three.csv", b"booking_id,title\n6910,A\n" + line + b"\n6912,B\n"))
    assert (rows[0], rows[2:]) == ((1, "6910", "A"), [(3, "6912", "B")])
    assert str(rows[1][2]).startswith(said)


@pytest.mark.parametrize("after", ["6912,B\n", '6912,"B"\n', '6912,B ""\n', '6912,B\n"6913","C, D"\n'])
def test_an_unclosed_quote_does_not_swallow_the_rows_after_it(after: str) -> None:
    first, *others = read_file("quote.csv", f'booking_id,title\n6911,"A\n{after}')
    assert isinstance(first, BadRow)
    assert str(first.problem) == (
        "the row opens a quote that is not closed as it should be: "
        "close it, and write a quote within a cell twice; the next line was read as the next row"
    )
    assert told(others)[0][:2] == (2, "6912")
    assert not any(isinstance(row, BadRow) for row in others)


def test_an_unclosed_quote_in_the_last_row_costs_that_row() -> None:
    good, bad = read_file("quote.csv", 'booking_id,title\n6911,A\n6912,"B')
    assert (type(good), type(bad)) == (Row, BadRow)


def test_an_unclosed_quote_in_a_large_file_costs_that_row() -> None:
    many = "".join(f"{number},{'B' * 200}\n" for number in range(100_000, 150_000))
    assert len(many) > LONGEST_LINE
    rows = read_file("quote.csv", f'booking_id,title\n6911,"A\n{many}')
    assert [row.number for row in rows if isinstance(row, BadRow)] == [1]
    assert len(rows) == 50_001


def test_a_file_of_nothing_but_wrong_quotes_is_given_up() -> None:
    with pytest.raises(InvalidInput, match=r"^the file has unclosed quotes all over"):
        read_file("quotes.csv", "booking_id,title\n" + f'{"x" * 1000}","\n' * 12_000)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", r"^the file is empty: its first line must name the columns"),
        (b"\n\n", r"^the file is empty"),
        (b"\xef\xbb\xbf", r"^the file is empty"),
        ("booking_id,title\n".encode("utf-16"), r"^the file is UTF-16: save it as UTF-8"),
        ("booking_id,title\n".encode("utf-16-be"), r"^the file is no text: save it as CSV in UTF-8"),
        (b"6911,A\n", r"^6911 is not a known column"),
        (b"booking_id,titel\n6911,A\n", r"^titel is not a known column: did you mean title\?"),
        (b"booking_id,,title\n", r"^column 2 of the source has no name"),
        (b'booking_id,"title\n6911,A\n', r"^the file's first line cannot be read: the row opens a quote"),
        (b"x" * (LONGEST_LINE + 5), r"^the file's first line cannot be read: the row is longer"),
        (b"booking_id,\xff\n", "^\ufffd is not a known column"),
    ],
)
def test_a_file_without_a_right_first_line_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        read_file("wrong.csv", content)


@given(
    st.lists(st.sampled_from([b'"', b",", b";", b"\n", b"\r", b"\0", b"a", b"69", b"\xff", b"\\N"]))
    .map(b"".join)
    .map(b"booking_id,title\n".__add__)
    | st.binary()
)
def test_any_bytes_give_rows_with_consecutive_numbers_or_one_refusal(content: bytes) -> None:
    numbers = numbers_or_none("any.csv", content)
    assert numbers is None or numbers == list(range(1, len(numbers) + 1))


TITLES = st.text(st.characters(codec="utf-8"), min_size=1).filter(lambda text: text != r"\N")


@given(
    st.lists(TITLES),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.booleans(),
)
def test_what_a_program_wrote_is_read_as_it_was(
    titles: list[str], separator: str, line_end: str, mark: bool
) -> None:
    text = StringIO(newline="")
    writer = csv.writer(text, delimiter=separator, lineterminator=line_end, quoting=csv.QUOTE_ALL)
    writer.writerow(["booking_id", "title"])
    writer.writerows(["6911", title] for title in titles)
    content = text.getvalue().encode("utf-8-sig" if mark else "utf-8")
    assert [title for _, _, title in told(read_file("any.csv", content))] == titles

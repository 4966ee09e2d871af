"""The search finds what it is for, in whatever form it stands."""

import base64
import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest

from tests.system.leaks.needles import Kind, Needle, of_records, on_the_wire
from tests.system.leaks.searching import (
    NOT_MISPLACED,
    SECRETS,
    Place,
    files,
    hits,
    only_lines,
    tables,
    without_lines,
)
from tests.system.leaks.tape import Exchange

PERSON = Needle("personal", "a memo", 'péñ & "nuts" for aoi+x@needle.example')
SECRET = Needle("secret", "a key", "sk-needle/1+2")
MISPLACED = Needle("misplaced", "a host", "needle-in-a-host")


@pytest.mark.parametrize(
    "written",
    [
        PERSON.value,
        json.dumps({"memo": PERSON.value}),
        json.dumps({"memo": PERSON.value}, ensure_ascii=False),
        json.dumps(json.dumps({"memo": PERSON.value})),
        json.dumps(PERSON.value).replace("@", "\\u0040"),
        quote(PERSON.value, safe=""),
        urlencode({"q": PERSON.value}),
        repr({"memo": PERSON.value}),
        *(base64.b64encode(b"x" * before + PERSON.value.encode()).decode() for before in range(4)),
    ],
)
def test_finds_a_value_in_every_form(written: str) -> None:
    place = Place("a log", {"one.log": f"something before: {written}, and after".encode()})
    assert [each.needle for each in hits(place, [PERSON])] == ["personal: a memo"]


def test_finds_nothing_where_nothing_is() -> None:
    assert hits(Place("a log", {"one.log": b"all is well"}), [PERSON, SECRET]) == []


@pytest.mark.parametrize(
    ("kinds", "found"), [(SECRETS, {"secret: a key"}), (NOT_MISPLACED, {"secret: a key", "personal: a memo"})]
)
def test_looks_for_what_must_not_be_in_a_place(kinds: frozenset[Kind], found: set[str]) -> None:
    text = f"{PERSON.value} {SECRET.value} {MISPLACED.value}".encode()
    place = Place("fields", {"fields": text}, kinds)
    assert {each.needle for each in hits(place, [PERSON, SECRET, MISPLACED])} == found


def test_finds_a_value_in_a_file_below_a_folder(tmp_path: Path) -> None:
    log = tmp_path / "dag_id=a" / "attempt=1.log"
    log.parent.mkdir()
    log.write_text(f"key {SECRET.value}")
    (hit,) = hits(Place("logs", files(tmp_path, "*.log")), [SECRET])
    assert hit.part == "dag_id=a/attempt=1.log"


def test_finds_a_value_in_any_column_of_any_table(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "some.db")) as database, database:
        database.execute("CREATE TABLE xcom (id INTEGER, value BLOB)")
        database.execute("INSERT INTO xcom VALUES (1, ?)", (json.dumps({"a": SECRET.value}).encode(),))
    (hit,) = hits(Place("database", tables(tmp_path / "some.db")), [SECRET])
    assert hit.part == "xcom"


def test_a_hit_does_not_show_what_was_found() -> None:
    (hit,) = hits(Place("a log", {"one.log": f"key {SECRET.value}".encode()}), [SECRET])
    assert SECRET.value not in str(hit)


def test_leaves_out_lines_of_one_shape_and_no_other() -> None:
    text, shape = b"a first\nb second\nc third", re.compile(rb"^b ")
    assert (without_lines(text, shape), only_lines(text, shape)) == (b"a first\nc third", b"b second")


def test_takes_credentials_tokens_and_addresses_from_the_wire() -> None:
    exchange = Exchange("/feishu/x", b"q=aoi%40needle.example", {b"authorization": b"Bearer t-needle"})
    exchange.answered.extend(b'{"tenant_access_token": "t-another", "data": {"password": "123456789"}}')
    assert {each.value for each in on_the_wire([exchange])} == {
        "aoi@needle.example",
        "t-needle",
        "t-another",
        "123456789",
    }


def test_takes_memos_and_telephones_from_bookings() -> None:
    records = [{"name": "Talk", "description": "Left knee", "guests": [{"phone": "+34 600 000 000"}]}]
    assert {each.value for each in of_records("jicoo", records)} == {"Left knee", "+34 600 000 000"}

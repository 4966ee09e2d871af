"""What counts as a moment and as a time zone."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_booking.bookings.time import moment, zone_name

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
OFFSETS = st.integers(min_value=-23 * 60 - 59, max_value=23 * 60 + 59).map(
    lambda minutes: timezone(timedelta(minutes=minutes))
)
# A day from either end of the calendar, so that every offset still names a moment in it.
AWARE = st.datetimes(min_value=datetime(1, 1, 3), max_value=datetime(9999, 12, 29), timezones=OFFSETS)  # noqa: DTZ001  (hypothesis wants bounds without a zone)


@pytest.mark.parametrize(
    "value",
    [
        "2026-12-01T12:00:00Z",
        "2026-12-01T12:00:00.000Z",
        "2026-12-01T21:00:00+09:00",
        "2026-12-01T06:30:00-05:30",
        "2026-12-01 12:00+00:00",
        "20261201T120000Z",
        NOON,
        datetime(2026, 12, 1, 21, tzinfo=ZoneInfo("Asia/Tokyo")),
    ],
)
def test_every_spelling_with_an_offset_is_the_same_moment(value: Any) -> None:
    assert moment(value) == NOON


def test_a_moment_is_given_in_utc() -> None:
    assert moment("2026-12-01T21:00:00+09:00").tzinfo is UTC


@given(AWARE)
def test_a_moment_written_out_and_read_again_is_the_same(when: datetime) -> None:
    assert moment(moment(when).isoformat()) == when


@given(AWARE)
def test_text_and_datetime_mean_the_same_moment(when: datetime) -> None:
    assert moment(when.isoformat()) == moment(when)


@pytest.mark.parametrize("value", ["2026-12-01T12:00:00", "2026-12-01", datetime(2026, 12, 1, 12)])  # noqa: DTZ001
def test_a_wall_clock_without_a_zone_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=r"^has no time zone; add an offset"):
        moment(value)


@pytest.mark.parametrize("value", ["", "tomorrow", "12:00Z", "2026-13-01T00:00Z", "1795000000", None, 12])
def test_what_is_no_time_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=r"^is not a time; "):
        moment(value)


def test_a_date_alone_is_no_moment() -> None:
    with pytest.raises(ValueError, match=r"^is not a time; "):
        moment(date(2026, 12, 1))


@pytest.mark.parametrize("value", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_a_moment_outside_the_calendar_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match=r"^is outside the calendar; "):
        moment(value)


def read(text: str) -> datetime | str:
    try:
        return moment(text)
    except ValueError as refused:
        return str(refused)


@given(st.text(max_size=40))
def test_no_text_makes_anything_but_a_moment_or_a_clear_refusal(text: str) -> None:
    outcome = read(text)
    assert outcome.tzinfo is UTC if isinstance(outcome, datetime) else "; " in outcome


@pytest.mark.parametrize("name", ["Asia/Tokyo", "UTC", "America/Argentina/Buenos_Aires"])
def test_an_iana_name_is_a_zone(name: str) -> None:
    assert zone_name(name) == name


@pytest.mark.parametrize(
    "name", ["", "Tokyo", "Asia", "+09:00", "../etc/passwd", "/etc/localtime", "Asia/\0"]
)
def test_any_other_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"^is not a time zone; give an IANA name"):
        zone_name(name)

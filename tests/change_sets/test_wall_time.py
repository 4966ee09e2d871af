"""Wall clocks and moments: gaps, folds, and moving on the clock of a zone."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from airflow_provider_booking.bookings import InvalidInput, Reason
from airflow_provider_booking.change_sets.wall_time import (
    OnDst,
    given_time,
    moment_on,
    shifted,
    wall_clock,
    zone_of,
)

BERLIN = ZoneInfo("Europe/Berlin")
GAP = datetime(2027, 3, 28, 2, 30)  # noqa: DTZ001  (a wall clock)
FOLD = datetime(2027, 10, 31, 2, 30)  # noqa: DTZ001  (a wall clock)

ZONES = st.sampled_from(sorted(available_timezones() - {"localtime"})).map(ZoneInfo)
MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  (hypothesis wants bounds without a zone)
WALLS = st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1))  # noqa: DTZ001  (a wall clock)
NEAR_A_CHANGE = st.builds(
    lambda wall, minutes: wall + timedelta(minutes=minutes),
    st.sampled_from([GAP, FOLD]),
    st.integers(-90, 90),
)
CLOCKS = st.tuples(WALLS, ZONES) | st.tuples(NEAR_A_CHANGE, st.just(BERLIN))
DAYS = st.integers(-400, 400).map(lambda days: timedelta(days=days))


def read(text: str) -> datetime:
    return datetime.fromisoformat(text)


def moment(wall: datetime, on_dst: OnDst, zone: ZoneInfo = BERLIN) -> datetime:
    return moment_on(wall, zone, on_dst, field="start")


def reason_if_any(wall: datetime, zone: ZoneInfo = BERLIN) -> Reason | None:
    try:
        moment(wall, OnDst.REFUSE, zone)
    except InvalidInput as refused:
        return refused.reason
    return None


@pytest.mark.parametrize("on_dst", OnDst)
def test_a_time_that_the_clock_shows_once_is_that_moment_under_every_policy(on_dst: OnDst) -> None:
    assert moment(read("2026-12-01T10:00"), on_dst) == read("2026-12-01T09:00Z")


def test_a_time_in_a_gap_is_refused_as_one() -> None:
    assert reason_if_any(GAP) is Reason.TIME_GAP


def test_a_time_in_a_fold_is_refused_as_one() -> None:
    assert reason_if_any(FOLD) is Reason.TIME_FOLD


@pytest.mark.parametrize("wall", ["2027-03-28T02:00", "2027-03-28T02:59:59.999999"])
def test_a_gap_begins_with_its_first_moment_and_ends_before_its_last(wall: str) -> None:
    assert reason_if_any(read(wall)) is Reason.TIME_GAP


@pytest.mark.parametrize("wall", ["2027-03-28T01:59:59.999999", "2027-03-28T03:00", "2027-10-31T03:00"])
def test_beside_gap_and_fold_nothing_is_refused(wall: str) -> None:
    assert moment(read(wall), OnDst.REFUSE).tzinfo is UTC


@pytest.mark.parametrize(
    ("wall", "on_dst", "expected"),
    [
        (GAP, OnDst.LATER, "2027-03-28T03:30+02:00"),
        (GAP, OnDst.EARLIER, "2027-03-28T01:30+01:00"),
        (FOLD, OnDst.EARLIER, "2027-10-31T02:30+02:00"),
        (FOLD, OnDst.LATER, "2027-10-31T02:30+01:00"),
    ],
)
def test_the_policy_chooses_one_of_the_two_readings(wall: datetime, on_dst: OnDst, expected: str) -> None:
    assert moment(wall, on_dst) == read(expected)


def test_a_day_that_a_zone_left_out_is_a_gap() -> None:
    with pytest.raises(InvalidInput, match=r"does not exist in Pacific/Apia"):
        moment(read("2011-12-30T12:00"), OnDst.REFUSE, ZoneInfo("Pacific/Apia"))


def test_a_refusal_says_what_can_be_done() -> None:
    with pytest.raises(InvalidInput) as refused:
        moment(GAP, OnDst.REFUSE)
    assert str(refused.value) == (
        "start 2027-03-28T02:30 does not exist in Europe/Berlin, where the clocks go forward: "
        "choose another time, or set on_dst to later or earlier"
    )


@given(CLOCKS)
def test_later_is_never_before_earlier(clock: tuple[datetime, ZoneInfo]) -> None:
    wall, zone = clock
    assert moment(wall, OnDst.LATER, zone) >= moment(wall, OnDst.EARLIER, zone)


@given(CLOCKS)
def test_gap_and_fold_are_what_the_clock_shows_at_neither_or_at_both_readings(
    clock: tuple[datetime, ZoneInfo],
) -> None:
    wall, zone = clock
    readings = {moment(wall, policy, zone) for policy in (OnDst.EARLIER, OnDst.LATER)}
    showing = [each for each in readings if wall_clock(each, zone, field="start") == wall]
    expected = {0: Reason.TIME_GAP, 1: None, 2: Reason.TIME_FOLD}[len(showing)]
    assert reason_if_any(wall, zone) == expected


@given(MOMENTS, DAYS, ZONES)
def test_moving_there_and_back_by_days_gives_the_same_clock(
    when: datetime, by: timedelta, zone: ZoneInfo
) -> None:
    try:
        there = shifted(when, by, zone, OnDst.REFUSE, field="start")
        back = shifted(there, -by, zone, OnDst.REFUSE, field="start")
    except InvalidInput:
        assume(False)
    assert wall_clock(back, zone, field="start") == wall_clock(when, zone, field="start")


@given(MOMENTS, DAYS, ZONES)
def test_whole_days_keep_the_hour(when: datetime, by: timedelta, zone: ZoneInfo) -> None:
    try:
        there = shifted(when, by, zone, OnDst.REFUSE, field="start")
    except InvalidInput:
        assume(False)
    assert wall_clock(there, zone, field="start") == wall_clock(when, zone, field="start") + by


@given(MOMENTS, DAYS, ZONES, st.sampled_from([OnDst.LATER, OnDst.EARLIER]))
def test_with_a_policy_every_shift_gives_a_moment_in_utc(
    when: datetime, by: timedelta, zone: ZoneInfo, on_dst: OnDst
) -> None:
    assert shifted(when, by, zone, on_dst, field="start").tzinfo is UTC


@given(MOMENTS, ZONES)
def test_a_moment_that_stays_is_certain_even_in_a_fold(when: datetime, zone: ZoneInfo) -> None:
    assert shifted(when, timedelta(0), zone, OnDst.REFUSE, field="start") == when


@pytest.mark.parametrize("fold", ["2027-10-31T02:30+02:00", "2027-10-31T02:30+01:00"])
def test_a_moment_in_a_fold_is_moved_out_of_it_without_a_question(fold: str) -> None:
    moved = shifted(read(fold), timedelta(days=1), BERLIN, OnDst.REFUSE, field="start")
    assert moved == read("2027-11-01T02:30+01:00")


@pytest.mark.parametrize("by", [timedelta(days=3_000_000), timedelta.max, timedelta.min])
def test_a_shift_out_of_the_calendar_is_refused(by: timedelta) -> None:
    with pytest.raises(InvalidInput, match=r"^end is outside the calendar: give a year"):
        shifted(read("2026-12-01T10:00Z"), by, BERLIN, OnDst.LATER, field="end")


@pytest.mark.parametrize(
    ("wall", "zone"), [("9999-12-31T23:59", "America/New_York"), ("0001-01-01T00:00", "Asia/Tokyo")]
)
def test_a_clock_at_an_end_of_the_calendar_is_refused(wall: str, zone: str) -> None:
    with pytest.raises(InvalidInput, match=r"^start is outside the calendar"):
        moment(read(wall), OnDst.REFUSE, ZoneInfo(zone))


@pytest.mark.parametrize("text", ["9999-12-31T23:59Z", "9999-12-31T20:00Z"])
def test_a_moment_whose_clock_is_outside_the_calendar_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match=r"^start is outside the calendar"):
        wall_clock(read(text), ZoneInfo("Asia/Tokyo"), field="start")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-12-01T10:00:00+09:00", "2026-12-01T01:00:00+00:00"),
        ("2026-12-01 10:00+09:00", "2026-12-01T01:00:00+00:00"),
        ("20261201T010000Z", "2026-12-01T01:00:00+00:00"),
        ("2026-12-01T10:00", "2026-12-01T10:00:00"),
        ("2026-12-01t10:00:00.5", "2026-12-01T10:00:00.500000"),
    ],
)
def test_a_time_is_a_moment_in_utc_or_a_wall_clock(text: str, expected: str) -> None:
    assert given_time(text).isoformat() == expected


@pytest.mark.parametrize("value", ["2026-12-01", "20261201", "2026-12-01+09:00", "", "T", "10:00", 5, None])
def test_what_names_no_day_and_hour_is_no_time(value: Any) -> None:
    with pytest.raises(ValueError, match=r"^is not a time; "):
        given_time(value)


def test_no_zone_means_utc() -> None:
    assert zone_of(None) == ZoneInfo("UTC")


def test_a_zone_that_this_machine_does_not_know_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"time zone is not known on this machine"):
        zone_of("Mars/Olympus_Mons")

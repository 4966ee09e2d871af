"""From a wish to absolute values in a vendor's field names."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_booking.bookings import Booking, BookingRef, InvalidInput, Reason
from airflow_provider_booking.change_sets.rows import Wish
from airflow_provider_booking.change_sets.targets import target
from airflow_provider_booking.change_sets.wall_time import OnDst
from airflow_provider_booking.vendors.feishu.client import FeishuClient
from airflow_provider_booking.vendors.feishu.planning import FeishuPlanning
from airflow_provider_booking.vendors.feishu.settings import FeishuSettings
from airflow_provider_booking.vendors.planning import VendorPlanning
from airflow_provider_booking.vendors.zoho.client import ZohoClient
from airflow_provider_booking.vendors.zoho.planning import ZohoPlanning
from airflow_provider_booking.vendors.zoho.settings import ZohoSettings

ZOHO = ZohoPlanning(
    ZohoClient(
        ZohoSettings.from_connection(
            "rooms",
            login="1000.SANDBOX",
            password="sandbox-secret",
            extra={"refresh_token": "1000.sandbox.refresh"},
        )
    )
)
FEISHU = FeishuPlanning(
    FeishuClient(FeishuSettings.from_connection("meet", login="cli_sandbox", password="sandbox-secret"))
)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def booked(start: str | None, end: str | None) -> Booking:
    return Booking(
        ref=BookingRef(vendor="zoho", conn_id="rooms", booking_id="1"),
        start=moment(start) if start else None,
        end=moment(end) if end else None,
        raw={},
    )


MORNING = booked("2027-03-27T10:00+01:00", "2027-03-27T11:00+01:00")


def made(
    wish: Wish,
    booking: Booking = MORNING,
    planning: VendorPlanning[Any] = ZOHO,
    *,
    zone: str | None = "Europe/Berlin",
    on_dst: OnDst = OnDst.REFUSE,
) -> dict[str, Any]:
    return target(wish, booking, planning, zone=zone, on_dst=on_dst)


def refusal(wish: Wish, booking: Booking = MORNING, planning: VendorPlanning[Any] = ZOHO) -> InvalidInput:
    with pytest.raises(InvalidInput) as refused:
        made(wish, booking, planning)
    return refused.value


def times(changes: dict[str, Any]) -> tuple[datetime, datetime]:
    return moment(changes["dateandtime"]["start"]), moment(changes["dateandtime"]["end"])


def test_a_shift_by_a_day_over_a_clock_change_keeps_the_hour() -> None:
    assert times(made(Wish(shift=timedelta(days=1)))) == (
        moment("2027-03-28T10:00+02:00"),
        moment("2027-03-28T11:00+02:00"),
    )


def test_a_shift_by_hours_is_one_of_the_wall_clock_too() -> None:
    assert times(made(Wish(shift=timedelta(hours=24)))) == times(made(Wish(shift=timedelta(days=1))))


def test_without_a_zone_the_clock_is_that_of_utc() -> None:
    moved = times(made(Wish(shift=timedelta(days=1)), zone=None))
    assert moved == (moment("2027-03-28T09:00Z"), moment("2027-03-28T10:00Z"))


def test_a_booking_moved_across_a_clock_change_lasts_an_hour_more_by_the_stopwatch() -> None:
    night = booked("2027-10-29T23:00+02:00", "2027-10-30T05:00+02:00")
    start, end = times(made(Wish(shift=timedelta(days=1)), night))
    assert end - start == timedelta(hours=7)


def test_a_shift_into_a_gap_is_refused_as_one() -> None:
    night = booked("2027-03-27T02:30+01:00", "2027-03-27T04:00+01:00")
    assert refusal(Wish(shift=timedelta(days=1)), night).reason is Reason.TIME_GAP


def test_a_shift_into_a_fold_is_refused_as_one() -> None:
    night = booked("2027-10-30T02:30+02:00", "2027-10-30T04:00+02:00")
    assert refusal(Wish(shift=timedelta(days=1)), night).reason is Reason.TIME_FOLD


def test_a_policy_settles_a_shift_into_a_gap() -> None:
    night = booked("2027-03-27T02:30+01:00", "2027-03-27T04:00+01:00")
    moved = times(made(Wish(shift=timedelta(days=1)), night, on_dst=OnDst.LATER))
    assert moved == (moment("2027-03-28T03:30+02:00"), moment("2027-03-28T05:00+02:00"))


@pytest.mark.parametrize("policy", [OnDst.LATER, OnDst.EARLIER])
@pytest.mark.parametrize(
    ("start", "end"),
    [("02:30", "03:00"), ("02:00", "03:00"), ("02:30", "03:30"), ("02:00", "03:30"), ("01:30", "02:30")],
)
def test_what_a_policy_settles_lasts_as_long_as_before(start: str, end: str, policy: OnDst) -> None:
    night = booked(f"2027-03-27T{start}+01:00", f"2027-03-27T{end}+01:00")
    assert night.start is not None
    assert night.end is not None
    moved = times(made(Wish(shift=timedelta(days=1)), night, on_dst=policy))
    assert moved[1] - moved[0] == night.end - night.start


def test_a_day_to_move_to_keeps_the_hours() -> None:
    assert times(made(Wish(move_to_date=date(2027, 4, 2)))) == (
        moment("2027-04-02T10:00+02:00"),
        moment("2027-04-02T11:00+02:00"),
    )


def test_a_day_to_move_to_is_one_of_the_zone() -> None:
    late = booked("2027-03-01T23:30Z", "2027-03-02T00:30Z")
    moved = times(made(Wish(move_to_date=date(2027, 3, 5)), late))
    assert moved == (moment("2027-03-05T00:30+01:00"), moment("2027-03-05T01:30+01:00"))


def test_a_booking_over_midnight_still_ends_a_day_later() -> None:
    night = booked("2027-03-01T23:00+01:00", "2027-03-02T01:00+01:00")
    moved = times(made(Wish(move_to_date=date(2027, 3, 10)), night))
    assert moved == (moment("2027-03-10T23:00+01:00"), moment("2027-03-11T01:00+01:00"))


@pytest.mark.parametrize("start", ["2027-10-31T02:30+02:00", "2027-10-31T02:30+01:00"])
def test_a_booking_that_stands_in_a_fold_stays_there_on_its_own_day(start: str) -> None:
    night = booked(start, "2027-10-31T05:00+01:00")
    assert times(made(Wish(move_to_date=date(2027, 10, 31)), night))[0] == moment(start)


@given(st.dates(date(2027, 1, 1), date(2027, 12, 31)))
def test_what_was_moved_to_a_day_starts_on_it(day: date) -> None:
    start, _ = times(made(Wish(move_to_date=day), zone="Asia/Tokyo"))
    assert (start + timedelta(hours=9)).date() == day


def test_a_booking_with_an_end_only_is_moved_by_its_end() -> None:
    reserve = booked(None, "2027-03-27T11:00+01:00")
    assert made(Wish(shift=timedelta(days=1)), reserve, FEISHU) == {"end_time": "2027-03-28T09:00:00+00:00"}


def test_a_start_that_the_vendor_cannot_change_is_not_moved() -> None:
    assert made(Wish(move_to_date=date(2027, 3, 28)), MORNING, FEISHU) == {
        "end_time": "2027-03-28T09:00:00+00:00"
    }


@pytest.mark.parametrize("wish", [Wish(shift=timedelta(days=1)), Wish(move_to_date=date(2027, 1, 1))])
def test_a_booking_without_any_time_cannot_be_moved(wish: Wish) -> None:
    assert refusal(wish, booked(None, None)).problem == "the booking has no time that could be moved"


@pytest.mark.parametrize("by", [timedelta(days=3_000_000), timedelta(days=-800_000)])
def test_a_shift_out_of_the_calendar_is_refused(by: timedelta) -> None:
    assert refusal(Wish(shift=by)).problem == "start is outside the calendar"


def test_a_field_that_the_vendor_lacks_is_refused_by_name() -> None:
    wish = Wish(fields={"start": "2027-03-28T10:00:00+00:00"})
    assert str(refusal(wish, planning=FEISHU)) == (
        "feishu has no start: leave it out; what can be given there is end, title"
    )


def test_a_wall_clock_is_read_in_the_zone_that_is_given_beside_it() -> None:
    wish = Wish(fields={"start": "2027-03-29T10:00:00", "time_zone": "Asia/Tokyo"})
    assert made(wish) == {"dateandtime": {"start": "2027-03-29T01:00:00+00:00", "timezone": "Asia/Tokyo"}}


def test_a_wall_clock_in_a_gap_of_its_zone_is_refused_as_one() -> None:
    wish = Wish(fields={"end": "2027-03-28T02:30:00", "time_zone": "Europe/Berlin"})
    assert refusal(wish).reason is Reason.TIME_GAP


def test_a_wall_clock_alone_is_refused() -> None:
    assert refusal(Wish(fields={"start": "2027-03-29T10:00:00"})).problem == "start has no time zone"


def test_what_is_cleared_reaches_the_vendor_as_none() -> None:
    assert made(Wish(fields={"title": None, "description": "x"})) == {"title": None, "description": "x"}


def test_vendor_field_names_are_taken_as_they_are() -> None:
    assert made(Wish(changes={"hosts": ["a"], "title": None})) == {"hosts": ["a"], "title": None}


def test_objects_of_both_are_merged() -> None:
    wish = Wish(
        fields={"start": "2027-03-29T10:00:00+00:00"}, changes={"dateandtime": {"all_day": False}, "room": 4}
    )
    assert made(wish) == {"dateandtime": {"start": "2027-03-29T10:00:00+00:00", "all_day": False}, "room": 4}


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"dateandtime": {"start": "2027-03-29T10:00:00+00:00"}}, "dateandtime.start"),
        ({"dateandtime": None}, "dateandtime"),
        ({"title": "A"}, "title"),
    ],
)
def test_a_field_that_is_said_twice_is_refused_by_name(changes: dict[str, Any], path: str) -> None:
    wish = Wish(fields={"start": "2027-03-29T10:00:00+00:00", "title": "A"}, changes=changes)
    assert refusal(wish).problem.startswith(f"{path} is said twice: ")


def test_a_wish_and_its_parts_are_left_as_they_were() -> None:
    wish = Wish(fields={"start": "2027-03-29T10:00:00+00:00"}, changes={"dateandtime": {"all_day": False}})
    before = wish.model_copy(deep=True)
    made(wish)
    assert wish == before

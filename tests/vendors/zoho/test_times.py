"""When a Zoho booking is to be: wall clocks of a zone, out of whatever a user gives."""

from datetime import UTC, datetime
from typing import Any

import pytest

from airflow_provider_booking.bookings import InvalidInput, Reason
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.zoho.client import ZohoClient
from tests.vendors.zoho.asked import AS_SENT, RECORD, SAMPLE, SEOUL, data, record, span


class TestTimes:
    @pytest.mark.parametrize(
        "given",
        [
            datetime(2027, 11, 2, 15, 0, tzinfo=UTC),
            datetime(2027, 11, 3, 0, 0, tzinfo=SEOUL),
            "2027-11-02T11:00:00-04:00",
            "2027-11-02T15:00:00.999Z",
            "20271102T110000",
        ],
        ids=["aware, UTC", "aware, Seoul", "ISO, offset", "ISO, Z, fraction", "the vendor's own form"],
    )
    def test_are_sent_as_the_wall_clock_of_the_bookings_zone(self, given: Any) -> None:
        assert span({"end": given}) == AS_SENT["dateandtime"] | {"end": "20271102T110000"}

    def test_are_sent_as_the_wall_clock_of_a_new_zone_where_one_is_given(self) -> None:
        moved = {"start": "2027-11-02T15:00:00Z", "end": "20271102T170000", "timezone": "Europe/Berlin"}
        assert span(moved) == {
            "start": "20271102T160000",
            "end": "20271102T170000",
            "timezone": "Europe/Berlin",
        }

    def test_keep_their_wall_clock_where_only_the_zone_changes(self) -> None:
        assert span({"timezone": "Europe/Berlin"}) == AS_SENT["dateandtime"] | {"timezone": "Europe/Berlin"}

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            (datetime(2027, 11, 2, 10, 0), "start has no time zone"),  # noqa: DTZ001  (naive is the point)
            ("2027-11-02T10:00:00", "start has no time zone"),
            ("2027-11-02", "start has no time zone"),
            ("20271102T1000", "start has no time zone"),
            ("20271302T100000", "start is not a time"),
            ("20271102T100000Z+", "start is not a time"),
            ("next Tuesday", "start is not a time"),
            (1825162200000, "start is not a time"),
            (True, "start is not a time"),
            ("00010101T000000", "start is outside the calendar"),
            ("19691231T235959", "start is outside the calendar"),
            ("0001-01-01T00:00:00Z", "start is outside the calendar"),
            ("99991231T235959", "start is outside the calendar"),
        ],
    )
    async def test_that_are_naive_or_none_are_refused_unsent(
        self, sandbox: Sandbox, zoho: ZohoClient, given: Any, said: str
    ) -> None:
        with pytest.raises(InvalidInput, match=rf"dateandtime\.{said}"):
            await zoho.update_booking(SAMPLE, {"dateandtime": {"start": given}})
        assert sandbox.requests("zoho") == []

    @pytest.mark.parametrize(
        ("asked", "reason"),
        [
            ({"start": "20270314T023000", "end": "20270314T040000"}, Reason.TIME_GAP),
            ({"start": "20271107T013000", "end": "20271107T040000"}, Reason.TIME_FOLD),
            ({"start": "20271107T000000", "end": "20271107T013000"}, Reason.TIME_FOLD),
            ({"start": "2027-11-07T01:30:00-04:00", "end": "20271107T040000"}, Reason.TIME_FOLD),
            ({"start": "2027-11-07T01:30:00-05:00", "end": "20271107T040000"}, Reason.TIME_FOLD),
            (
                {"start": "20270328T023000", "timezone": "Europe/Berlin", "end": "20270328T040000"},
                Reason.TIME_GAP,
            ),
        ],
    )
    def test_that_the_clock_of_the_zone_skips_or_shows_twice_are_refused(
        self, asked: dict[str, str], reason: Reason
    ) -> None:
        with pytest.raises(InvalidInput, match=r"dateandtime\.(start|end) 2027") as refused:
            span(asked)
        assert refused.value.reason == reason

    @pytest.mark.parametrize(
        "asked",
        [
            {"timezone": "America/New_York"},
            {"start": "20271107T013000"},
            {"start": "2027-11-07T01:30:00-05:00"},
        ],
    )
    def test_that_stand_so_already_are_sent_back_as_they_are(self, asked: dict[str, str]) -> None:
        times = {"start": "20271107T013000", "end": "20271107T030000", "timezone": "America/New_York"}
        twice = record(
            dateandtime=times, start=int(datetime(2027, 11, 7, 6, 30, tzinfo=UTC).timestamp()) * 1000
        )
        assert span(asked, twice) == times

    def test_that_mean_the_other_of_two_equal_hours_are_refused(self) -> None:
        times = {"start": "20271107T013000", "end": "20271107T030000", "timezone": "America/New_York"}
        twice = record(
            dateandtime=times, start=int(datetime(2027, 11, 7, 6, 30, tzinfo=UTC).timestamp()) * 1000
        )
        with pytest.raises(InvalidInput) as refused:
            span({"start": "2027-11-07T01:30:00-04:00"}, twice)
        assert refused.value.reason == Reason.TIME_FOLD

    def test_that_a_new_zone_does_not_have_are_refused_though_they_stay(self) -> None:
        times = {"start": "20270328T023000", "end": "20270328T040000", "timezone": "America/New_York"}
        with pytest.raises(InvalidInput) as refused:
            span({"timezone": "Europe/Berlin"}, record(dateandtime=times))
        assert refused.value.reason == Reason.TIME_GAP

    @pytest.mark.parametrize(
        "asked", [{"start": "20271102T103000"}, {"end": "20271102T090000"}, {"start": "20271103T093000"}]
    )
    def test_that_would_not_start_before_they_end_are_refused(self, asked: dict[str, str]) -> None:
        with pytest.raises(
            InvalidInput, match=r"dateandtime\.end \S+ is not after .*: give both start and end"
        ):
            span(asked)

    def test_of_a_booking_that_ends_before_it_starts_are_none_of_our_business(self) -> None:
        odd = {"start": "20271102T100000", "end": "20271102T100000", "timezone": "Asia/Tokyo"}
        assert data({"title": "x"}, record(dateandtime=odd))["dateandtime"] == odd
        assert span({"end": "20271102T100000"}, record(dateandtime=odd)) == odd

    def test_of_a_whole_day_are_sent_back_as_they_are(self) -> None:
        days = {"start": "20271102", "end": "20271103", "timezone": "Asia/Tokyo"}
        assert data({"title": "x"}, record(dateandtime=days))["dateandtime"] == days

    def test_of_a_booking_in_a_zone_that_is_not_known_need_a_zone(self) -> None:
        odd = record(dateandtime=RECORD["dateandtime"] | {"timezone": "Mars/Olympus"})
        with pytest.raises(
            InvalidInput, match=r"not known on this machine: give dateandtime\.timezone as well"
        ):
            span({"end": "20271102T110000"}, odd)
        assert data({"title": "x"}, odd)["dateandtime"]["timezone"] == "Mars/Olympus"

    def test_beyond_the_calendar_are_refused(self) -> None:
        with pytest.raises(InvalidInput, match="outside the calendar"):
            span({"end": "9999-12-31T23:59:59Z", "timezone": "Asia/Tokyo"})

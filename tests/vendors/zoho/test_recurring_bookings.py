"""docs/vendors/zoho.md, "Update": what an update of a recurring booking is about, and what is refused."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from airflow_provider_booking.bookings import (
    BookingNotFound,
    InvalidInput,
    Outcome,
    OutcomeUnknown,
    Reason,
    VendorUnavailable,
)
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.zoho.client import ZohoClient
from tests.vendors.zoho.conftest import sent
from tests.vendors.zoho.weekly import INDIA, ROOM, SAMPLE, WEEKLY, at, occurrences
from tests.wire import writes


class TestOnly:
    async def test_changes_the_one_that_is_named(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        before = await occurrences(zoho, sandbox)
        named = list(before)[2]
        result = await zoho.update_booking(
            WEEKLY, {"title": "Retro"}, recurrence_edittype="only", recurrenceid_in_millis=named
        )
        assert result.changed.keys() == {"title"}
        assert await occurrences(zoho, sandbox) == before | {named: ("Retro", *before[named][1:])}

    async def test_may_move_it_to_another_day(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        before = await occurrences(zoho, sandbox)
        named = list(before)[2]
        times = {
            name: datetime.fromisoformat(value) + timedelta(days=1)
            for name, value in zip(("start", "end"), before[named][1:], strict=True)
        }
        asked = {name: f"{value:%Y%m%dT%H%M%S}" for name, value in times.items()}
        await zoho.update_booking(
            WEEKLY, {"dateandtime": asked}, recurrence_edittype="only", recurrenceid_in_millis=named
        )
        after = await occurrences(zoho, sandbox)
        assert after[named] == ("Weekly call", asked["start"], asked["end"])
        assert {one: after[one] for one in after if one != named} == {
            one: before[one] for one in before if one != named
        }

    async def test_finds_a_second_run_unchanged(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        options = {
            "recurrence_edittype": "only",
            "recurrenceid_in_millis": list(await occurrences(zoho, sandbox))[2],
        }
        await zoho.update_booking(WEEKLY, {"title": "Retro"}, **options)
        again = await zoho.update_booking(WEEKLY, {"title": "Retro"}, **options)
        assert again.outcome == Outcome.UNCHANGED
        assert len(writes(sandbox, "zoho")) == 1

    async def test_of_an_occurrence_that_is_none_finds_none(self, zoho: ZohoClient) -> None:
        with pytest.raises(BookingNotFound, match="no such booking or occurrence"):
            await zoho.update_booking(
                WEEKLY, {"title": "x"}, recurrence_edittype="only", recurrenceid_in_millis=1
            )

    async def test_is_not_written_where_the_vendor_shows_another_one(
        self, sandbox: Sandbox, zoho: ZohoClient
    ) -> None:
        first, second, *_ = await occurrences(zoho, sandbox)
        answer = (await zoho.get_booking(WEEKLY, recurrenceid_in_millis=first)).raw
        sandbox.fault("zoho", {"status": 200, "body": answer}, method="GET", times=None)
        with pytest.raises(VendorUnavailable, match="lacks the occurrence that was asked for"):
            await zoho.update_booking(
                WEEKLY, {"title": "x"}, recurrence_edittype="only", recurrenceid_in_millis=second
            )
        assert writes(sandbox, "zoho") == []


class TestAll:
    async def test_changes_every_one(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        before = await occurrences(zoho, sandbox)
        await zoho.update_booking(WEEKLY, {"title": "Retro"}, recurrence_edittype="all")
        after = await occurrences(zoho, sandbox)
        assert after == {one: ("Retro", *times) for one, (_, *times) in before.items()}

    async def test_changes_every_one_whichever_is_named(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        before = await occurrences(zoho, sandbox)
        await zoho.update_booking(
            WEEKLY,
            {"title": "Retro"},
            recurrence_edittype="all",
            recurrenceid_in_millis=list(before)[2],
        )
        after = await occurrences(zoho, sandbox)
        assert after == {one: ("Retro", *times) for one, (_, *times) in before.items()}

    async def test_may_change_the_time_of_day_and_the_length(
        self, sandbox: Sandbox, zoho: ZohoClient
    ) -> None:
        before = await occurrences(zoho, sandbox)
        start = sandbox.booking("zoho", WEEKLY)["dateandtime"]["start"]
        asked = {"start": at(start, "080000"), "end": at(start, "100000")}
        await zoho.update_booking(WEEKLY, {"dateandtime": asked}, recurrence_edittype="all")
        assert list((await occurrences(zoho, sandbox)).values()) == [
            (title, at(start, "080000"), at(end, "100000")) for title, start, end in before.values()
        ]


class TestFollowing:
    async def test_changes_those_after_the_named_one(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        before = await occurrences(zoho, sandbox)
        named = list(before)[1]
        start = before[named][1]
        asked = {"start": at(start, "110000"), "end": at(start, "114500")}
        result = await zoho.update_booking(
            WEEKLY, {"dateandtime": asked}, recurrence_edittype="following", recurrenceid_in_millis=named
        )
        after = await occurrences(zoho, sandbox)
        assert list(after.values())[:2] == list(before.values())[:2]
        assert list(after.values())[2:] == [
            (title, at(start, "110000"), at(end, "114500")) for title, start, end in list(before.values())[2:]
        ]
        following = list(before.values())[2][1]
        assert result.changed["dateandtime.start"].model_dump() == {
            "before": following,
            "after": at(following, "110000"),
        }

    async def test_finds_a_second_run_unchanged(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        before = await occurrences(zoho, sandbox)
        named = list(before)[1]
        options = {"recurrence_edittype": "following", "recurrenceid_in_millis": named}
        changes = {"title": "Retro", "dateandtime": {"start": at(before[named][1], "084500")}}
        await zoho.update_booking(WEEKLY, changes, **options)
        assert (await zoho.update_booking(WEEKLY, changes, **options)).outcome == Outcome.UNCHANGED
        assert len(writes(sandbox, "zoho")) == 1

    async def test_keeps_what_an_earlier_one_changed(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        # The named occurrence is still as it was: sending its fields would take the first change back.
        named = list(await occurrences(zoho, sandbox))[1]
        options = {"recurrence_edittype": "following", "recurrenceid_in_millis": named}
        await zoho.update_booking(WEEKLY, {"title": "Retro"}, **options)
        result = await zoho.update_booking(WEEKLY, {"description": "Bring notes"}, **options)
        assert result.warnings == ()
        assert [title for title, *_ in (await occurrences(zoho, sandbox)).values()] == [
            *["Weekly call"] * 2,
            *["Retro"] * 4,
        ]

    async def test_sends_the_day_of_the_named_one(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        before = await occurrences(zoho, sandbox)
        named = list(before)[1]
        await zoho.update_booking(
            WEEKLY, {"title": "Retro"}, recurrence_edittype="following", recurrenceid_in_millis=named
        )
        times = sent(sandbox)[0]["dateandtime"]
        assert (times["start"], times["end"]) == before[named][1:]

    async def test_looks_months_ahead_for_the_next_one(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        sandbox.switch("zoho", booking_months=12)
        today = datetime.fromtimestamp(sandbox.now()).date()  # noqa: DTZ006  (any day near it)
        first = today + timedelta(days=30)
        first -= timedelta(days=max(0, first.day - 28))  # a day that every month has
        start = f"{first:%Y%m%d}"
        record = {
            "title": "Quarterly",
            "dateandtime": {"start": f"{start}T200000", "end": f"{start}T210000", "timezone": "Asia/Kolkata"},
            "resources": [{"resource_id": ROOM, "type": 0}],
            "repeat": {"freq": "monthly", "interval": 3, "until": f"{today + timedelta(days=300):%Y%m%d}"},
        }
        booking_id = sandbox.seed("zoho", bookings=[record])[0]
        named = next(iter(await occurrences(zoho, sandbox, booking_id)))
        await zoho.update_booking(
            booking_id, {"title": "Review"}, recurrence_edittype="following", recurrenceid_in_millis=named
        )
        titles = [title for title, *_ in (await occurrences(zoho, sandbox, booking_id)).values()]
        assert titles == ["Quarterly", *["Review"] * (len(titles) - 1)]
        assert len(titles) > 2

    async def test_the_last_one_is_refused(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        last = list(await occurrences(zoho, sandbox))[-1]
        with pytest.raises(InvalidInput, match=r"no occurrence comes after the one .*: following leaves"):
            await zoho.update_booking(
                WEEKLY, {"title": "x"}, recurrence_edittype="following", recurrenceid_in_millis=last
            )
        assert writes(sandbox, "zoho") == []

    async def test_one_at_another_time_of_day_is_refused(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        before = await occurrences(zoho, sandbox)
        named = list(before)[1]
        options = {"recurrence_edittype": "following", "recurrenceid_in_millis": named}
        await zoho.update_booking(
            WEEKLY, {"dateandtime": {"start": at(before[named][1], "084500")}}, **options
        )
        with pytest.raises(InvalidInput, match="at another time of day than the next one: name the next"):
            await zoho.update_booking(WEEKLY, {"title": "x"}, **options)
        assert len(writes(sandbox, "zoho")) == 1

    async def test_whose_read_back_fails_is_unknown(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        named = list(await occurrences(zoho, sandbox))[1]
        sandbox.fault("zoho", {"status": 500}, method="GET", path="*/resources/*", skip=1, times=None)
        with pytest.raises(OutcomeUnknown, match="answered success, and reading back failed"):
            await zoho.update_booking(
                WEEKLY, {"title": "x"}, recurrence_edittype="following", recurrenceid_in_millis=named
            )


# What an occurrence may have of its own, and what is said of it.
class TestRooms:
    OTHER: dict[str, Any] = {"resources": [{"resource_id": "1605702686149000001"}]}  # noqa: RUF012  (never changed)

    async def test_may_be_changed_for_all(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        result = await zoho.update_booking(WEEKLY, self.OTHER, recurrence_edittype="all")
        assert (result.outcome, result.warnings) == (Outcome.APPLIED, ())
        assert sandbox.booking("zoho", WEEKLY)["resources"][0]["resource_id"] == "1605702686149000001"

    async def test_of_those_that_follow_must_hold_the_one_by_which_they_are_found(
        self, sandbox: Sandbox, zoho: ZohoClient
    ) -> None:
        options = {
            "recurrence_edittype": "following",
            "recurrenceid_in_millis": next(iter(await occurrences(zoho, sandbox))),
        }
        with pytest.raises(InvalidInput, match=r"leaves out the booking's own room, .* one by one"):
            await zoho.update_booking(WEEKLY, self.OTHER, **options)
        assert writes(sandbox, "zoho") == []
        both = {"resources": [*self.OTHER["resources"], {"resource_id": ROOM}]}
        assert (await zoho.update_booking(WEEKLY, both, **options)).outcome == Outcome.APPLIED


class TestThisAndFollowing:
    async def test_takes_two_updates_the_following_ones_first(
        self, sandbox: Sandbox, zoho: ZohoClient
    ) -> None:
        before = await occurrences(zoho, sandbox)
        named = list(before)[1]
        changes = {"dateandtime": {"start": at(before[named][1], "084500")}, "title": "Retro"}
        for kind in ("following", "only"):
            await zoho.update_booking(WEEKLY, changes, recurrence_edittype=kind, recurrenceid_in_millis=named)
        after = list((await occurrences(zoho, sandbox)).values())
        assert after[0] == before[next(iter(before))]
        assert [(title, start[8:]) for title, start, _ in after[1:]] == [("Retro", "T084500")] * 5


class TestRefused:
    async def test_a_booking_that_recurs_needs_an_edit_type(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        with pytest.raises(InvalidInput, match="recurrence_edittype is not given: give only, following or"):
            await zoho.update_booking(WEEKLY, {"title": "x"})
        assert writes(sandbox, "zoho") == []

    @pytest.mark.parametrize("options", [{}, {"recurrenceid_in_millis": "1638630000000"}])
    @pytest.mark.parametrize("kind", ["all", "only", "following"])
    async def test_a_booking_that_does_not_recur_takes_none(
        self, sandbox: Sandbox, zoho: ZohoClient, kind: str, options: dict[str, Any]
    ) -> None:
        with pytest.raises(InvalidInput, match="recurrence"):
            await zoho.update_booking(SAMPLE, {"title": "x"}, recurrence_edittype=kind, **options)
        assert writes(sandbox, "zoho") == []

    @pytest.mark.parametrize("kind", ["all", "following"])
    async def test_another_day_cannot_be_said_for_several(
        self, sandbox: Sandbox, zoho: ZohoClient, kind: str
    ) -> None:
        before = await occurrences(zoho, sandbox)
        named = list(before)[1]
        day = datetime.fromisoformat(before[named][1]) + timedelta(days=1)
        asked = {"start": f"{day:%Y%m%dT%H%M%S}", "end": f"{day:%Y%m%dT100000}"}
        options = {"recurrenceid_in_millis": named} if kind == "following" else {}
        with pytest.raises(InvalidInput, match=rf"another day, which recurrence_edittype {kind} .*with only"):
            await zoho.update_booking(WEEKLY, {"dateandtime": asked}, recurrence_edittype=kind, **options)
        assert writes(sandbox, "zoho") == []

    async def test_an_hour_that_the_next_one_does_not_have_is_refused(
        self, sandbox: Sandbox, zoho: ZohoClient
    ) -> None:
        sandbox.switch("zoho", booking_months=12)
        start = {"start": "20270307T010000", "end": "20270307T013000", "timezone": "America/New_York"}
        rule = {"freq": "weekly", "interval": 1, "until": "20270330"}
        record = {"dateandtime": start, "repeat": rule, "resources": [{"resource_id": ROOM, "type": 0}]}
        booking_id = sandbox.seed("zoho", bookings=[record])[0]
        named = next(iter(await occurrences(zoho, sandbox, booking_id)))
        asked = {"start": "20270307T023000", "end": "20270307T040000"}
        with pytest.raises(InvalidInput, match="20270314T023000 does not exist") as refused:
            await zoho.update_booking(
                booking_id,
                {"dateandtime": asked},
                recurrence_edittype="following",
                recurrenceid_in_millis=named,
            )
        assert refused.value.reason == Reason.TIME_GAP


class TestReading:
    async def test_gives_an_occurrence_by_its_id(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        before = await occurrences(zoho, sandbox)
        named = list(before)[3]
        booking = await zoho.get_booking(WEEKLY, recurrenceid_in_millis=named)
        assert booking.start is not None
        assert f"{booking.start.astimezone(INDIA):%Y%m%dT%H%M%S}" == before[named][1]

    async def test_shows_the_vendors_own_members_only(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        named = next(iter(await occurrences(zoho, sandbox)))
        booking = await zoho.get_booking(
            WEEKLY, recurrence_edittype="following", recurrenceid_in_millis=named
        )
        assert not [name for name in booking.raw if name.startswith("_")]

"""Occurrences that were changed by themselves: what would undo that is refused."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from airflow_provider_booking.bookings import (
    InvalidInput,
)
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.zoho.client import ZohoClient
from tests.vendors.zoho.weekly import BRANCH, ROOM, WEEKLY, occurrences
from tests.wire import reads, writes

OWN: dict[str, tuple[dict[str, Any], str]] = {
    "title": ({"title": "Retro"}, "title"),
    "description": ({"description": "Bring notes"}, "description"),
    "privacy": ({"isprivate": True}, "isprivate"),
    "people": ({"attendees": [{"email": "cal5@example.com", "zid": 61298182}]}, "attendees"),
    "groups": ({"group_attendees": [{"zid": 62219540}]}, "group_attendees"),
    "a second room": (
        {"resources": [{"resource_id": ROOM}, {"resource_id": "1605702686149000001"}]},
        "resources",
    ),
    "hour": ({"dateandtime": {"end": "T100000"}}, "time of day"),
}


class TestOccurrencesThatAreNotAlike:
    """The members of one record go to all: what one of them has of its own would be lost."""

    async def _changed_by_itself(
        self, sandbox: Sandbox, zoho: ZohoClient, number: int, changes: dict[str, Any]
    ) -> dict[str, Any]:
        before = await occurrences(zoho, sandbox)
        named = list(before)[number]
        if "dateandtime" in changes:
            day = before[named][1][:8]
            changes = {"dateandtime": {name: day + at for name, at in changes["dateandtime"].items()}}
        await zoho.update_booking(WEEKLY, changes, recurrence_edittype="only", recurrenceid_in_millis=named)
        return before

    @pytest.mark.parametrize("kind", ["all", "following"])
    @pytest.mark.parametrize(("changes", "said"), OWN.values(), ids=OWN)
    async def test_are_refused_by_the_day_of_the_first_that_differs(
        self, sandbox: Sandbox, zoho: ZohoClient, kind: str, changes: dict[str, Any], said: str
    ) -> None:
        before = await self._changed_by_itself(sandbox, zoho, 4, changes)
        stored = sandbox.booking("zoho", WEEKLY)
        day = f"{datetime.fromisoformat(list(before.values())[4][1]).date()}"
        options = {} if kind == "all" else {"recurrenceid_in_millis": next(iter(before))}
        with pytest.raises(InvalidInput, match=f"not all alike: that of {day} has another {said}: .* only"):
            await zoho.update_booking(WEEKLY, {"title": "x"}, recurrence_edittype=kind, **options)
        assert sandbox.booking("zoho", WEEKLY) == stored
        assert len(writes(sandbox, "zoho")) == 1

    @pytest.mark.parametrize("kind", ["all", "following"])
    async def test_are_never_said_to_be_unchanged(
        self, sandbox: Sandbox, zoho: ZohoClient, kind: str
    ) -> None:
        before = await self._changed_by_itself(sandbox, zoho, 4, {"title": "Retro"})
        options = {} if kind == "all" else {"recurrenceid_in_millis": next(iter(before))}
        with pytest.raises(InvalidInput, match="not all alike"):
            await zoho.update_booking(WEEKLY, {"title": "Weekly call"}, recurrence_edittype=kind, **options)

    @pytest.mark.parametrize("number", [0, 1])
    async def test_do_not_matter_to_following_up_to_the_named_one(
        self, sandbox: Sandbox, zoho: ZohoClient, number: int
    ) -> None:
        before = await self._changed_by_itself(sandbox, zoho, number, {"title": "Retro"})
        options = {"recurrence_edittype": "following", "recurrenceid_in_millis": list(before)[1]}
        await zoho.update_booking(WEEKLY, {"title": "x"}, **options)
        titles = [title for title, *_ in (await occurrences(zoho, sandbox)).values()]
        assert titles == [*("Retro" if at == number else "Weekly call" for at in (0, 1)), *["x"] * 4]

    async def test_are_found_where_the_next_one_itself_differs(
        self, sandbox: Sandbox, zoho: ZohoClient
    ) -> None:
        before = await self._changed_by_itself(sandbox, zoho, 1, {"title": "Retro"})
        with pytest.raises(InvalidInput, match="not all alike"):
            await zoho.update_booking(
                WEEKLY,
                {"description": "x"},
                recurrence_edittype="following",
                recurrenceid_in_millis=next(iter(before)),
            )

    async def test_are_found_in_the_room_of_the_whole_wherever_the_named_one_is(
        self, sandbox: Sandbox, zoho: ZohoClient
    ) -> None:
        rooms = {"resources": [{"resource_id": "1605702686149000001"}]}
        before = await self._changed_by_itself(sandbox, zoho, 1, rooms)
        options = {"recurrence_edittype": "following", "recurrenceid_in_millis": list(before)[1]}
        await zoho.update_booking(WEEKLY, {"title": "x"}, **options)
        titles = [title for title, *_ in (await occurrences(zoho, sandbox)).values()]
        assert titles == ["Weekly call", *["x"] * 4]  # the named one is in the other room

    @pytest.mark.parametrize(("number", "days"), [(1, 60), (2, -10)])
    async def test_are_found_from_the_planned_day_on_wherever_one_was_moved(
        self, sandbox: Sandbox, zoho: ZohoClient, number: int, days: int
    ) -> None:
        before = await occurrences(zoho, sandbox)
        named = list(before)[number]
        moved = {
            name: f"{datetime.fromisoformat(value) + timedelta(days=days):%Y%m%dT%H%M%S}"
            for name, value in zip(("start", "end"), before[named][1:], strict=True)
        }
        await zoho.update_booking(
            WEEKLY, {"dateandtime": moved}, recurrence_edittype="only", recurrenceid_in_millis=named
        )
        await zoho.update_booking(
            WEEKLY,
            {"title": "x"},
            recurrence_edittype="following",
            recurrenceid_in_millis=list(before)[1],
        )
        first, last = (date.fromisoformat(list(before.values())[at][1][:8]) for at in (0, 5))
        month = timedelta(days=31)
        found = {
            each.recurrence_id: each.title
            for each in await zoho.room_bookings(ROOM, BRANCH, first - month, last + 2 * month)
            if each.booking_id == WEEKLY
        }
        assert found == {one: "x" if at > 1 else "Weekly call" for at, one in enumerate(before)}

    async def test_after_an_update_are_a_warning(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        # The vendor takes the update for the booking itself, and not for one of its occurrences.
        whole = (await zoho.get_booking(WEEKLY)).raw | {"title": "x"}
        sandbox.fault(
            "zoho", {"status": 200, "body": {"20271102": whole}}, method="POST", path="*/bookings/*"
        )
        sandbox.fault("zoho", {"status": 200, "body": whole}, method="GET", path=f"*/{WEEKLY}", skip=1)
        result = await zoho.update_booking(WEEKLY, {"title": "x"}, recurrence_edittype="all")
        first = sandbox.booking("zoho", WEEKLY)["start_date"]
        assert result.warnings == (
            f"the occurrences are not all alike: that of {date.fromisoformat(first)} has another title",
        )

    async def test_cost_few_enough_reads_for_an_update_a_minute(
        self, sandbox: Sandbox, zoho: ZohoClient
    ) -> None:
        before = await occurrences(zoho, sandbox)
        asked = len(reads(sandbox, "zoho"))
        await zoho.update_booking(
            WEEKLY,
            {"title": "x"},
            recurrence_edittype="following",
            recurrenceid_in_millis=next(iter(before)),
        )
        assert len(reads(sandbox, "zoho")) - asked == 20
        await zoho.update_booking(
            WEEKLY,
            {"title": "y"},
            recurrence_edittype="only",
            recurrenceid_in_millis=next(iter(before)),
        )
        assert len(reads(sandbox, "zoho")) - asked == 22

    async def test_that_cannot_be_looked_at_are_not_written_to(
        self, sandbox: Sandbox, zoho: ZohoClient
    ) -> None:
        sandbox.fault("zoho", {"status": 200, "body": {}}, method="GET", path="*/bookings", times=None)
        with pytest.raises(InvalidInput, match="no occurrence shows in the list of the booking's room"):
            await zoho.update_booking(WEEKLY, {"title": "x"}, recurrence_edittype="all")
        assert writes(sandbox, "zoho") == []

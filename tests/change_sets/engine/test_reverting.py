"""A change set is taken back from its before-images: what is still as it was left, once, and no more."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.change_sets.items import Kind
from airflow_provider_booking.change_sets.ledger import Ledger
from airflow_provider_booking.change_sets.report import LocalFolder, write_report
from airflow_provider_booking.sandbox import running
from airflow_provider_booking.vendors.planning import Notify
from tests.change_sets.engine.test_dying import another

if TYPE_CHECKING:
    from airflow_provider_booking.change_sets.items import ChangeSet
    from tests.change_sets.engine.conftest import Desk

MOVES: dict[str, tuple[str, dict[str, Any]]] = {
    "feishu": ("feishu_default", {"changes": {"meeting_settings": {"topic": "Moved"}}}),
    "zoho": ("zoho_calendar_default", {"shift": "P1D"}),
    "jicoo": ("jicoo_default", {"shift": "P1D"}),
    "onlive": ("onlive_default", {"shift": "P1D"}),
    "kos": ("kos_default", {"shift": "P1D"}),
}
WRITTEN_BY_THE_VENDOR = {
    "feishu": set(),
    "zoho": {"etag", "lastmodifiedtime", "booking_approved"},
    "jicoo": {"updatedAt"},
    "onlive": {"updatedAt"},
    "kos": {"updatedAt"},
}


class StoppedInPlanning(Ledger):
    """A ledger in which somebody asks for a change set to be stopped before its planning is finished."""

    def finish_planning(self, change_set_id: str, **found: Any) -> ChangeSet:
        self.ask_to_stop(change_set_id, "someone")
        return super().finish_planning(change_set_id, **found)


async def moved(desk: Desk, count: int = 4) -> ChangeSet:
    """So many Jicoo bookings, moved by a day."""
    found = await desk.plan({"ids": desk.sandbox.seed("jicoo", count)}, {"shift": "P1D"})
    await desk.apply(found)
    return found


def starts(desk: Desk) -> dict[str, str]:
    """Where the Jicoo bookings are."""
    return {booking["uid"]: booking["startedAt"] for booking in desk.sandbox.bookings("jicoo")}


async def by_hand(desk: Desk, booking_id: str, changes: dict[str, Any]) -> None:
    """Somebody changes a Jicoo booking outside of any change set."""
    opened: Any = await desk.connect("jicoo_default")
    async with opened as client:
        await client.update_booking(booking_id, changes)


@pytest.mark.parametrize("vendor", MOVES)
async def test_bookings_of_every_vendor_are_as_they_were(desk: Desk, vendor: str) -> None:
    conn_id, change = MOVES[vendor]
    ids = desk.sandbox.seed(vendor, 3)
    before = {booking_id: desk.sandbox.booking(vendor, booking_id) for booking_id in ids}
    found = await desk.plan({"ids": ids}, change, conn_id=conn_id)
    assert (await desk.apply(found)).counts == {"applied": 3, "total": 3}
    reverted = await desk.revert(found)
    assert reverted.applied.counts == {"applied": 3, "total": 3}
    assert desk.counts(found) == {"reverted": 3, "total": 3}
    for booking_id in ids:
        now = desk.sandbox.booking(vendor, booking_id)
        differing = {
            name for name in now | before[booking_id] if now.get(name) != before[booking_id].get(name)
        }
        assert differing <= WRITTEN_BY_THE_VENDOR[vendor]


async def test_it_is_a_change_set_of_its_own_with_books_that_balance(desk: Desk) -> None:
    found = await moved(desk)
    reverted = await desk.revert(found)
    own = desk.ledger.change_set(reverted.change_set_id)
    assert (own.kind, own.reverts, own.rows) == (Kind.REVERT, found.change_set_id, 4)
    for each in (found, own):
        folder = LocalFolder(desk.folder / each.change_set_id)
        assert write_report(desk.ledger, each.change_set_id, folder).balanced


async def test_twice_is_no_more_than_once(desk: Desk) -> None:
    found = await moved(desk)
    await desk.revert(found)
    sent = len(desk.written("jicoo"))
    again = await desk.revert(found)
    assert again.applied.counts == {"total": 0}
    assert len(desk.written("jicoo")) == sent


async def test_a_revert_of_a_revert_restores(desk: Desk) -> None:
    found = await moved(desk)
    moved_to = starts(desk)
    back = await desk.revert(found)
    forth = await desk.revert(back.change_set_id)
    assert forth.applied.counts == {"applied": 4, "total": 4}
    assert starts(desk) == moved_to
    assert desk.ledger.counts(back.change_set_id) == {"reverted": 4, "total": 4}
    assert desk.counts(found) == {"applied": 4, "total": 4}


async def test_what_was_restored_can_be_taken_back_again(desk: Desk) -> None:
    ids = desk.sandbox.seed("jicoo", 2)
    before = starts(desk)
    found = await desk.plan({"ids": ids}, {"shift": "P1D"})
    await desk.apply(found)
    back = await desk.revert(found)
    await desk.revert(back.change_set_id)
    again = await desk.revert(found)
    assert again.change_set_id != back.change_set_id
    assert again.applied.counts == {"applied": 2, "total": 2}
    assert starts(desk) == before


async def test_what_somebody_touched_since_is_held_and_the_rest_goes_back(desk: Desk) -> None:
    found = await moved(desk)
    touched = desk.items(found)[1].booking_id
    start = datetime.now(UTC).replace(microsecond=0) + timedelta(days=150)
    elsewhere = {"startedAt": start.isoformat(), "endedAt": (start + timedelta(hours=1)).isoformat()}
    await by_hand(desk, touched, elsewhere)
    reverted = await desk.revert(found)
    assert reverted.applied.counts == {"applied": 3, "held": 1, "total": 4}
    (held,) = [item for item in desk.ledger.items(reverted.change_set_id) if item.outcome == "held"]
    assert held.message == (  # the fields' names, and none of their values
        "jicoo: endedAt, startedAt changed after it was applied: "
        "look at the booking; take it back by hand if it shall still be taken back"
    )
    assert datetime.fromisoformat(starts(desk)[touched]) == start
    assert desk.counts(found) == {"applied": 1, "reverted": 3, "total": 4}


async def test_what_somebody_put_back_by_hand_counts_as_taken_back_and_is_not_sent(desk: Desk) -> None:
    ids = desk.sandbox.seed("jicoo", 1)
    before = desk.sandbox.booking("jicoo", ids[0])
    found = await desk.plan({"ids": ids}, {"shift": "P1D"})
    await desk.apply(found)
    await by_hand(desk, ids[0], {name: before[name] for name in ("startedAt", "endedAt")})
    sent = len(desk.written("jicoo"))
    assert (await desk.revert(found)).applied.counts == {"total": 1, "unchanged": 1}
    assert desk.counts(found) == {"reverted": 1, "total": 1}
    assert len(desk.written("jicoo")) == sent


async def test_what_was_never_applied_is_not_taken_back(desk: Desk) -> None:
    ids = desk.sandbox.seed("jicoo", 3)
    desk.sandbox.fault("jicoo", {"status": 422}, method="PATCH", times=1)
    found = await desk.plan({"ids": ids}, {"shift": "P1D"})
    await desk.apply(found, canary=0)
    assert desk.counts(found) == {"applied": 2, "refused": 1, "total": 3}
    assert (await desk.revert(found)).applied.counts == {"applied": 2, "total": 2}


async def test_what_is_not_known_is_refused_until_it_is(desk: Desk) -> None:
    found = await desk.plan({"ids": desk.sandbox.seed("jicoo", 1)}, {"shift": "P1D"})
    desk.sandbox.fault("jicoo", {"drop": "after"}, method="PATCH", times=1)
    desk.sandbox.fault("jicoo", {"status": 500}, method="GET", skip=1, times=20)
    await desk.apply(found)
    desk.sandbox.clear_faults()
    reverted = await desk.revert(found)
    (item,) = desk.ledger.items(reverted.change_set_id)
    assert (item.outcome, item.reason) == ("refused", "net.timeout")
    assert "apply the change set again" in item.message


async def test_it_tells_people_as_the_change_set_did(desk: Desk) -> None:
    found = await desk.plan({"ids": desk.sandbox.seed("jicoo", 2)}, {"shift": "P1D"}, notify=Notify.NONE)
    await desk.apply(found)
    await desk.revert(found)
    assert not desk.sandbox.notifications("jicoo")


async def test_what_is_still_open_is_stopped_first(desk: Desk) -> None:
    found = await desk.plan({"ids": desk.sandbox.seed("jicoo", 60)}, {"shift": "P1D"})
    # Two at a time: all of them take long enough to be stopped.
    desk.extras["jicoo_default"] = {"max_concurrency": 2}
    desk.sandbox.latency(50)
    applying = asyncio.create_task(desk.apply(found, canary=0, asked_at=desk.ledger.now()))
    while len(await asyncio.to_thread(desk.written, "jicoo")) < 5:
        pass
    reverted = await desk.revert(found)
    applied = await applying
    assert applied.by_hand is not None
    counts = desk.counts(found)
    assert counts["reverted"] == reverted.applied.counts["applied"]
    assert counts["reverted"] + counts["unprocessed"] == 60


async def test_one_that_was_cut_short_goes_on(desk: Desk) -> None:
    found = await moved(desk, 6)
    desk.sandbox.fault("jicoo", {"status": 429}, method="PATCH", skip=2, times=None)
    first = await desk.revert(found)
    desk.sandbox.clear_faults()
    second = await desk.revert(found)
    assert second.change_set_id == first.change_set_id
    assert second.applied.counts == {"applied": 6, "total": 6}


async def test_a_change_set_that_is_not_there_is_refused(desk: Desk) -> None:
    with pytest.raises(InvalidInput, match="the ledger has no change set"):
        await desk.revert("20260101-000000-00000000")


@pytest.mark.parametrize(
    ("include_past", "counts"),
    [(False, {"refused": 1, "total": 1}), (True, {"applied": 1, "total": 1})],
    ids=["unasked", "asked for"],
)
async def test_a_booking_is_put_back_into_the_past_only_where_that_is_asked_for(
    desk: Desk, include_past: bool, counts: dict[str, int]
) -> None:
    began = datetime.now(UTC) - timedelta(days=2)
    times = {"startedAt": began.isoformat(), "endedAt": (began + timedelta(minutes=30)).isoformat()}
    ids = desk.sandbox.seed("jicoo", bookings=[times])
    found = await desk.plan({"ids": ids}, {"shift": "P30D"}, include_past=True)
    await desk.apply(found)
    assert (await desk.revert(found, include_past=include_past)).applied.counts == counts


async def test_one_that_asks_for_something_else_is_another_change_set(desk: Desk) -> None:
    found = await moved(desk, 6)
    desk.sandbox.fault("jicoo", {"status": 429}, method="PATCH", skip=2, times=None)
    first = await desk.revert(found)
    desk.sandbox.clear_faults()
    second = await desk.revert(found, include_past=True)
    assert second.change_set_id != first.change_set_id
    assert second.applied.counts == {"applied": 4, "total": 4}


async def test_a_connection_that_calls_somebody_else_now_is_refused_and_nothing_counts_as_taken_back(
    desk: Desk,
) -> None:
    found = await moved(desk, 2)
    with running() as elsewhere:
        desk.sandbox, home = elsewhere, desk.sandbox
        reverted = await desk.revert(found)
        assert not desk.written("jicoo")
    desk.sandbox = home
    (item, *_) = desk.ledger.items(reverted.change_set_id)
    assert (item.outcome, item.reason) == ("refused", "input.invalid")
    assert "another address or credential" in item.message
    assert desk.counts(found) == {"applied": 2, "total": 2}
    assert (await desk.revert(found)).applied.counts == {"applied": 2, "total": 2}


async def test_what_was_applied_stays_in_the_books_when_reading_the_rest_is_cut_short(desk: Desk) -> None:
    found = await moved(desk, 4)
    lost = desk.items(found)[0].booking_id
    desk.sandbox.fault("jicoo", {"status": 503}, method="GET", path=f"*{lost}*", times=None)
    first = await desk.revert(found)
    assert first.applied.counts == {"applied": 3, "held": 1, "total": 4}
    desk.ledger.reopen(first.change_set_id, even_if_begun=True)  # and then the process dies
    desk.sandbox.clear_faults()
    again = await desk.revert(found)
    assert again.change_set_id == first.change_set_id
    assert again.applied.counts == {"applied": 4, "total": 4}


@pytest.mark.parametrize("ahead", [None, timedelta(minutes=1)], ids=["now", "by a clock that is ahead"])
async def test_a_stop_that_is_asked_for_while_it_is_planned_holds(
    desk: Desk, ahead: timedelta | None
) -> None:
    found = await moved(desk, 2)
    sent = len(desk.written("jicoo"))
    asked_at = ahead and desk.ledger.now() + ahead
    with another(desk, StoppedInPlanning), pytest.raises(InvalidInput, match="someone asked"):
        await desk.revert(found, asked_at=asked_at)
    (own,) = desk.ledger.reverts_of(found.change_set_id)
    assert own.planned_at is not None
    assert own.stopped_at is not None
    assert own.stopped_at <= own.planned_at
    assert len(desk.written("jicoo")) == sent


async def test_what_was_sent_and_held_is_listed(desk: Desk) -> None:
    ids = desk.sandbox.seed("jicoo", 2)
    found = await desk.plan({"ids": ids}, {"shift": "P1D"})
    as_it_was = {"data": desk.sandbox.booking("jicoo", ids[0])}
    desk.sandbox.fault("jicoo", {"status": 200, "body": as_it_was}, method="PATCH", path=f"*{ids[0]}*")
    await desk.apply(found, canary=0)
    assert desk.counts(found) == {"applied": 1, "held": 1, "total": 2}
    reverted = await desk.revert(found)
    assert reverted.applied.counts == {"applied": 1, "refused": 1, "total": 2}
    said = [item.message for item in desk.ledger.items(reverted.change_set_id)]
    assert any("how it left the booking is not known" in message for message in said)


async def test_a_revert_that_was_reopened_and_cut_short_is_not_spoilt_by_other_arguments(desk: Desk) -> None:
    found = await moved(desk, 4)
    unread = desk.items(found)[0].booking_id
    desk.sandbox.fault("jicoo", {"status": 500}, method="GET", path=f"*/{unread}", times=None)
    begun = await desk.revert(found, key="back")
    desk.sandbox.clear_faults()
    desk.ledger.reopen(begun.change_set_id, even_if_begun=True)  # and the process dies
    with pytest.raises(InvalidInput, match="was planned from other arguments"):
        await desk.revert(found, key="back", notify=Notify.ONCE)
    assert (await desk.revert(found, key="back")).applied.counts == {"applied": 4, "total": 4}


async def test_two_at_once_take_everything_back_once(desk: Desk) -> None:
    found = await moved(desk, 10)
    sent = len(desk.written("jicoo"))
    await asyncio.gather(desk.revert(found), desk.revert(found), desk.revert(found, include_past=True))
    assert desk.counts(found) == {"reverted": 10, "total": 10}
    assert len(desk.written("jicoo")) == sent + 10


async def test_who_was_told_of_the_change_by_its_own_fields_is_told_of_the_way_back(desk: Desk) -> None:
    ids = desk.sandbox.seed("jicoo", 1)
    found = await desk.plan({"ids": ids}, {"changes": {"name": "Moved", "isSendUpdates": True}})
    await desk.apply(found)
    told = len(desk.sandbox.notifications("jicoo"))
    await desk.revert(found)
    assert told
    assert len(desk.sandbox.notifications("jicoo")) == 2 * told

"""Applying against the simulators: what is sent, in which order, and what the ledger says of it."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.vendors.planning import Notify
from tests.change_sets.engine.test_planning import EVERY_VENDOR

FRONT_DESK = "65e000000000000000000009"  # a zone of the sandbox's clinic

if TYPE_CHECKING:
    from tests.change_sets.engine.conftest import Desk


async def test_a_booking_of_each_vendor_is_as_planned_afterwards(desk: Desk) -> None:
    lines = [f"{booking_id},{conn_id}" for conn_id, booking_id in EVERY_VENDOR]
    (desk.folder / "move.csv").write_text("\n".join(["booking_id,conn_id", *lines]))
    found = await desk.plan({"file": "move.csv"}, {"shift": "P1D"}, conn_id=None)
    applied = await desk.apply(found)
    assert applied.counts == {"applied": 5, "total": 5}, [item.message for item in desk.items(found)]
    assert applied.stopped == {}
    for vendor in ("feishu", "zoho", "jicoo", "onlive", "kos"):
        assert len(desk.written(vendor)) == 1


async def test_applying_again_sends_nothing(desk: Desk) -> None:
    found = await desk.plan({"ids": desk.sandbox.seed("jicoo", 12)}, {"shift": "P1D"})
    await desk.apply(found)
    seen = len(desk.sandbox.requests("jicoo"))
    again = await desk.apply(found)
    assert again.counts == {"applied": 12, "total": 12}
    assert len(desk.sandbox.requests("jicoo")) == seen


async def test_one_connection_can_be_applied_by_itself(desk: Desk) -> None:
    lines = [f"{booking_id},{conn_id}" for conn_id, booking_id in EVERY_VENDOR]
    (desk.folder / "move.csv").write_text("\n".join(["booking_id,conn_id", *lines]))
    found = await desk.plan({"file": "move.csv"}, {"shift": "P1D"}, conn_id=None)
    applied = await desk.apply(found, conn_id="jicoo_default")
    assert applied.counts == {"applied": 1, "total": 1}
    assert desk.counts(found) == {"applied": 1, "planned": 4, "total": 5}
    assert desk.written("kos") == []


async def test_the_earliest_booking_goes_first(desk: Desk) -> None:
    desk.extras["jicoo_default"] = {"max_concurrency": 1}
    first = datetime.now(UTC) + timedelta(days=3)
    starts = [first + timedelta(hours=hours) for hours in (5, 1, 9, 3, 7)]
    ids = desk.sandbox.seed(
        "jicoo",
        bookings=[
            {"startedAt": start.isoformat(), "endedAt": (start + timedelta(minutes=30)).isoformat()}
            for start in starts
        ],
    )
    found = await desk.plan({"ids": ids}, {"set": {"title": "Moved"}})
    await desk.apply(found, canary=9)
    by_start = [uid for _, uid in sorted(zip(starts, ids, strict=True))]
    assert [request["path"].rpartition("/")[2] for request in desk.written("jicoo")] == by_start


async def test_the_canary_is_applied_and_read_back_before_the_rest(desk: Desk) -> None:
    found = await desk.plan({"ids": desk.sandbox.seed("jicoo", 6)}, {"shift": "P1D"})
    planned = len(desk.sandbox.requests("jicoo"))
    await desk.apply(found, canary=2)
    calls = [
        (request["method"], request["path"].rpartition("/")[2])
        for request in desk.sandbox.requests("jicoo")[planned:]
    ]
    (one, other) = (calls[0][1], calls[3][1])
    assert calls[:6] == [
        *(("GET", one), ("PATCH", one), ("GET", one)),
        *(("GET", other), ("PATCH", other), ("GET", other)),
    ]


async def test_a_bad_canary_stops_the_rest(desk: Desk) -> None:
    ids = desk.sandbox.seed("jicoo", 8)
    found = await desk.plan({"ids": ids}, {"shift": "P1D"})
    desk.sandbox.fault("jicoo", {"status": 500}, method="PATCH", times=1)
    desk.sandbox.fault("jicoo", {"status": 500}, method="GET", skip=1, times=20)
    applied = await desk.apply(found, canary=2)
    assert applied.counts == {"unknown": 1, "unprocessed": 7, "total": 8}
    assert "jicoo_default" in applied.stopped
    assert {reason for outcome, reason in desk.outcomes(found) if outcome == "unprocessed"} == {"policy.stop"}
    assert len(desk.written("jicoo")) == 1


async def test_applying_goes_on_where_it_was_stopped(desk: Desk) -> None:
    ids = desk.sandbox.seed("jicoo", 8)
    found = await desk.plan({"ids": ids}, {"shift": "P1D"})
    desk.sandbox.fault("jicoo", {"drop": "after"}, method="PATCH", times=1)
    desk.sandbox.fault("jicoo", {"status": 500}, method="GET", skip=1, times=20)
    await desk.apply(found)
    desk.sandbox.clear_faults()
    applied = await desk.apply(found)
    assert applied.counts == {"applied": 8, "total": 8}
    # The one whose answer was lost was found applied and not sent again.
    assert len(desk.written("jicoo")) == 8
    assert any("earlier attempt" in warning for item in desk.items(found) for warning in item.warnings)


async def test_what_was_touched_since_is_held_and_the_rest_goes_on(desk: Desk) -> None:
    ids = desk.sandbox.seed("jicoo", 4)
    found = await desk.plan({"ids": ids}, {"shift": "P1D"})
    touched = desk.sandbox.booking("jicoo", ids[1])
    start = datetime.fromisoformat(touched["startedAt"]) + timedelta(minutes=15)
    end = datetime.fromisoformat(touched["endedAt"]) + timedelta(minutes=15)
    await update(desk, ids[1], {"startedAt": start.isoformat(), "endedAt": end.isoformat()})
    await update(desk, ids[2], {"name": "Called otherwise"})
    applied = await desk.apply(found)
    assert applied.counts == {"applied": 3, "held": 1, "total": 4}
    assert desk.outcomes(found)[1] == ("held", "drift.changed")


async def test_a_field_of_the_change_that_somebody_else_changed_is_held(desk: Desk) -> None:
    found = await desk.plan({"ids": ["sandboxVb7RE"]}, {"set": {"title": "Ours"}})
    await update(desk, "sandboxVb7RE", {"name": "Theirs"})
    await desk.apply(found)
    assert desk.outcomes(found) == [("held", "drift.changed")]
    assert desk.items(found)[0].message == (  # the field's name, and none of its values
        "jicoo: name changed after it was planned: "
        "look at the booking; plan it anew if it shall still be changed"
    )
    assert desk.sandbox.booking("jicoo", "sandboxVb7RE")["name"] == "Theirs"


async def test_a_booking_that_is_gone_is_held(desk: Desk) -> None:
    (reserve,) = desk.sandbox.seed("feishu", 1)
    found = await desk.plan({"ids": [reserve]}, {"set": {"title": "Moved"}}, conn_id="feishu_default")
    async with await desk.connect("feishu_default") as client:
        await client.delete_reserve(reserve)  # type: ignore[attr-defined]  # the Feishu client's own
    await desk.apply(found)
    assert desk.outcomes(found) == [("held", "drift.gone")]


async def test_it_stops_when_more_are_refused_than_allowed(desk: Desk) -> None:
    ids = desk.sandbox.seed("jicoo", 20)
    found = await desk.plan({"ids": ids}, {"shift": "P1D"})
    desk.extras["jicoo_default"] = {"max_concurrency": 1}
    desk.sandbox.fault("jicoo", {"status": 422}, method="PATCH", times=None)
    applied = await desk.apply(found, max_refused=2, canary=0)
    assert 3 <= applied.counts["refused"] <= 5
    assert applied.counts["refused"] + applied.counts["unprocessed"] == 20
    assert "max_refused" in applied.stopped["jicoo_default"]


async def test_a_vendor_that_is_down_is_not_asked_about_every_booking(desk: Desk) -> None:
    ids = desk.sandbox.seed("jicoo", 40)
    found = await desk.plan({"ids": ids}, {"shift": "P1D"})
    desk.sandbox.fault("jicoo", {"drop": "before"}, method="GET", times=None)
    desk.extras["jicoo_default"] = {"max_concurrency": 1}
    applied = await desk.apply(found)
    assert applied.counts["held"] < 10
    assert applied.counts["unprocessed"] + applied.counts["held"] == 40
    desk.sandbox.clear_faults()
    assert (await desk.apply(found)).counts == {"applied": 40, "total": 40}


async def test_one_connections_outage_does_not_stop_another(desk: Desk) -> None:
    lines = [f"{booking_id},{conn_id}" for conn_id, booking_id in EVERY_VENDOR]
    (desk.folder / "move.csv").write_text("\n".join(["booking_id,conn_id", *lines]))
    found = await desk.plan({"file": "move.csv"}, {"shift": "P1D"}, conn_id=None)
    desk.sandbox.fault("kos", {"drop": "before"}, times=None)
    applied = await desk.apply(found)
    assert applied.counts == {"applied": 4, "held": 1, "total": 5}


@pytest.mark.parametrize("shift", ["PT30M", "-PT30M"])
async def test_bookings_of_one_room_move_out_of_each_others_way(desk: Desk, shift: str) -> None:
    ids = back_to_back(desk, 6)
    desk.extras["zoho_calendar_default"] = {"max_concurrency": 8}
    found = await desk.plan({"ids": ids}, {"shift": shift}, conn_id="zoho_calendar_default")
    applied = await desk.apply(found)
    assert applied.counts == {"applied": 6, "total": 6}, [item.message for item in desk.items(found)]
    assert len(desk.written("zoho")) == 6  # none had to be tried twice


async def test_two_that_swap_are_refused_and_say_so(desk: Desk) -> None:
    one, other = back_to_back(desk, 2)
    spans = [desk.sandbox.booking("zoho", each)["dateandtime"] for each in (one, other)]
    rows = [
        {
            "booking_id": booking_id,
            "changes": {"dateandtime": {name: span[name] for name in ("start", "end")}},
        }
        for booking_id, span in zip((one, other), reversed(spans), strict=True)
    ]
    (desk.folder / "swap.jsonl").write_text("\n".join(map(json.dumps, rows)))
    found = await desk.plan({"file": "swap.jsonl"}, conn_id="zoho_calendar_default")
    await desk.apply(found)
    assert desk.outcomes(found) == [("refused", "conflict.slot")] * 2


async def test_what_is_not_the_approved_digest_is_not_applied(desk: Desk) -> None:
    found = await desk.plan({"ids": ["sandboxVb7RE"]}, {"shift": "P1D"})
    with pytest.raises(InvalidInput, match="digest"):
        await desk.apply(found, digest="0" * 64)
    assert desk.written("jicoo") == []
    await desk.apply(found, digest=found.digest)
    assert desk.counts(found) == {"applied": 1, "total": 1}


async def test_an_expired_plan_is_not_begun(desk: Desk) -> None:
    found = await desk.plan({"ids": ["sandboxVb7RE"]}, {"shift": "P1D"}, expires_in=-1.0)
    with pytest.raises(InvalidInput, match="expired"):
        await desk.apply(found)
    assert desk.written("jicoo") == []


async def test_a_connection_that_points_elsewhere_now_is_not_used(desk: Desk, monkeypatch: Any) -> None:
    found = await desk.plan({"ids": ["sandboxVb7RE"]}, {"shift": "P1D"})
    monkeypatch.setattr(desk.sandbox, "url", desk.sandbox.url.replace("127.0.0.1", "localhost"))
    with pytest.raises(InvalidInput, match="another address or credential"):
        await desk.apply(found)


async def test_canaries_that_are_all_refused_stop_the_rest(desk: Desk) -> None:
    found = await desk.plan({"ids": desk.sandbox.seed("jicoo", 20)}, {"shift": "P1D"})
    desk.sandbox.fault("jicoo", {"status": 403}, method="PATCH", times=5)
    applied = await desk.apply(found)
    assert applied.counts == {"refused": 5, "unprocessed": 15, "total": 20}
    assert "canaries" in applied.stopped["jicoo_default"]
    (stopped,) = (each for each in desk.ledger.events(found.change_set_id) if each.what == "stopped")
    assert "canaries" in stopped.detail


async def test_what_was_held_is_no_canary(desk: Desk) -> None:
    ids = desk.sandbox.seed("jicoo", 8)
    found = await desk.plan({"ids": ids}, {"set": {"title": "Ours"}})
    for uid in ids[:6]:
        await update(desk, uid, {"name": "Theirs"})
    applied = await desk.apply(found)
    assert applied.counts == {"applied": 2, "held": 6, "total": 8}


async def test_a_connection_that_the_change_set_does_not_have_is_said(desk: Desk) -> None:
    found = await desk.plan({"ids": ["sandboxVb7RE"]}, {"shift": "P1D"})
    with pytest.raises(InvalidInput, match="has no row of connection jicoo_typo"):
        await desk.apply(found, conn_id="jicoo_typo")


async def test_an_attempt_that_sends_nothing_does_not_lift_the_expiry(desk: Desk) -> None:
    found = await desk.plan({"ids": ["sandboxVb7RE"]}, {"shift": "P1D"})
    desk.sandbox.fault("jicoo", {"drop": "before"}, method="GET", times=None)
    await desk.apply(found)
    assert desk.ledger.change_set(found.change_set_id).started_at is None


@pytest.mark.parametrize("vendor", ["feishu", "zoho", "jicoo", "onlive", "kos"])
async def test_after_an_outage_of_reads_the_next_apply_takes_all_up(desk: Desk, vendor: str) -> None:
    conn_id = "zoho_calendar_default" if vendor == "zoho" else f"{vendor}_default"
    shift = {"shift": "P1D"}
    found = await desk.plan({"ids": desk.sandbox.seed(vendor, 3)}, shift, conn_id=conn_id)
    desk.sandbox.fault(vendor, {"status": 503}, times=None)
    down = await desk.apply(found)
    assert "applied" not in down.counts
    desk.sandbox.clear_faults()
    assert (await desk.apply(found)).counts == {"applied": 3, "total": 3}


async def test_what_cannot_be_read_back_is_never_sent_again(desk: Desk) -> None:
    booking = desk.sandbox.seed("kos", 1)[0]
    changes = {"changes": {"zoneId": FRONT_DESK}}
    assert desk.sandbox.booking("kos", booking)["reservation"]["zoneId"] != FRONT_DESK
    found = await desk.plan({"ids": [booking]}, changes, conn_id="kos_default")
    desk.sandbox.fault("kos", {"status": 500, "applied": True}, path="*update-reservation*", times=None)
    assert (await desk.apply(found)).counts == {"unknown": 1, "total": 1}
    sent = len(desk.written("kos"))
    desk.sandbox.clear_faults()
    assert (await desk.apply(found)).counts == {"unknown": 1, "total": 1}
    assert len(desk.written("kos")) == sent


async def test_of_two_change_sets_that_want_the_same_one_sends_it_and_tells_people_once(desk: Desk) -> None:
    ids = desk.sandbox.seed("jicoo", 6)
    one = await desk.plan({"ids": ids}, {"shift": "P1D"}, key="one", notify=Notify.ONCE)
    other = await desk.plan({"ids": ids}, {"shift": "P1D"}, key="other", notify=Notify.ONCE)
    await asyncio.gather(desk.apply(one), desk.apply(other))
    ended = [sorted(pair) for pair in zip(desk.outcomes(one), desk.outcomes(other), strict=True)]
    assert ended == [[("applied", None), ("unchanged", None)]] * 6
    assert len(desk.sandbox.notifications("jicoo")) == 6


def back_to_back(desk: Desk, count: int) -> list[str]:
    """Make bookings of one Zoho room, each beginning where the one before it ends."""
    template = desk.sandbox.booking("zoho", desk.sandbox.seed("zoho", 1)[0])
    zone = template["dateandtime"]["timezone"]
    first = datetime.strptime(template["dateandtime"]["start"], "%Y%m%dT%H%M%S")  # noqa: DTZ007  (Zoho's wall clock)
    first = (first + timedelta(days=20)).replace(hour=10, minute=0)
    made = []
    for number in range(count):
        start = first + timedelta(minutes=30 * number)
        span = {
            "start": f"{start:%Y%m%dT%H%M%S}",
            "end": f"{start + timedelta(minutes=30):%Y%m%dT%H%M%S}",
            "timezone": zone,
        }
        made += desk.sandbox.seed(
            "zoho",
            bookings=[{"title": f"Slot {number}", "dateandtime": span, "resources": template["resources"]}],
        )
    return made


async def update(desk: Desk, uid: str, changes: dict[str, Any]) -> None:
    """Let somebody else change a Jicoo booking."""
    async with await desk.connect("jicoo_default") as client:
        await client.update(uid, changes)  # type: ignore[attr-defined]  # the Jicoo client's own

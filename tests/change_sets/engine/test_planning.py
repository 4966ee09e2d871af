"""Planning against the simulators: every row gets one outcome, and nothing is sent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from airflow_provider_booking.bookings import InvalidInput, Outcome
from airflow_provider_booking.vendors.planning import Notify

if TYPE_CHECKING:
    from tests.change_sets.engine.conftest import Desk

EVERY_VENDOR = [
    ("feishu_default", "6911188411932033028"),
    ("zoho_calendar_default", "1596693672887000001"),
    ("jicoo_default", "sandboxVb7RE"),
    ("onlive_default", "1610c525-f19a-40d0-8cd1-03daba3d2d98"),
    ("kos_default", "66a000000000000000000001"),
]


async def test_a_row_of_each_vendor_is_planned_and_nothing_is_sent(desk: Desk) -> None:
    lines = [f"{booking_id},{conn_id}" for conn_id, booking_id in EVERY_VENDOR]
    (desk.folder / "move.csv").write_text("\n".join(["booking_id,conn_id", *lines]))
    found = await desk.plan({"file": "move.csv"}, {"shift": "P1D"}, conn_id=None)
    assert desk.outcomes(found) == [("planned", None)] * 5
    assert desk.counts(found) == {"planned": 5, "total": 5}
    for vendor in ("feishu", "zoho", "jicoo", "onlive", "kos"):
        assert desk.written(vendor) == []


async def test_the_target_is_absolute(desk: Desk) -> None:
    before = desk.sandbox.booking("jicoo", "sandboxVb7RE")
    found = await desk.plan({"ids": ["sandboxVb7RE"]}, {"shift": "PT2H"})
    (item,) = desk.items(found)
    start = datetime.fromisoformat(before["startedAt"]) + timedelta(hours=2)
    assert datetime.fromisoformat(str(item.image.changes["startedAt"])) == start


async def test_the_same_key_gives_the_same_change_set_and_reads_nothing(desk: Desk) -> None:
    first = await desk.plan({"ids": ["sandboxVb7RE"]}, {"shift": "P1D"})
    await desk.apply(first)
    seen = len(desk.sandbox.requests("jicoo"))
    again = await desk.plan({"ids": ["sandboxVb7RE"]}, {"shift": "P1D"})
    assert (again.change_set_id, again.digest) == (first.change_set_id, first.digest)
    assert len(desk.sandbox.requests("jicoo")) == seen


async def test_the_same_key_for_something_else_is_refused(desk: Desk) -> None:
    await desk.plan({"ids": ["sandboxVb7RE"]}, {"shift": "P1D"})
    with pytest.raises(InvalidInput, match="key"):
        await desk.plan({"ids": ["sandboxVb7RE"]}, {"shift": "P2D"})


async def test_another_wish_or_another_booking_gives_another_digest(desk: Desk) -> None:
    uid = desk.sandbox.seed("jicoo", 1)[0]
    digests = [
        (await desk.plan({"ids": ids}, {"shift": shift}, key=f"{ids}{shift}")).digest
        for ids, shift in ((["sandboxVb7RE"], "P1D"), (["sandboxVb7RE"], "P2D"), ([uid], "P1D"))
    ]
    assert len(set(digests)) == 3
    again = await desk.plan({"ids": ["sandboxVb7RE"]}, {"shift": "P1D"}, key="another")
    assert again.digest == digests[0]


async def test_a_bad_row_costs_that_row_only(desk: Desk) -> None:
    rows = [
        "booking_id,conn_id,title",
        "sandboxVb7RE,jicoo_default,Moved",
        "1.59669E+18,zoho_calendar_default,Moved",
        "sandboxVb7RE,nowhere,Moved",
        "nobody,jicoo_default,Moved",
        "66a000000000000000000001,kos_default,Moved",
    ]
    (desk.folder / "rows.csv").write_text("\n".join(rows))
    found = await desk.plan({"file": "rows.csv"}, conn_id=None)
    assert desk.outcomes(found) == [
        ("planned", None),
        ("refused", "input.invalid"),
        ("refused", "input.invalid"),
        ("refused", "drift.gone"),
        ("refused", "input.invalid"),
    ]
    messages = [item.message for item in desk.items(found)]
    assert "spreadsheet" in messages[1]
    assert "connection nowhere does not exist" in messages[2]
    assert "title" in messages[4]


async def test_equal_duplicates_are_one_and_contradicting_ones_are_refused(desk: Desk) -> None:
    one, other = desk.sandbox.seed("jicoo", 2)
    rows = ["booking_id,title", f"{one},A", f"{one},A", f"{other},A", f"{other},B"]
    (desk.folder / "rows.csv").write_text("\n".join(rows))
    found = await desk.plan({"file": "rows.csv"})
    assert desk.outcomes(found) == [
        ("planned", None),
        ("unchanged", "input.duplicate"),
        ("refused", "input.duplicate"),
        ("refused", "input.duplicate"),
    ]


async def test_what_is_as_wished_is_unchanged(desk: Desk) -> None:
    name = desk.sandbox.booking("jicoo", "sandboxVb7RE")["name"]
    found = await desk.plan({"ids": ["sandboxVb7RE"]}, {"set": {"title": name}})
    assert desk.outcomes(found) == [("unchanged", None)]
    assert found.eta_seconds == 0


async def test_a_source_without_a_row_is_an_error_unless_that_is_allowed(desk: Desk) -> None:
    (desk.folder / "empty.csv").write_text("booking_id\n")
    with pytest.raises(InvalidInput, match="names no booking"):
        await desk.plan({"file": "empty.csv"}, {"shift": "P1D"})
    found = await desk.plan({"file": "empty.csv"}, {"shift": "P1D"}, allow_empty=True)
    assert desk.counts(found) == {"total": 0}


async def test_a_connection_that_does_not_exist_is_said_before_anything_is_read(desk: Desk) -> None:
    with pytest.raises(InvalidInput, match="connection nowhere does not exist"):
        await desk.plan({"ids": ["sandboxVb7RE"]}, {"shift": "P1D"}, conn_id="nowhere")
    assert desk.sandbox.requests("jicoo") == []


async def test_nobody_is_told_is_refused_where_the_vendor_cannot_be_silenced(desk: Desk) -> None:
    lines = [f"{booking_id},{conn_id}" for conn_id, booking_id in EVERY_VENDOR]
    (desk.folder / "move.csv").write_text("\n".join(["booking_id,conn_id", *lines]))
    found = await desk.plan({"file": "move.csv"}, {"shift": "P1D"}, conn_id=None, notify=Notify.NONE)
    refused = {item.vendor: item.reason for item in desk.items(found) if item.outcome is Outcome.REFUSED}
    assert refused == {"onlive": "policy.notify"}


async def test_a_booking_that_has_begun_is_left_out_unless_asked_for(desk: Desk) -> None:
    began = datetime.now(UTC) - timedelta(days=2)
    times = {"startedAt": began.isoformat(), "endedAt": (began + timedelta(minutes=30)).isoformat()}
    (uid,) = desk.sandbox.seed("jicoo", bookings=[times])
    found = await desk.plan({"ids": [uid]}, {"shift": "P30D"})
    assert desk.outcomes(found) == [("refused", "limit.past")]
    asked = await desk.plan({"ids": [uid]}, {"shift": "P30D"}, key="asked", include_past=True)
    assert desk.outcomes(asked) == [("planned", None)]


async def test_a_move_into_the_past_is_refused(desk: Desk) -> None:
    found = await desk.plan({"ids": ["sandboxVb7RE"]}, {"move_to_date": "2020-01-01"})
    assert desk.outcomes(found) == [("refused", "limit.past")]


async def test_many_bookings_are_read_through_the_list_where_that_takes_fewer_calls(desk: Desk) -> None:
    ids = desk.sandbox.seed("jicoo", 60)
    found = await desk.plan({"ids": ids}, {"shift": "P1D"})
    assert desk.counts(found) == {"planned": 60, "total": 60}
    assert len(desk.sandbox.requests("jicoo")) < 10


async def test_a_rejected_credential_holds_all_and_asks_once(desk: Desk) -> None:
    ids = desk.sandbox.seed("feishu", 5)
    desk.sandbox.fault("feishu", {"status": 401}, path="*tenant_access_token*", times=None)
    desk.extras["feishu_default"] = {"max_concurrency": 1}
    found = await desk.plan({"ids": ids}, {"set": {"title": "Moved"}}, conn_id="feishu_default")
    assert {outcome for outcome, _ in desk.outcomes(found)} == {"held"}
    assert desk.counts(found) == {"held": 5, "total": 5}


async def test_the_eta_is_what_the_rates_allow(desk: Desk) -> None:
    desk.extras["jicoo_default"] = {"rate_limit": "10/minute"}
    ids = desk.sandbox.seed("jicoo", 25)
    found = await desk.plan({"ids": ids}, {"shift": "P1D"})
    assert found.eta_seconds == 120


async def test_a_search_plans_what_it_finds(desk: Desk) -> None:
    ids = desk.sandbox.seed("jicoo", 3)
    starts = [datetime.fromisoformat(desk.sandbox.booking("jicoo", uid)["startedAt"]) for uid in ids]
    terms = {
        "starts_after": min(starts).isoformat(),
        "starts_before": (max(starts) + timedelta(seconds=1)).isoformat(),
    }
    found = await desk.plan({"search": terms}, {"shift": "P1D"})
    assert {item.booking_id for item in desk.items(found)} >= set(ids)
    assert desk.counts(found)["planned"] >= 3


async def test_a_plan_that_failed_can_be_mended_under_its_key(desk: Desk) -> None:
    with pytest.raises(InvalidInput, match=r"nothing\.csv"):
        await desk.plan({"file": "nothing.csv"}, {"shift": "P1D"})
    found = await desk.plan({"ids": ["sandboxVb7RE"]}, {"shift": "P1D"})
    assert desk.counts(found) == {"planned": 1, "total": 1}


async def test_what_could_not_be_read_is_read_when_it_is_planned_again(desk: Desk) -> None:
    ids = desk.sandbox.seed("feishu", 8)
    desk.sandbox.fault("feishu", {"drop": "before"}, path="*/reserves/*", times=None)
    down = await desk.plan({"ids": ids}, {"set": {"title": "Moved"}}, conn_id="feishu_default")
    assert desk.outcomes(down) == [("held", "net.timeout")] * 8
    desk.sandbox.clear_faults()
    found = await desk.plan({"ids": ids}, {"set": {"title": "Moved"}}, conn_id="feishu_default")
    assert found.change_set_id == down.change_set_id
    assert desk.counts(found) == {"planned": 8, "total": 8}
    assert (await desk.apply(found)).counts == {"applied": 8, "total": 8}


async def test_a_vendor_that_is_down_is_not_asked_about_every_booking_of_a_plan(desk: Desk) -> None:
    ids = desk.sandbox.seed("feishu", 60)
    desk.sandbox.fault("feishu", {"drop": "before"}, path="*/reserves/*", times=None)
    desk.extras["feishu_default"] = {"max_concurrency": 1}
    await desk.plan({"ids": ids}, {"set": {"title": "Moved"}}, conn_id="feishu_default")
    asked = {
        request["path"] for request in desk.sandbox.requests("feishu") if "/reserves/" in request["path"]
    }
    assert len(asked) < 10


async def test_the_list_is_left_when_all_that_was_asked_for_was_in_it(desk: Desk) -> None:
    ids = desk.sandbox.seed("jicoo", 1500)
    found = await desk.plan({"ids": ids[:600]}, {"shift": "P1D"})
    assert desk.counts(found) == {"planned": 600, "total": 600}
    # Fifty a page: the six hundred are among the first of thirty-one pages.
    assert len(desk.sandbox.requests("jicoo")) < 25

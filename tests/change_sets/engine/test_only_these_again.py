"""What a change set left over is asked for once more: by its report, or straight from the ledger."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_booking.bookings import InvalidInput, Outcome
from airflow_provider_booking.change_sets.report import LocalFolder, write_report
from airflow_provider_booking.vendors.planning import Notify
from tests.change_sets.engine.test_applying import update
from tests.change_sets.engine.test_planning import EVERY_VENDOR

if TYPE_CHECKING:
    from airflow_provider_booking.change_sets.items import ChangeSet
    from tests.change_sets.engine.conftest import Desk

TOMORROW = {"shift": "P1D"}


async def left_over(desk: Desk) -> tuple[ChangeSet, list[datetime]]:
    """Apply a change set of eight, in the order of time: two held, two applied, two refused, two left.

    Returns:
        The change set, and when the bookings started before.
    """
    first = datetime.now(UTC).replace(microsecond=0) + timedelta(days=3)
    starts = [first + timedelta(hours=hours) for hours in range(8)]
    ids = desk.sandbox.seed("jicoo", bookings=[times(start) for start in starts])
    found = await desk.plan({"ids": ids}, TOMORROW)
    for uid, start in zip(ids[:2], starts, strict=False):
        await update(desk, uid, times(start + timedelta(minutes=15)))
    desk.sandbox.fault("jicoo", {"status": 422}, method="PATCH", skip=2, times=2)
    await desk.apply(found, canary=8, max_refused=1)
    desk.sandbox.clear_faults()
    assert desk.counts(found) == {"applied": 2, "held": 2, "refused": 2, "unprocessed": 2, "total": 8}
    reported(desk, found)
    return found, starts


def times(start: datetime) -> dict[str, str]:
    return {"startedAt": start.isoformat(), "endedAt": (start + timedelta(minutes=30)).isoformat()}


def reported(desk: Desk, change_set: ChangeSet) -> None:
    """Write the report to where sources are looked for."""
    write_report(desk.ledger, change_set.change_set_id, LocalFolder(desk.folder))


def started(desk: Desk, change_set: ChangeSet) -> list[datetime]:
    """When the bookings of a change set start at the vendor, by row."""
    return [
        datetime.fromisoformat(desk.sandbox.booking("jicoo", item.booking_id)["startedAt"])
        for item in desk.items(change_set)
    ]


@pytest.mark.parametrize("source", ["items.csv", "items.jsonl", "the ledger"])
async def test_what_was_held_and_refused_is_applied_as_it_was_asked_for_at_first(
    desk: Desk, source: str
) -> None:
    found, starts = await left_over(desk)
    what = {"report": found.change_set_id} if source == "the ledger" else {"file": source}
    again = await desk.plan({**what, "outcomes": ["held", "refused"]}, key="again", conn_id=None)
    assert desk.counts(again) == {"planned": 4, "total": 4}
    assert (await desk.apply(again)).counts == {"applied": 4, "total": 4}
    moved = [starts[place] + timedelta(days=1) for place in (0, 1, 4, 5)]
    # A day after what was planned from, although somebody had moved the first two meanwhile.
    assert started(desk, again) == moved


async def test_a_whole_report_asks_for_nothing_that_was_applied(desk: Desk) -> None:
    await left_over(desk)
    again = await desk.plan({"file": "items.csv"}, key="again", conn_id=None)
    assert desk.counts(again) == {"planned": 6, "unchanged": 2, "total": 8}


async def test_without_outcomes_the_ledger_gives_what_was_not_done(desk: Desk) -> None:
    found, _ = await left_over(desk)
    again = await desk.plan({"report": found.change_set_id}, key="again", conn_id=None)
    assert [item.booking_id for item in desk.items(again)] == [
        item.booking_id for item in desk.items(found) if item.outcome is not Outcome.APPLIED
    ]
    assert desk.counts(again) == {"planned": 6, "total": 6}


async def test_a_report_that_a_person_filtered_in_a_spreadsheet_counts_as_it_is(desk: Desk) -> None:
    found, starts = await left_over(desk)
    with (desk.folder / "items.csv").open(newline="", encoding="utf-8") as file:
        kept = [row for row in csv.DictReader(file) if row["outcome"] == "refused"]
    with (desk.folder / "mine.csv").open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file, delimiter=";", quoting=csv.QUOTE_ALL)
        writer.writerow(["booking_id", "outcome", "after", ""])
        writer.writerows([row["booking_id"], row["outcome"], row["after"], ""] for row in reversed(kept))
    again = await desk.plan({"file": "mine.csv"}, key="again")
    await desk.apply(again)
    assert started(desk, again) == [starts[place] + timedelta(days=1) for place in (5, 4)]
    assert desk.counts(found)["refused"] == 2


@pytest.mark.parametrize("source", ["items.csv", "the ledger"])
async def test_a_change_is_asked_for_instead(desk: Desk, source: str) -> None:
    found, _ = await left_over(desk)
    what = {"report": found.change_set_id} if source == "the ledger" else {"file": source}
    change = {"set": {"title": "Please call us"}}
    again = await desk.plan({**what, "outcomes": ["held"]}, change, key="again", conn_id=None)
    assert [list(item.image.shown) for item in desk.items(again)] == [["name"], ["name"]]


@pytest.mark.parametrize("source", ["items.csv", "items.jsonl", "the ledger"])
async def test_at_every_vendor_the_same_is_planned_again(desk: Desk, source: str) -> None:
    lines = [f"{booking_id},{conn_id}" for conn_id, booking_id in EVERY_VENDOR]
    (desk.folder / "move.csv").write_text("\n".join(["booking_id,conn_id", *lines]))
    found = await desk.plan({"file": "move.csv"}, TOMORROW, conn_id=None)
    reported(desk, found)
    what = {"report": found.change_set_id} if source == "the ledger" else {"file": source}
    again = await desk.plan({**what, "outcomes": ["planned"]}, key="again", conn_id=None)
    assert values(desk, again) == values(desk, found)
    assert (await desk.apply(again)).counts == {"applied": 5, "total": 5}


def values(desk: Desk, change_set: ChangeSet) -> list[Any]:
    """What each booking changes from and to; KOS has two names for a time."""
    return [(item.vendor, item.message, [*item.image.shown.values()]) for item in desk.items(change_set)]


async def test_a_row_that_was_never_planned_is_asked_for_by_its_wish(desk: Desk) -> None:
    ids = desk.sandbox.seed("feishu", 2)
    wish = {"set": {"title": "Moved"}}
    desk.sandbox.fault("feishu", {"drop": "before"}, path="*/reserves/*", times=None)
    found = await desk.plan({"ids": ids}, wish, conn_id="feishu_default")
    assert desk.outcomes(found) == [("held", "net.timeout")] * 2
    desk.sandbox.clear_faults()
    again = await desk.plan({"report": found.change_set_id}, key="again", conn_id=None)
    assert desk.counts(again) == {"planned": 2, "total": 2}


async def test_a_file_of_rows_that_were_never_planned_says_what_to_take_instead(desk: Desk) -> None:
    desk.sandbox.fault("jicoo", {"status": 404}, method="GET", times=None)
    reported(desk, await desk.plan({"ids": ["sandboxVb7RE"]}, TOMORROW))
    desk.sandbox.clear_faults()
    again = await desk.plan({"file": "items.csv"}, key="again")
    assert desk.outcomes(again) == [("refused", "input.invalid")]
    assert 'take {"report": "…"}' in desk.items(again)[0].message


async def test_a_row_that_could_not_be_read_stays_refused(desk: Desk) -> None:
    (desk.folder / "rows.csv").write_text("booking_id,title\nsandboxVb7RE,\n")
    found = await desk.plan({"file": "rows.csv"})
    again = await desk.plan({"report": found.change_set_id}, key="again")
    assert desk.outcomes(again) == [("refused", "input.invalid")]
    assert desk.items(again)[0].message == (
        f"row 1 of change set {found.change_set_id} could not be read: "
        "mend it in the source that it came from, or give change"
    )


async def test_equal_rows_do_not_move_their_booking_twice(desk: Desk) -> None:
    found = await desk.plan({"ids": ["sandboxVb7RE", "sandboxVb7RE"]}, TOMORROW)
    await desk.apply(found)
    assert desk.counts(found) == {"applied": 1, "unchanged": 1, "total": 2}
    source = {"report": found.change_set_id, "outcomes": ["unchanged"]}
    again = await desk.plan(source, key="again", conn_id=None)
    assert desk.outcomes(again) == [("refused", "input.invalid")]
    assert "the same move as another row" in desk.items(again)[0].message


async def test_who_is_told_is_for_the_new_plan_to_say(desk: Desk) -> None:
    found = await desk.plan({"ids": ["sandboxVb7RE"]}, TOMORROW, notify=Notify.ONCE)
    source = {"report": found.change_set_id, "outcomes": ["planned"]}
    again = await desk.plan(source, key="again", conn_id=None, notify=Notify.NONE)
    assert (await desk.apply(again)).counts == {"applied": 1, "total": 1}
    assert desk.sandbox.notifications("jicoo") == []


async def test_who_is_told_stays_as_the_rows_changes_said_it(desk: Desk) -> None:
    row = {"booking_id": "sandboxVb7RE", "changes": {"name": "Moved", "isSendUpdates": True}}
    (desk.folder / "rows.jsonl").write_text(json.dumps(row))
    found = await desk.plan({"file": "rows.jsonl"}, notify=Notify.ONCE)
    source = {"report": found.change_set_id, "outcomes": ["planned"]}
    again = await desk.plan(source, key="again", conn_id=None)
    assert desk.items(again)[0].image.changes == row["changes"]


async def test_what_happened_is_judged_by_the_booking_as_it_is_then(desk: Desk) -> None:
    hosts = [{"userId": f"user000{number}", "role": "editor"} for number in (1, 3)]
    (uid,) = desk.sandbox.seed("jicoo", bookings=[{"hosts": hosts[:1]}])
    leaves = {"replace_host": {"from": "user0001", "to": "user0002"}}
    found = await desk.plan({"ids": [uid]}, leaves)
    await update(desk, uid, {"hosts": hosts})
    await desk.apply(found)
    assert desk.outcomes(found) == [("held", "drift.changed")]
    again = await desk.plan({"report": found.change_set_id}, key="again", conn_id=None)
    await desk.apply(again)
    # The one who came in meanwhile stays.
    assert [host["userId"] for host in desk.sandbox.booking("jicoo", uid)["hosts"]] == [
        "user0002",
        "user0003",
    ]


async def test_of_a_revert_it_says_to_revert_again(desk: Desk) -> None:
    found = await desk.plan({"ids": ["sandboxVb7RE"]}, {"set": {"title": "Ours"}})
    await desk.apply(found)
    reverted = await desk.revert(found)
    with pytest.raises(InvalidInput, match=f"takes back {found.change_set_id}: revert that one again"):
        await desk.plan({"report": reverted.change_set_id}, key="again")


async def test_a_password_that_a_report_masks_stays_and_the_rest_is_asked_for(desk: Desk) -> None:
    (reserve,) = desk.sandbox.seed("feishu", 1)
    settings = {"meeting_settings": {"topic": "Moved", "password": "271828"}}
    found = await desk.plan({"ids": [reserve]}, {"changes": settings}, conn_id="feishu_default")
    reported(desk, found)
    again = await desk.plan({"file": "items.csv"}, key="again", conn_id=None)
    (item,) = desk.items(again)
    assert item.image.changes == {"meeting_settings": {"topic": "Moved"}}
    assert any("password" in warning for warning in item.warnings)


async def test_the_ledger_asks_for_a_password_again(desk: Desk) -> None:
    (reserve,) = desk.sandbox.seed("feishu", 1)
    settings = {"meeting_settings": {"topic": "Moved", "password": "271828"}}
    found = await desk.plan({"ids": [reserve]}, {"changes": settings}, conn_id="feishu_default")
    source = {"report": found.change_set_id, "outcomes": ["planned"]}
    again = await desk.plan(source, key="again", conn_id=None)
    assert desk.items(again)[0].image.changes == settings


async def test_what_is_not_known_is_read_before_it_is_sent(desk: Desk) -> None:
    found = await desk.plan({"ids": ["sandboxVb7RE"]}, TOMORROW)
    desk.sandbox.fault("jicoo", {"drop": "after"}, method="PATCH", times=1)
    desk.sandbox.fault("jicoo", {"status": 500}, method="GET", skip=1, times=20)
    await desk.apply(found)
    desk.sandbox.clear_faults()
    again = await desk.plan({"report": found.change_set_id}, key="again", conn_id=None)
    assert desk.outcomes(again) == [("unchanged", None)]
    assert desk.counts(found) == {"unknown": 1, "total": 1}


async def test_a_change_set_that_is_not_there_is_said_in_one_sentence(desk: Desk) -> None:
    with pytest.raises(InvalidInput, match=r"^the ledger has no change set 20200101-1: take "):
        await desk.plan({"report": "20200101-1"})


async def test_a_change_set_that_was_not_planned_to_its_end_is_said(desk: Desk) -> None:
    with pytest.raises(InvalidInput, match=r"nothing\.csv"):
        await desk.plan({"file": "nothing.csv"}, TOMORROW)
    (begun,) = desk.ledger.change_sets(limit=1)
    with pytest.raises(InvalidInput, match=f"^change set {begun.change_set_id} is still in planning: wait"):
        await desk.plan({"report": begun.change_set_id}, key="again")


async def test_a_change_set_without_such_outcomes_names_no_booking(desk: Desk) -> None:
    found = await desk.plan({"ids": ["sandboxVb7RE"]}, TOMORROW)
    with pytest.raises(InvalidInput, match="the source names no booking"):
        await desk.plan({"report": found.change_set_id, "outcomes": ["held"]}, key="again")

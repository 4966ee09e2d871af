"""A report on the ledger as it is: what was planned, and what became of it."""

import csv
import json
from pathlib import Path

from airflow_provider_booking.bookings import FieldChange, Outcome, Reason
from airflow_provider_booking.change_sets.items import Image, ItemUpdate, NewChangeSet, NewItem, Target
from airflow_provider_booking.change_sets.ledger import Ledger
from airflow_provider_booking.change_sets.report import LocalFolder, write_report
from airflow_provider_booking.vendors.planning import Notify

PLANNED_TITLE = Image(shown={"title": FieldChange(before="=Old", after="New")})


def planned(ledger: Ledger, rows: int) -> str:
    """Plan so many bookings of one connection, and refuse one row more."""
    new = NewChangeSet(key="k", arguments="a", notify=Notify.NONE, expires_in=3600)
    change_set_id = ledger.begin(new).change_set_id
    good = [
        NewItem(row, "jicoo_default", "jicoo", "account", f"b{row}", "w", Image())
        for row in range(1, rows + 1)
    ]
    bad = NewItem(
        rows + 1,
        "slip",
        None,
        "",
        "-1",
        "",
        Image(),
        Outcome.REFUSED,
        Reason.INVALID_INPUT,
        "no such connection",
    )
    ledger.add(change_set_id, [*good, bad])
    target = Target(image=PLANNED_TITLE, digest="d", starts_at=None)
    ledger.write(
        change_set_id,
        [
            ItemUpdate(each.item_id, "read", Outcome.PLANNED, target=target)
            for each in ledger.unread(change_set_id, "jicoo_default", limit=rows)
        ],
    )
    ledger.finish_planning(change_set_id, rows=rows + 1, digest="whole", eta_seconds=60)
    return change_set_id


def test_a_plan_is_reported_with_what_is_planned(ledger: Ledger, folder: Path) -> None:
    change_set_id = planned(ledger, 2)
    books = write_report(ledger, change_set_id, LocalFolder(folder))
    assert books.counts == {"planned": 2, "refused": 1, "total": 3}
    assert "| 1 | jicoo | b1 | title: =Old → New |" in books.summary
    lines = [json.loads(line) for line in (folder / "items.jsonl").read_text().splitlines()]
    assert [(each["row"], each["before"], each["after"]) for each in lines] == [
        (1, {"title": "=Old"}, {"title": "New"}),
        (2, {"title": "=Old"}, {"title": "New"}),
        (3, {}, {}),
    ]
    assert all(each["updated_at"].endswith("+00:00") for each in lines)


def test_a_bad_id_is_neutralised(ledger: Ledger, folder: Path) -> None:
    write_report(ledger, planned(ledger, 1), LocalFolder(folder))
    with (folder / "items.csv").open(newline="", encoding="utf-8") as file:
        assert [row["booking_id"] for row in csv.DictReader(file)] == ["b1", "'-1"]


def test_what_the_vendor_showed_replaces_what_was_planned(ledger: Ledger, folder: Path) -> None:
    change_set_id = planned(ledger, 1)
    (item,) = ledger.open_items(change_set_id, "jicoo_default")
    shown = {"title": FieldChange(before="Older", after="Newer")}
    ledger.write(change_set_id, [ItemUpdate(item.item_id, "settled", Outcome.APPLIED, shown=shown)])
    books = write_report(ledger, change_set_id, LocalFolder(folder), conn_id="jicoo_default")
    assert books.counts == {"applied": 1, "total": 1}
    assert "## What changed" in books.summary
    members = json.loads((folder / "items.jsonl").read_text())
    assert (members["before"], members["after"]) == ({"title": "Older"}, {"title": "Newer"})


def test_more_items_than_the_ledger_reads_at_once_are_all_there(ledger: Ledger, folder: Path) -> None:
    books = write_report(ledger, planned(ledger, 1_500), LocalFolder(folder))
    assert books.counts == {"planned": 1_500, "refused": 1, "total": 1_501}

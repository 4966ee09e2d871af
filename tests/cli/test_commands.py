"""What each command prints, what it ends with, and what it does to the ledger."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

from sqlalchemy import delete

from airflow_provider_booking.change_sets.items import Kind, NewChangeSet
from airflow_provider_booking.change_sets.ledger.tables import items
from airflow_provider_booking.change_sets.report.item_files import COLUMNS
from airflow_provider_booking.vendors.planning import Notify
from tests.cli.conftest import moved

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

    from tests.change_sets.engine.conftest import Desk
    from tests.cli.conftest import Ended

    Booking = Callable[..., Ended]


async def test_list_in_json_is_a_list_of_change_sets_newest_first(booking: Booking, desk: Desk) -> None:
    first = await moved(desk)
    second = await desk.plan({"ids": desk.sandbox.seed("jicoo", 1)}, {"shift": "P1D"}, key="run 2")
    ended = booking("list", "--output", "json")
    listed = json.loads(ended.out)
    assert [each["change_set_id"] for each in listed] == [second.change_set_id, first.change_set_id]
    assert [each["state"] for each in listed] == ["planned", "done"]
    assert listed[1]["counts"] == {"applied": 3, "refused": 1, "total": 4}
    assert (ended.code, listed[1]["digest"]) == (0, first.digest)


async def test_list_shows_as_many_as_asked_for_a_line_each(booking: Booking, desk: Desk) -> None:
    await moved(desk)
    second = await desk.plan({"ids": desk.sandbox.seed("jicoo", 1)}, {"shift": "P1D"}, key="run 2")
    _, line = booking("list", "--limit", "1").out.splitlines()
    assert line.split()[:3] == [second.change_set_id, "changes", "planned"]
    assert str(second.digest)[:12] in line.split()


def test_list_of_an_empty_ledger_says_so_and_is_an_empty_list_in_json(booking: Booking, desk: Desk) -> None:
    del desk
    assert booking("list").out == "The ledger has no change sets.\n"
    assert json.loads(booking("list", "-o", "json").out) == []


def test_where_there_is_no_ledger_none_is_made_and_list_says_so(
    booking: Booking, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AIRFLOW__BOOKING__LEDGER_URL", f"sqlite:///{tmp_path}/away/ledger.db")
    listed = booking("list")
    assert (listed.code, listed.out.split(":")[0]) == (0, "There is no ledger at sqlite")
    assert json.loads(booking("list", "-o", "json").out) == []
    shown = booking("show", "20261121-000000-00000000")
    assert (shown.code, shown.err) == (4, listed.out.rstrip(".\n") + "\n")
    assert not (tmp_path / "away").exists()


async def test_show_tells_where_it_stands_and_ends_with_3_where_a_person_is_needed(
    booking: Booking, desk: Desk
) -> None:
    found = await moved(desk)
    ended = booking("show", found.change_set_id)
    assert ended.code == 3
    assert "4: 3 applied, 1 refused" in ended.out
    assert "drift.gone" in ended.out
    assert ended.out.splitlines()[-1] == (
        "Next: Nothing is left to apply. Look at what is refused: "
        f"airflow booking report {found.change_set_id} --format csv --outcome refused"
    )


async def test_show_ends_with_0_where_nobody_is_needed(booking: Booking, desk: Desk) -> None:
    found = await desk.plan({"ids": desk.sandbox.seed("jicoo", 1)}, {"shift": "P1D"})
    assert booking("show", found.change_set_id).code == 0


async def test_show_in_json_has_what_the_page_has(booking: Booking, desk: Desk) -> None:
    found = await moved(desk)
    desk.ledger.ask_to_stop(found.change_set_id, "kim")
    shown = json.loads(booking("show", found.change_set_id, "--output", "json").out)
    assert shown["connections"] == [
        {"conn_id": "jicoo_default", "counts": {"applied": 3, "refused": 1, "total": 4}}
    ]
    assert shown["reasons"] == [{"outcome": "refused", "reason": "drift.gone", "count": 1}]
    assert (shown["events"][-1]["what"], shown["events"][-1]["detail"]) == ("stop asked for", "kim")
    assert (shown["stopped_by"], shown["reverted_by"]) == ("kim", [])


async def test_show_names_what_reverts_it(booking: Booking, desk: Desk) -> None:
    found = await moved(desk)
    reverted = await desk.revert(found)
    shown = json.loads(booking("show", found.change_set_id, "--output", "json").out)
    assert shown["reverted_by"] == [reverted.change_set_id]
    assert json.loads(booking("list", "-o", "json").out)[0]["reverts"] == found.change_set_id


async def test_report_is_the_summary_unless_said_otherwise(booking: Booking, desk: Desk) -> None:
    found = await moved(desk)
    ended = booking("report", found.change_set_id)
    assert ended.code == 0
    assert ended.out.startswith(f"# Change set {found.change_set_id}\n")
    assert "**4 rows: 3 applied, 1 refused**" in ended.out


async def test_report_in_csv_has_the_promised_columns_and_a_row_each(booking: Booking, desk: Desk) -> None:
    found = await moved(desk)
    ended = booking("report", found.change_set_id, "--format", "csv")
    header, *rows = csv.reader(io.StringIO(ended.out, newline=""))
    assert (ended.code, tuple(header)) == (0, COLUMNS)
    assert [row[4] for row in rows] == ["applied", "applied", "applied", "refused"]


async def test_report_in_json_is_a_list_with_the_same_members(booking: Booking, desk: Desk) -> None:
    found = await moved(desk)
    listed = json.loads(booking("report", found.change_set_id, "--format", "json").out)
    assert [tuple(each) for each in listed] == [COLUMNS] * 4


async def test_output_json_of_a_report_is_its_format_json(booking: Booking, desk: Desk) -> None:
    found = await moved(desk)
    in_json = booking("report", found.change_set_id, "--format", "json")
    assert booking("report", found.change_set_id, "--output", "json") == in_json


async def test_report_can_be_narrowed_to_outcomes(booking: Booking, desk: Desk) -> None:
    found = await moved(desk)
    asked = ["report", found.change_set_id, "--format", "json", "--outcome", "refused", "--outcome", "held"]
    listed = json.loads(booking(*asked).out)
    assert [(each["row"], each["outcome"]) for each in listed] == [(4, "refused")]


def test_report_does_not_narrow_the_summary(booking: Booking) -> None:
    ended = booking("report", "any", "--outcome", "held")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.endswith("the summary is of all rows: give --format csv or json with --outcome\n")


def test_an_unknown_outcome_is_one_sentence_and_1(booking: Booking) -> None:
    ended = booking("report", "any", "--format", "csv", "--outcome", "lost")
    assert (ended.code, ended.out) == (1, "")
    assert "--outcome names no outcome: give one of planned, applied" in ended.err


async def test_report_ends_with_3_where_the_books_do_not_balance(booking: Booking, desk: Desk) -> None:
    found = await moved(desk)
    with desk.ledger.writing() as connection:
        connection.execute(delete(items).where(items.c.row == 2))
    ended = booking("report", found.change_set_id, "--format", "csv")
    assert ended.code == 3
    assert "The books do not balance: row 2 has no outcome. Do not rely on this report." in ended.err


async def test_a_stop_names_who_asked_and_holds_for_those_who_were_asked_before(
    booking: Booking, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "kim")
    found = await desk.plan({"ids": desk.sandbox.seed("jicoo", 2)}, {"shift": "P1D"})
    asked_at = desk.ledger.now()
    ended = booking("stop", found.change_set_id)
    assert (ended.code, ended.out.startswith("No run that was begun before now sends")) == (0, True)
    stopped = desk.ledger.change_set(found.change_set_id)
    assert (stopped.stop_after(asked_at) is not None, stopped.stopped_by) == (True, "kim")


async def test_stopping_what_is_finished_changes_nothing(booking: Booking, desk: Desk) -> None:
    found = await moved(desk)
    ended = booking("stop", found.change_set_id)
    sentence = f"Nothing of {found.change_set_id} is left to apply: there is nothing to stop.\n"
    assert (ended.code, ended.out) == (0, sentence)
    assert desk.ledger.change_set(found.change_set_id).stopped_at is None


async def test_stop_in_json_is_the_change_set_as_list_shows_it(booking: Booking, desk: Desk) -> None:
    found = await desk.plan({"ids": desk.sandbox.seed("jicoo", 1)}, {"shift": "P1D"})
    stopped = json.loads(booking("stop", found.change_set_id, "--output", "json").out)
    assert (stopped["state"], stopped["change_set_id"]) == ("stopped", found.change_set_id)
    assert [stopped] == json.loads(booking("list", "--output", "json").out)


async def test_stopping_what_is_finished_is_the_change_set_in_json_as_well(
    booking: Booking, desk: Desk
) -> None:
    found = await moved(desk)
    shown = json.loads(booking("stop", found.change_set_id, "--output", "json").out)
    assert (shown["state"], shown["stopped_at"]) == ("done", None)


async def test_a_change_set_whose_revert_was_cut_short_says_how_to_go_on(
    booking: Booking, desk: Desk
) -> None:
    found = await moved(desk)
    revert = desk.ledger.begin(
        NewChangeSet("revert", "cut short", Notify.NONE, 60.0, Kind.REVERT, found.change_set_id)
    )
    shown = json.loads(booking("show", found.change_set_id, "--output", "json").out)
    assert shown["next_step"].startswith(
        f"Its revert {revert.change_set_id} is not finished: if nobody is at it at this moment, run airflow "
        f"booking revert {found.change_set_id} again."
    )


async def test_a_revert_that_came_to_its_end_is_not_gone_on_with(booking: Booking, desk: Desk) -> None:
    found = await moved(desk)
    await desk.revert(found)
    shown = json.loads(booking("show", found.change_set_id, "--output", "json").out)
    assert shown["next_step"].startswith("Nothing is left to apply.")


def test_a_change_set_that_the_ledger_does_not_have_is_one_sentence_and_1(
    booking: Booking, desk: Desk
) -> None:
    del desk
    for command in (["show"], ["stop"], ["revert", "--yes"], ["report", "--format", "json"]):
        ended = booking(*command, "20261121-000000-00000000")
        assert (ended.code, ended.out) == (1, "")
        assert ended.err.splitlines()[-1].startswith(
            "the ledger has no change set 20261121-000000-00000000: "
        )


def test_a_ledger_that_cannot_be_reached_is_one_sentence_without_a_password_and_4(
    booking: Booking, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "postgresql://booking:secret-word@127.0.0.1:1/ledger"
    monkeypatch.setenv("AIRFLOW__BOOKING__LEDGER_URL", url)
    ended = booking("list")
    assert (ended.code, ended.out, ended.err.count("\n")) == (4, "", 1)
    assert "secret-word" not in ended.err


def test_an_airflow_without_a_fernet_key_is_one_sentence_and_1(
    booking: Booking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW__CORE__FERNET_KEY", "")
    ended = booking("list")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("[core] fernet_key is empty")

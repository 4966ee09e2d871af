"""Change sets in a real Airflow: the DAG `bulk_reschedule`, its XComs, logs and reports, and failures."""

import json
import re
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from dev.vendor_forms import FORMS, flat
from tests.system import moves
from tests.system.stage import VENDORS, Run
from tests.wire import may_change_a_booking

pytestmark = pytest.mark.system

PLANNED = {"change_set_id", "digest", "conn_ids", "counts", "eta_seconds", "report"}
APPLIED = {"change_set_id", "counts", "report"}
REPORT_FILES = {"summary.md", "items.csv", "items.jsonl"}
IN_ALL = {"applied": 20, "refused": 3, "total": 23}

every_vendor = pytest.mark.parametrize("vendor", VENDORS)


def written_in(run: Run, vendor: str, booking_ids: list[str]) -> Counter[str]:
    """Return how often something was sent to change each booking."""
    return Counter({each: len(run.written(vendor, each)) for each in booking_ids})


def items(run: Run) -> list[dict[str, Any]]:
    """Return the items of a run's report."""
    (reported,) = run.xcoms("report")
    return moves.items_of(reported["report"])[0]


class TestARunOnAFile:
    def test_succeeds(self, bulk_run: Run) -> None:
        failures = [each for task_id in ("plan", "apply", "report") for each in bulk_run.failures(task_id)]
        assert bulk_run.state == "success", failures

    def test_has_an_apply_task_for_each_connection(self, bulk_run: Run) -> None:
        assert [task.state for task in bulk_run.of("apply")] == ["success"] * len(VENDORS)

    @every_vendor
    def test_changes_what_each_row_asks_for_and_nothing_else(
        self, bulk_run: Run, file_moves: list[moves.Move], vendor: str
    ) -> None:
        form = FORMS[vendor]
        for move in file_moves:
            if move.vendor == vendor:
                before, after = (
                    form.find(move.booking_id, held[vendor])
                    for held in (bulk_run.stage.before, bulk_run.held)
                )
                assert form.changed(before, after) == move.fields.keys()
                assert {name: flat(after)[name] for name in move.fields} == move.fields

    @every_vendor
    def test_sends_one_write_a_booking(self, bulk_run: Run, vendor: str) -> None:
        sent = written_in(bulk_run, vendor, moves.IN_FILE[vendor])
        assert sent == dict.fromkeys(moves.IN_FILE[vendor], 1)

    def test_sends_nothing_before_the_plan_is_done(self, bulk_run: Run) -> None:
        (plan,) = bulk_run.of("plan")
        writes = [each["at"] for each in bulk_run.requests if may_change_a_booking(each)]
        assert plan.ended is not None
        assert min(map(datetime.fromisoformat, writes)) > plan.ended

    def test_sends_nothing_for_its_bad_rows(self, bulk_run: Run) -> None:
        assert [bulk_run.about("jicoo", row["booking_id"]) for row in moves.BAD] == [[]] * len(moves.BAD)

    def test_tells_people_once_and_only_where_the_vendor_cannot_be_silenced(self, bulk_run: Run) -> None:
        messages = bulk_run.stage.vendors.notifications()
        named = {each for booking_ids in moves.IN_FILE.values() for each in booking_ids}
        told = Counter(each["booking_id"] for each in messages if each["booking_id"] in named)
        assert told == dict.fromkeys(moves.IN_FILE["onlive"], 1)


class TestItsXComs:
    def test_of_the_plan_hold_ids_and_counts(self, bulk_run: Run) -> None:
        (planned,) = bulk_run.xcoms("plan")
        assert planned.keys() == PLANNED
        assert planned["counts"] == {"planned": 20, "refused": 3, "total": 23}
        assert len(planned["conn_ids"]) == len(VENDORS)

    def test_of_each_apply_hold_its_own_counts(self, bulk_run: Run) -> None:
        found = bulk_run.xcoms("apply")
        assert [each.keys() for each in found] == [APPLIED] * len(VENDORS)
        assert Counter(each["counts"]["applied"] for each in found) == {4: 5}

    def test_of_the_report_hold_all_counts(self, bulk_run: Run) -> None:
        (reported,) = bulk_run.xcoms("report")
        assert reported.keys() == APPLIED
        assert reported["counts"] == IN_ALL

    def test_are_all_about_one_change_set(self, bulk_run: Run) -> None:
        found = [each for task_id in ("plan", "apply", "report") for each in bulk_run.xcoms(task_id)]
        assert len({each["change_set_id"] for each in found}) == 1

    def test_hold_no_memo(self, bulk_run: Run) -> None:
        found = [bulk_run.xcoms(task_id) for task_id in ("plan", "apply", "report")]
        assert moves.MEMO not in json.dumps(found)


class TestItsReport:
    def test_lies_where_each_xcom_says(self, bulk_run: Run) -> None:
        folders = [
            each["report"] for task_id in ("plan", "apply", "report") for each in bulk_run.xcoms(task_id)
        ]
        assert len(set(folders)) == len(VENDORS) + 2
        for folder in folders:
            assert {path.name for path in Path(folder).iterdir() if path.is_file()} == REPORT_FILES

    def test_has_every_row_of_the_file_in_its_order(
        self, bulk_run: Run, file_moves: list[moves.Move]
    ) -> None:
        named = [each.cells["booking_id"] for each in file_moves] + [row["booking_id"] for row in moves.BAD]
        assert [(each["row"], each["booking_id"]) for each in items(bulk_run)] == list(
            enumerate(named, start=1)
        )

    def test_says_the_same_as_csv_and_as_json_lines(self, bulk_run: Run) -> None:
        (reported,) = bulk_run.xcoms("report")
        lines, rows = moves.items_of(reported["report"])
        assert [(row["row"], row["outcome"]) for row in rows] == [
            (str(line["row"]), line["outcome"]) for line in lines
        ]

    def test_adds_up(self, bulk_run: Run) -> None:
        counted = Counter(each["outcome"] for each in items(bulk_run))
        assert {**counted, "total": counted.total()} == IN_ALL

    def test_names_bad_rows_with_their_reason(self, bulk_run: Run) -> None:
        bad = [each for each in items(bulk_run) if each["outcome"] == "refused"]
        assert [(each["row"], each["reason"]) for each in bad] == [(n, "input.invalid") for n in (21, 22, 23)]
        told = zip(("rounded", "time zone", "nowhere"), bad, strict=True)
        assert [word for word, each in told if word not in each["message"]] == []

    def test_shows_what_a_booking_says_in_full(self, bulk_run: Run) -> None:
        memos = [each["after"]["reservationMemo"] for each in items(bulk_run) if each["vendor"] == "kos"]
        assert memos == [moves.MEMO] * len(moves.IN_FILE["kos"])


class TestClearingApply:
    def test_leads_to_success_again(self, bulk_again: Run) -> None:
        assert bulk_again.state == "success"
        assert {task.try_number for task in bulk_again.of("apply")} == {2}

    def test_sends_nothing(self, bulk_again: Run) -> None:
        assert [each for each in bulk_again.requests if may_change_a_booking(each)] == []

    def test_counts_what_was_applied_the_first_time(self, bulk_again: Run) -> None:
        (reported,) = bulk_again.xcoms("report")
        assert reported["counts"] == IN_ALL


class TestOtherSources:
    def test_a_query_names_bookings_and_titles(self, other_runs: dict[str, Run]) -> None:
        run = other_runs["query"]
        assert run.state == "success", run.failures("plan")
        topics = [run.now("feishu", each)["meeting_settings.topic"] for each in moves.IN_TABLE]
        assert topics == ["Room 9"] * len(moves.IN_TABLE)

    def test_a_query_changes_no_more_than_it_selects(self, other_runs: dict[str, Run]) -> None:
        (reported,) = other_runs["query"].xcoms("report")
        assert reported["counts"] == {"applied": 3, "total": 3}

    def test_a_search_changes_all_that_it_finds(self, other_runs: dict[str, Run]) -> None:
        run = other_runs["search"]
        assert run.state == "success", run.failures("plan")
        assert {each["booking_id"] for each in items(run)} == set(moves.SEARCHED)
        assert {run.now("jicoo", each)["name"] for each in moves.SEARCHED} == {"Found"}

    def test_the_plan_is_asked_for_what_the_form_says(self, other_runs: dict[str, Run]) -> None:
        run = other_runs["search"]
        (plan,) = run.of("plan")
        asked = run.stage.api.rendered_fields(run.dag_id, run.run_id, plan)
        form = moves.search_params(run.stage.before["jicoo"])
        assert {name: asked[name] for name in form} == form

    def test_a_source_of_bad_rows_only_leaves_nothing_to_apply(self, other_runs: dict[str, Run]) -> None:
        run = other_runs["nothing"]
        (reported,) = run.xcoms("report")
        assert (run.state, reported["counts"]) == ("success", {"refused": 1, "total": 1})


class TestAnUpdateThatGetsNoAnswer:
    def test_makes_the_run_fail(self, other_runs: dict[str, Run]) -> None:
        run = other_runs["unknown"]
        assert run.state == "failed"
        assert ["not known" in failure for failure in run.failures("apply")] == [True]

    def test_is_settled_by_clearing_the_task(self, settled_run: Run) -> None:
        assert settled_run.state == "success"
        assert [each["counts"] for each in settled_run.xcoms("apply")] == [{"applied": 1, "total": 1}]

    def test_is_sent_once_in_all(self, other_runs: dict[str, Run], settled_run: Run) -> None:
        runs = (other_runs["unknown"], settled_run)
        assert [len(run.written("jicoo", moves.UNKNOWN)) for run in runs] == [1, 0]
        assert settled_run.now("jicoo", moves.UNKNOWN)["name"] == "Moved"


class TestTheLogs:
    def test_of_the_plan_say_how_far_it_is(self, bulk_run: Run) -> None:
        assert any(re.match(r"read 20 of 20, [\d.]+/s", event) for event in bulk_run.events("plan"))

    def test_of_each_apply_say_how_far_it_is(self, bulk_run: Run) -> None:
        told = [event for event in bulk_run.events("apply") if re.match(r"\w+: done 4 of 4, [\d.]+/s", event)]
        assert len(told) == len(VENDORS)

    def test_name_the_row_that_got_no_answer(self, other_runs: dict[str, Run]) -> None:
        assert any(event.startswith("row 1, ") for event in other_runs["unknown"].events("apply"))

    def test_hold_no_memo(self, logs: dict[Path, str]) -> None:
        assert [path for path, text in logs.items() if moves.MEMO in text] == []

    def test_hold_no_address_of_a_person(self, logs: dict[Path, str]) -> None:
        assert [path for path, text in logs.items() if re.search(r"[\w.]+@example\.com", text)] == []

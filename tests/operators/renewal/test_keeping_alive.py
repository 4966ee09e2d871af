"""The operator that keeps Feishu reserves alive, as a task runs it: docs/vendors/feishu.md, "Renewal"."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException
from airflow.sdk.observability import stats

from airflow_provider_booking.operators.feishu import FeishuRenewReservesOperator
from airflow_provider_booking.operators.renewal import EXPIRED, SMALLEST_LIFE
from tests.operators.renewal.renewing import (
    DAY,
    DUE,
    HOUR,
    LOST,
    NOT_DUE,
    OTHERS,
    URGENT,
    Gauges,
    remaining,
    renew,
    renewed,
    seed,
)
from tests.wire import reads, writes

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow_provider_booking.sandbox import Sandbox


class TestARun:
    def test_renews_what_is_due_and_leaves_the_rest_alone(self, sandbox: Sandbox) -> None:
        before = remaining(sandbox, NOT_DUE)
        found = renew([DUE, NOT_DUE, URGENT])
        assert found["counts"] == {"applied": 2, "unchanged": 1, "total": 3}
        assert [round(remaining(sandbox, each) / DAY, 2) for each in (DUE, URGENT)] == [29, 29]
        assert abs(remaining(sandbox, NOT_DUE) - before) < 60

    def test_sends_end_time_and_nothing_else(self, sandbox: Sandbox) -> None:
        renew([DUE, URGENT])
        assert [request["body"].keys() for request in writes(sandbox, "feishu")] == [{"end_time"}] * 2

    def test_begins_with_the_most_urgent(self, sandbox: Sandbox) -> None:
        renew([DUE, NOT_DUE, URGENT])
        assert renewed(sandbox) == [URGENT, DUE]

    def test_hands_on_ids_counts_and_the_smallest_life_that_is_left(self) -> None:
        found = renew([DUE, NOT_DUE])
        assert set(found) == {"change_set_id", "counts", "smallest_remaining_seconds", "report"}
        assert abs(found["smallest_remaining_seconds"] - 25 * DAY) < 60
        assert json.loads(json.dumps(found)) == found

    def test_shows_in_its_report_until_when_each_reserve_lives(self, sandbox: Sandbox) -> None:
        found = renew([DUE, NOT_DUE])
        lines = (Path(found["report"]) / "items.jsonl").read_text().splitlines()
        shown = {item["booking_id"]: item["after"]["end_time"] for item in map(json.loads, lines)}
        assert shown == {each: sandbox.booking("feishu", each)["end_time"] for each in (DUE, NOT_DUE)}

    def test_by_default_begins_at_20_days_and_ends_at_29(self, sandbox: Sandbox) -> None:
        seed(sandbox, {DUE: 20 * DAY - HOUR, NOT_DUE: 20 * DAY + HOUR})
        renew([DUE, NOT_DUE])
        assert renewed(sandbox) == [DUE]
        assert round(remaining(sandbox, DUE) / DAY, 2) == 29

    def test_goes_no_further_than_until(self, sandbox: Sandbox) -> None:
        until = datetime.fromtimestamp(int(sandbox.now()) + 12 * DAY, UTC)
        assert renew([DUE], until=until.isoformat())["counts"] == {"applied": 1, "total": 1}
        assert int(sandbox.booking("feishu", DUE)["end_time"]) == until.timestamp()
        again = renew([DUE], until=until, run_id="scheduled__2")
        assert again["counts"] == {"unchanged": 1, "total": 1}

    def test_takes_reserves_of_a_file_from_the_connections_that_it_names(
        self, sandbox: Sandbox, tmp_path: Path
    ) -> None:
        rows = tmp_path / "reserves.csv"
        rows.write_text(f"booking_id,conn_id\n{DUE},\n{URGENT},feishu_default\n")
        assert renew({"file": str(rows)})["counts"] == {"applied": 2, "total": 2}
        assert renewed(sandbox) == [URGENT, DUE]


class TestAnotherTry:
    def test_of_a_run_sends_nothing_twice(self, sandbox: Sandbox) -> None:
        first, second = renew([DUE]), renew([DUE])
        assert second["change_set_id"] == first["change_set_id"]
        assert renewed(sandbox) == [DUE]

    def test_reads_what_could_not_be_read_although_the_rest_was_renewed(self, sandbox: Sandbox) -> None:
        sandbox.fault("feishu", {"status": 500}, method="GET", path=f"*{URGENT}*", times=None)
        with pytest.raises(AirflowException, match=r"1 held, net\.timeout.*run the task again") as raised:
            renew([DUE, URGENT])
        assert not isinstance(raised.value, AirflowFailException)
        assert renewed(sandbox) == [DUE]
        sandbox.clear_faults()
        assert renew([DUE, URGENT])["counts"] == {"applied": 2, "total": 2}
        assert renewed(sandbox) == [DUE, URGENT]

    def test_settles_an_answer_that_was_lost(self, sandbox: Sandbox) -> None:
        sandbox.fault("feishu", {"drop": "after"}, method="PUT", path=f"*{URGENT}*")
        sandbox.fault("feishu", {"status": 500}, method="GET", path=f"*{URGENT}*", skip=2, times=None)
        with pytest.raises(AirflowException, match="1 unknown"):
            renew([DUE, URGENT])
        sandbox.clear_faults()
        assert renew([DUE, URGENT])["counts"] == {"applied": 2, "total": 2}
        assert renewed(sandbox) == [URGENT, DUE]

    def test_goes_on_once_the_credential_was_mended(
        self, sandbox: Sandbox, connect: Callable[..., None]
    ) -> None:
        connect("feishu", password="wrong")
        with pytest.raises(AirflowException, match=r"2 held, auth\.expired.*run the task again"):
            renew([DUE, URGENT])
        assert renewed(sandbox) == []
        connect("feishu", extra={"max_concurrency": 1})
        assert renew([DUE, URGENT])["counts"] == {"applied": 2, "total": 2}

    def test_holds_to_a_list_that_was_mended_meanwhile(self, sandbox: Sandbox) -> None:
        with pytest.raises(AirflowFailException):
            renew([LOST, DUE])
        assert renew([DUE])["counts"] == {"unchanged": 1, "total": 1}
        assert renewed(sandbox) == [DUE]

    def test_of_another_map_index_is_a_change_set_of_its_own(self) -> None:
        first, second = (renew([DUE], map_index=index) for index in (0, 1))
        assert first["change_set_id"] != second["change_set_id"]


class TestAMissedRun:
    def test_is_caught_up_by_the_next(self, sandbox: Sandbox) -> None:
        seed(sandbox, {DUE: 20 * DAY + HOUR})
        for number in range(3):
            assert renew([DUE], run_id=f"scheduled__{number}")["counts"]["total"] == 1
            sandbox.advance(15 * DAY)
        assert remaining(sandbox, DUE) > 0

    def test_leaves_no_reserve_with_less_than_20_days_after_the_next(self, sandbox: Sandbox) -> None:
        for number in range(12):
            renew([DUE, NOT_DUE], run_id=f"scheduled__{number}")
            assert min(remaining(sandbox, each) for each in (DUE, NOT_DUE)) > 20 * DAY - 60
            sandbox.advance(DAY)


class TestAnOutage:
    """What the DAG `feishu_reserve_renewal` promises of daily runs."""

    @pytest.fixture(autouse=True)
    def _at_the_worst_moment(self, sandbox: Sandbox) -> None:
        """Just over 20 days are left at a run, so that nothing is done, and a day later the next is due."""
        seed(sandbox, {DUE: 20 * DAY + HOUR})
        assert renew([DUE])["counts"] == {"unchanged": 1, "total": 1}
        sandbox.advance(DAY)

    def test_of_19_days_costs_no_reserve(self, sandbox: Sandbox) -> None:
        sandbox.advance(19 * DAY)
        assert renew([DUE], run_id="late")["counts"] == {"applied": 1, "total": 1}
        assert round(remaining(sandbox, DUE) / DAY, 2) == 29

    def test_of_20_days_may_cost_one(self, sandbox: Sandbox) -> None:
        sandbox.advance(20 * DAY)
        with pytest.raises(AirflowFailException, match=r"lost\.expired"):
            renew([DUE], run_id="late")


class TestTheMetrics:
    def test_tell_the_smallest_life_of_the_living(self, gauges: Gauges) -> None:
        with pytest.raises(AirflowFailException):
            renew([LOST, OTHERS, DUE, NOT_DUE])
        assert gauges.keys() == {(SMALLEST_LIFE, "feishu_default"), (EXPIRED, "feishu_default")}
        assert abs(gauges[SMALLEST_LIFE, "feishu_default"] - 25 * DAY) < 60

    def test_count_the_expired(self, gauges: Gauges) -> None:
        with pytest.raises(AirflowFailException):
            renew([LOST, DUE])
        assert gauges[EXPIRED, "feishu_default"] == 1

    def test_say_that_none_is_expired(self, gauges: Gauges) -> None:
        renew([DUE])
        assert gauges[EXPIRED, "feishu_default"] == 0

    def test_go_by_the_vendors_clock(self, sandbox: Sandbox, gauges: Gauges) -> None:
        sandbox.advance(4 * DAY)
        renew([NOT_DUE])
        assert abs(gauges[SMALLEST_LIFE, "feishu_default"] - 21 * DAY) < 60

    def test_count_a_reserve_that_could_not_be_renewed_as_it_is(
        self, sandbox: Sandbox, gauges: Gauges
    ) -> None:
        sandbox.fault("feishu", {"status": 400, "code": 121003}, method="PUT")
        with pytest.raises(AirflowFailException):
            renew([URGENT])
        assert abs(gauges[SMALLEST_LIFE, "feishu_default"] - 2 * HOUR) < 60

    def test_cost_no_call_at_the_vendor(self, sandbox: Sandbox, gauges: Gauges) -> None:
        renew([NOT_DUE])
        assert gauges
        assert len(reads(sandbox, "feishu")) == 1

    def test_have_names_that_every_backend_takes(self) -> None:
        names = (SMALLEST_LIFE, EXPIRED)
        assert [stats.normalize_name_for_stats(name) for name in names] == list(names)


class TestArguments:
    @pytest.mark.parametrize(
        ("asked", "sentence"),
        [
            ({"reserve_ids": ""}, "reserve_ids is not JSON: write "),
            ({"reserve_ids": "not json"}, "reserve_ids is not JSON"),
            ({"reserve_ids": f'["{DUE}", ]'}, "reserve_ids is not JSON"),
            ({"reserve_ids": "null"}, "reserve_ids: source is a NoneType"),
            ({"reserve_ids": f'"{DUE}"'}, "reserve_ids: source is a str"),
            ({"reserve_ids": None}, "reserve_ids: source is a NoneType"),
            ({"reserve_ids": {"search": {"x": 1}}}, "reserve_ids: Feishu has no call that lists reserves"),
            ({"reserve_ids": {"ids": []}}, "names no booking"),
            ({"reserve_ids": {"file": "/nowhere/rows.csv"}}, "rows.csv"),
            ({"renew_within": timedelta(days=29)}, "renew_within is not shorter than extend_to"),
            ({"extend_to": timedelta(days=31)}, "extend_to is 31 days"),
            ({"until": "2027-01-01"}, "until has no time zone"),
            ({"feishu_conn_id": "nowhere"}, "connection nowhere does not exist"),
        ],
    )
    def test_that_are_wrong_are_one_sentence_and_no_retry_helps(
        self, sandbox: Sandbox, asked: dict[str, Any], sentence: str
    ) -> None:
        with pytest.raises(AirflowFailException, match=sentence) as raised:
            renew(**({"reserve_ids": [DUE]} | asked))
        assert "\n" not in str(raised.value)
        assert sandbox.requests("feishu") == []

    @pytest.mark.parametrize("empty", [[], "[]"], ids=repr)
    def test_an_empty_list_skips_the_task(self, empty: Any) -> None:
        with pytest.raises(AirflowSkipException, match="no reserve is kept alive"):
            renew(empty)

    def test_may_be_json_text(self, sandbox: Sandbox) -> None:
        assert renew(json.dumps([DUE]))["counts"] == {"applied": 1, "total": 1}
        assert renewed(sandbox) == [DUE]

    def test_a_file_without_a_row_is_one_sentence_of_its_own(self, tmp_path: Path) -> None:
        rows = tmp_path / "reserves.csv"
        rows.write_text("booking_id\n")
        with pytest.raises(AirflowFailException, match="check it: nothing is kept alive") as raised:
            renew({"file": str(rows)})
        assert "allow_empty" not in str(raised.value)

    def test_are_templated(self) -> None:
        assert set(FeishuRenewReservesOperator.template_fields) == {"reserve_ids", "until", "feishu_conn_id"}

"""Reserves that cannot be renewed are told of one by one, and cost the others nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from airflow_provider_booking.operators.renewal import EXPIRED
from tests.operators.renewal.renewing import (
    DAY,
    DUE,
    HOUR,
    LOST,
    OTHERS,
    URGENT,
    Gauges,
    outcomes,
    remaining,
    renew,
    renewed,
    report_in,
    shown_at_second,
)
from tests.wire import reads, writes

if TYPE_CHECKING:
    from pathlib import Path

    from airflow_provider_booking.sandbox import Sandbox


class TestAnExpiredReserve:
    def test_fails_the_task_after_the_others_were_renewed(self, sandbox: Sandbox) -> None:
        with pytest.raises(AirflowFailException, match="not kept alive: 1 of 3 reserves") as raised:
            renew([LOST, DUE, URGENT])
        assert renewed(sandbox) == [URGENT, DUE]
        found = outcomes(report_in(str(raised.value)))
        assert found == {LOST: ("refused", "lost.expired")} | dict.fromkeys((DUE, URGENT), ("applied", ""))

    def test_is_named_in_the_report_and_not_in_the_error(self) -> None:
        with pytest.raises(AirflowFailException) as raised:
            renew([LOST])
        assert LOST not in str(raised.value)
        assert "\n" not in str(raised.value)

    def test_is_never_written_to(self, sandbox: Sandbox) -> None:
        with pytest.raises(AirflowFailException):
            renew([LOST])
        assert renewed(sandbox) == []


class TestAReserveThatExpiresBeforeItIsSent:
    """Another try goes on with what was planned while the reserve was still alive."""

    def test_is_lost_and_not_written_to(self, sandbox: Sandbox, gauges: Gauges) -> None:
        sandbox.fault("feishu", {"status": 429, "code": 99991403}, method="PUT", times=None)
        with pytest.raises(AirflowException, match=r"throttle\.vendor.*run the task again"):
            renew([URGENT, DUE])
        sandbox.clear_faults()
        sandbox.advance(3 * HOUR)
        sent = renewed(sandbox)
        with pytest.raises(AirflowFailException, match=r"1 of 2 reserves \(1 refused, lost\.expired\)"):
            renew([URGENT, DUE])
        assert renewed(sandbox)[len(sent) :] == [DUE]
        assert gauges[EXPIRED, "feishu_default"] == 1

    def test_is_lost_although_the_first_answer_was(self, sandbox: Sandbox) -> None:
        sandbox.fault("feishu", {"status": 503}, method="PUT", times=None)
        with pytest.raises(AirflowException, match="1 unknown"):
            renew([URGENT])
        sandbox.clear_faults()
        sandbox.advance(3 * HOUR)
        with pytest.raises(AirflowFailException, match=r"1 refused, lost\.expired"):
            renew([URGENT])

    def test_is_no_loss_where_the_answer_was_lost_and_it_had_been_renewed(self, sandbox: Sandbox) -> None:
        sandbox.fault("feishu", {"drop": "after"}, method="PUT")
        sandbox.fault("feishu", {"status": 500}, method="GET", skip=2, times=None)
        with pytest.raises(AirflowException, match="1 unknown"):
            renew([URGENT])
        sandbox.clear_faults()
        sandbox.advance(3 * HOUR)
        assert renew([URGENT])["counts"] == {"applied": 1, "total": 1}
        assert renewed(sandbox) == [URGENT]


class TestAnothersReserve:
    def test_is_refused_and_fails_nothing(self) -> None:
        found = renew([OTHERS, DUE])
        assert found["counts"] == {"applied": 1, "refused": 1, "total": 2}
        assert outcomes(found["report"])[OTHERS] == ("refused", "auth.forbidden")

    def test_is_asked_for_once(self, sandbox: Sandbox) -> None:
        renew([OTHERS, DUE])
        renew([OTHERS, DUE])
        asked = [request for request in reads(sandbox, "feishu") if OTHERS in request["path"]]
        assert len(asked) == 1

    def test_is_named_once_in_the_log(self, capsys: pytest.CaptureFixture[str]) -> None:
        renew([OTHERS, DUE])
        (line,) = [line for line in capsys.readouterr().out.splitlines() if OTHERS in line]
        assert f"refused, auth.forbidden: {OTHERS}." in line


class TestWhatTheAppMayNotDo:
    """It is no matter of one reserve: docs/vendors/feishu.md, "Errors"."""

    @pytest.mark.parametrize("code", [99991672, 99991676, 99991679, 99991662, 99991673, 99991401])
    @pytest.mark.parametrize("method", ["GET", "PUT"])
    def test_fails_the_task_and_another_try_goes_on(self, sandbox: Sandbox, method: str, code: int) -> None:
        sandbox.fault("feishu", {"status": 400, "code": code}, method=method, times=None)
        with pytest.raises(AirflowException, match=r"2 held, auth\.expired.*run the task again"):
            renew([DUE, URGENT])
        sandbox.clear_faults()
        assert renew([DUE, URGENT])["counts"] == {"applied": 2, "total": 2}

    @pytest.mark.parametrize("method", ["GET", "PUT"])
    @pytest.mark.parametrize("answer", [{"html": 403}, {"status": 403, "body": {}}], ids=["html", "no code"])
    def test_is_not_what_a_proxy_forbids(self, sandbox: Sandbox, answer: dict[str, Any], method: str) -> None:
        sandbox.fault("feishu", answer, method=method, times=None)
        with pytest.raises(AirflowFailException, match=r"2 refused, vendor\.error"):
            renew([DUE, URGENT])


class TestAReserveThatSomebodyElseTouchesMeanwhile:
    def test_is_left_to_the_next_run_where_it_expires_at_another_time(self, sandbox: Sandbox) -> None:
        shown_at_second(sandbox, DUE, end_time=str(int(sandbox.now()) + 15 * DAY))
        found = renew([DUE])
        assert found["counts"] == {"held": 1, "total": 1}
        assert abs(found["smallest_remaining_seconds"] - 15 * DAY) < 60
        assert renewed(sandbox) == []

    def test_is_left_to_a_person_where_it_expires_soon(self, sandbox: Sandbox) -> None:
        shown_at_second(sandbox, DUE, end_time=str(int(sandbox.now()) + 2 * DAY - HOUR))
        with pytest.raises(AirflowFailException, match=r"1 held, drift\.changed"):
            renew([DUE])
        assert renewed(sandbox) == []

    def test_is_renewed_where_only_its_settings_are_others(self, sandbox: Sandbox) -> None:
        permissions = [{"permission": 3, "permission_checkers": []}]
        shown_at_second(sandbox, URGENT, meeting_settings={"action_permissions": permissions})
        assert renew([URGENT])["counts"] == {"applied": 1, "total": 1}
        assert [request["body"].keys() for request in writes(sandbox, "feishu")] == [{"end_time"}]


class TestWhatElseCannotBeKeptAlive:
    def test_an_id_that_the_vendor_does_not_know_fails_the_task(self, sandbox: Sandbox) -> None:
        with pytest.raises(AirflowFailException, match=r"1 refused, drift\.gone"):
            renew(["6999999999999999999", DUE])
        assert renewed(sandbox) == [DUE]

    def test_what_is_no_id_is_in_no_log(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(AirflowFailException):
            renew(["ada@example.com", DUE])
        said = capsys.readouterr().out
        assert "row 1" in said
        assert "ada@" not in said

    def test_a_reserve_that_the_vendor_refuses_does_not_stop_the_rest(self, sandbox: Sandbox) -> None:
        sandbox.fault("feishu", {"status": 400, "code": 121003}, method="PUT", path=f"*{URGENT}*")
        with pytest.raises(AirflowFailException, match=r"1 refused, limit\.range"):
            renew([URGENT, DUE])
        assert round(remaining(sandbox, DUE) / DAY) == 29

    def test_a_row_of_another_vendor_is_refused(self, tmp_path: Path, sandbox: Sandbox) -> None:
        rows = tmp_path / "reserves.csv"
        rows.write_text(f"booking_id,conn_id\n{DUE},\nsandboxVb7RE,jicoo_default\n")
        with pytest.raises(AirflowFailException, match=r"1 refused, input\.invalid"):
            renew({"file": str(rows)})
        assert renewed(sandbox) == [DUE]

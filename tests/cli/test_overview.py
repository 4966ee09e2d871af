"""Where a change set stands, from what the ledger knows of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from airflow_provider_booking.bookings import Outcome, Reason
from airflow_provider_booking.change_sets.items import ChangeSet, Kind, State
from airflow_provider_booking.cli.overview import Overview, Standing, listed
from airflow_provider_booking.vendors.planning import Notify

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
PLANNED = ChangeSet(
    change_set_id="20261121-070000-3f9a2c11",
    key="bulk_reschedule/manual",
    arguments="a digest",
    state=State.PLANNED,
    notify=Notify.VENDOR_DEFAULT,
    rows=3,
    digest="9f86d081884c7d65",
    eta_seconds=1.0,
    created_at=NOW - HOUR,
    planned_at=NOW - HOUR,
    expires_at=NOW + HOUR,
    started_at=None,
)
TALLY = (
    ("jicoo_default", Outcome.APPLIED, None, 3),
    ("jicoo_default", Outcome.HELD, Reason.CHANGED_MEANWHILE, 1),
    ("kos_default", Outcome.HELD, Reason.CHANGED_MEANWHILE, 4),
    ("kos_default", Outcome.REFUSED, Reason.GONE, 2),
    (None, Outcome.REFUSED, Reason.INVALID_INPUT, 1),
)


def seen(
    *tally: Any, has_work: bool = True, unfinished_revert: str | None = None, **otherwise: Any
) -> Overview:
    return Overview(replace(PLANNED, **otherwise), tally, has_work, NOW, unfinished_revert)


@pytest.mark.parametrize(
    ("otherwise", "standing"),
    [
        ({"state": State.PLANNING}, Standing.PLANNING),
        ({"state": State.PLANNING, "has_work": False}, Standing.PLANNING),
        ({}, Standing.PLANNED),
        ({"expires_at": NOW - HOUR}, Standing.EXPIRED),
        ({"started_at": NOW}, Standing.BEGUN),
        ({"started_at": NOW - 2 * HOUR, "expires_at": NOW - HOUR}, Standing.BEGUN),
        ({"started_at": NOW, "stopped_at": NOW}, Standing.STOPPED),
        ({"stopped_at": NOW}, Standing.STOPPED),
        ({"stopped_at": NOW - 2 * HOUR, "expires_at": NOW - HOUR}, Standing.EXPIRED),
        ({"started_at": NOW, "stopped_at": NOW, "expires_at": NOW - HOUR}, Standing.STOPPED),
        ({"started_at": NOW, "has_work": False}, Standing.DONE),
        ({"started_at": NOW, "stopped_at": NOW, "has_work": False}, Standing.DONE),
        ({"has_work": False}, Standing.DONE),
    ],
)
def test_a_change_set_stands_where_the_ledger_says(otherwise: dict[str, Any], standing: Standing) -> None:
    assert seen(**otherwise).standing is standing


def test_counts_add_up_over_connections_and_reasons() -> None:
    counts = seen(*TALLY).counts
    assert counts == {"applied": 3, "refused": 3, "held": 5, "total": 11}
    assert listed(counts) == "3 applied, 3 refused, 5 held"


def test_connections_come_largest_first_and_bad_rows_need_not_name_one() -> None:
    assert seen(*TALLY).by_connection() == [
        ("kos_default", {"refused": 2, "held": 4, "total": 6}),
        ("jicoo_default", {"applied": 3, "held": 1, "total": 4}),
        ("", {"refused": 1, "total": 1}),
    ]


def test_reasons_come_most_frequent_first() -> None:
    assert seen(*TALLY).by_reason() == [
        (Outcome.HELD, Reason.CHANGED_MEANWHILE, 5),
        (Outcome.REFUSED, Reason.GONE, 2),
        (Outcome.REFUSED, Reason.INVALID_INPUT, 1),
    ]


@pytest.mark.parametrize("outcome", list(Outcome))
def test_a_person_is_needed_where_something_is_open_or_was_not_done(outcome: Outcome) -> None:
    needing = {"unknown", "held", "refused", "unprocessed"}
    assert seen(("jicoo_default", outcome, None, 1)).needs_a_person is (outcome.value in needing)


def test_what_comes_next_names_the_command() -> None:
    assert seen(started_at=NOW).next_step == (
        "If nobody applies it at this moment, run the apply task again, which goes on from here; to stop who "
        "does: airflow booking stop 20261121-070000-3f9a2c11."
    )


def test_a_revert_goes_on_by_reverting_again() -> None:
    stopped = seen(started_at=NOW, stopped_at=NOW, kind=Kind.REVERT, reverts="20261120-070000-00000000")
    assert stopped.next_step.startswith(
        "To go on, run airflow booking revert 20261120-070000-00000000 again when the run"
    )


def test_a_revert_that_expired_is_planned_anew_by_reverting_again() -> None:
    expired = seen(expires_at=NOW - HOUR, kind=Kind.REVERT, reverts="20261120-070000-00000000")
    assert expired.next_step == (
        "It may no longer be begun to apply: run airflow booking revert 20261120-070000-00000000 again, "
        "which plans it anew."
    )


def test_what_a_revert_left_is_taken_back_by_reverting_again() -> None:
    left = seen(TALLY[1], has_work=False, kind=Kind.REVERT, reverts="20261120-070000-00000000")
    assert left.next_step == (
        "Nothing is left to apply. When what is in the way is mended, run airflow booking revert "
        "20261120-070000-00000000 again. Look at what is held: "
        "airflow booking report 20261121-070000-3f9a2c11 --format csv --outcome held"
    )


@pytest.mark.parametrize("has_work", [True, False])
def test_an_unfinished_revert_comes_first(has_work: bool) -> None:
    half = seen(TALLY[0], has_work=has_work, started_at=NOW, unfinished_revert="20261121-080000-00000000")
    assert half.next_step == (
        "Its revert 20261121-080000-00000000 is not finished: if nobody is at it at this moment, run airflow "
        "booking revert 20261121-070000-3f9a2c11 again."
    )


@pytest.mark.parametrize(
    ("outcome", "reason", "helps"),
    [
        (Outcome.HELD, Reason.NO_ANSWER, True),
        (Outcome.UNPROCESSED, Reason.THROTTLED, True),
        (Outcome.UNKNOWN, Reason.NO_ANSWER, True),
        (Outcome.REFUSED, Reason.NO_ANSWER, False),
        (Outcome.HELD, Reason.CREDENTIAL_EXPIRED, False),
        (Outcome.HELD, Reason.CHANGED_MEANWHILE, False),
    ],
)
def test_trying_again_may_help_where_only_a_vendor_was_in_the_way(
    outcome: Outcome,
    reason: Reason,
    helps: bool,
) -> None:
    tally = (("kos_default", Outcome.HELD, Reason.THROTTLED, 2), ("kos_default", outcome, reason, 1))
    assert seen(TALLY[0], *tally).trying_again_may_help is helps


def test_what_is_held_or_refused_can_be_listed() -> None:
    assert seen(*TALLY, has_work=False).next_step == (
        "Nothing is left to apply. Look at what is held or refused: "
        "airflow booking report 20261121-070000-3f9a2c11 --format csv --outcome held --outcome refused"
    )

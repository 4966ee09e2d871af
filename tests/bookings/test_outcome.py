"""What an operator hands on, and the strings that scripts may match on."""

import json

from airflow_provider_booking.bookings import FieldChange, Outcome, Reason, UpdateResult

RESULT = UpdateResult(
    vendor="feishu",
    conn_id="feishu_default",
    booking_id="6911188411932033028",
    outcome=Outcome.APPLIED,
    changed={"end_time": FieldChange(before="1", after="2")},
    warnings=("one",),
    request_id="log-1",
)


def test_xcom_holds_six_members_of_plain_json() -> None:
    assert json.loads(json.dumps(RESULT.as_xcom())) == {
        "vendor": "feishu",
        "conn_id": "feishu_default",
        "booking_id": "6911188411932033028",
        "outcome": "applied",
        "changed": {"end_time": {"before": "1", "after": "2"}},
        "warnings": ["one"],
    }


def test_outcomes_are_these_and_no_others() -> None:
    words = "planned applied unchanged refused held unknown unprocessed reverted"
    assert [str(each) for each in Outcome] == words.split()


def test_reasons_are_stable_strings() -> None:
    assert sorted(Reason) == [
        "auth.expired",
        "auth.forbidden",
        "conflict.slot",
        "drift.changed",
        "drift.gone",
        "input.duplicate",
        "input.invalid",
        "limit.past",
        "limit.range",
        "lost.expired",
        "net.timeout",
        "policy.notify",
        "policy.stop",
        "throttle.vendor",
        "time.fold",
        "time.gap",
        "vendor.error",
    ]

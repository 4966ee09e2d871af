"""The demo says what was to become of each reserve, also of one that comes to be due while it runs."""

import pytest

from dev.demo_renewal import DUE, EXPIRED, NOT_DUE, NOT_OWN, OWN_APP, RENEW_WITHIN, Kind, kind_of

NOW, THEN = 1_800_000_000.0, 1_800_000_020.0


@pytest.mark.parametrize(
    ("left", "outcome", "kind"),
    [
        (RENEW_WITHIN - 1, "applied", DUE),
        (RENEW_WITHIN - 1, "unchanged", DUE),
        (RENEW_WITHIN + 60, "unchanged", NOT_DUE),
        (RENEW_WITHIN + 60, "applied", NOT_DUE),
        (RENEW_WITHIN + 10, "applied", DUE),
        (RENEW_WITHIN + 10, "unchanged", NOT_DUE),
        (RENEW_WITHIN + 10, "held", NOT_DUE),
        (0, "refused", EXPIRED),
    ],
)
def test_only_what_comes_to_be_due_meanwhile_may_be_either(left: int, outcome: str, kind: Kind) -> None:
    record = {"end_time": str(int(NOW) + left), "owner_app": OWN_APP}
    assert kind_of(record, NOW, THEN, outcome) is kind


def test_another_apps_reserve_is_never_due() -> None:
    record = {"end_time": str(int(NOW) + 10), "owner_app": "cli_other"}
    assert kind_of(record, NOW, THEN, "refused") is NOT_OWN

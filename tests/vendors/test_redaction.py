"""What may be shown of a vendor's values."""

from typing import Any

import pytest

from airflow_provider_booking.vendors.redaction import masked, without_addresses


@pytest.mark.parametrize("value", ["1234", "", 0, False, [], {"a": 1}])
def test_a_secret_value_is_never_shown(value: Any) -> None:
    assert masked(value) == "***"


def test_that_there_is_no_secret_may_be_seen() -> None:
    assert masked(None) is None


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("aoi@example.com", "***"),
        ("Talk with aoi.tanaka+x@mail.example.co.jp, room 5", "Talk with ***, room 5"),
        ("Aoi <aoi@example.com>; ren@example.com", "Aoi <***>; ***"),
        ("葵@例え.jp", "***"),
        ("bob@intranet", "***"),
        ("o'neil@example.com or x(y)z@example.com!", "*** or ***!"),
        ("a,b@x.co;c@d.ef", "***"),
        ("5 @ noon", "5 @ noon"),
        ("@here", "@here"),
        ("", ""),
        (5, 5),
        (None, None),
        (True, True),
        (["a@b.cd", 1], ["***", 1]),
        ({"who": [{"mail": "a@b.cd"}], "n": 1}, {"who": [{"mail": "***"}], "n": 1}),
    ],
)
def test_addresses_are_masked_at_any_depth_and_the_rest_stays(value: Any, shown: Any) -> None:
    assert without_addresses(value) == shown


@pytest.mark.parametrize("long", ["x" * 1_000_000, "@" * 1_000_000, "x@" * 500_000, "x y " * 250_000])
def test_a_long_text_does_not_hold_the_task_up(long: str) -> None:
    assert len(str(without_addresses(long))) <= len(long)

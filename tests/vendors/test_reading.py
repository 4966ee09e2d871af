"""What a vendor shows, as a model: members that nobody declared are kept, and not shown."""

import pytest

from airflow_provider_booking.bookings import VendorUnavailable
from airflow_provider_booking.vendors.jicoo.models import JicooBooking
from airflow_provider_booking.vendors.reading import VendorAnswer, read_as
from airflow_provider_booking.vendors.transport import Answer, Operation

ANSWER = Answer(200, {}, {}, None, Operation("get_thing", "GET", "/thing", "read"))
SHOWN = {"uid": "u", "name": "N", "status": "open", "startedAt": "2027-01-01T00:00:00Z", "endedAt": "x"}


class Thing(VendorAnswer):
    """Something with one member."""

    name: str


def test_a_member_that_nobody_declared_is_kept() -> None:
    assert read_as(Thing, {"name": "N", "memo": "hush"}, ANSWER, vendor="jicoo").model_extra == {
        "memo": "hush"
    }


def test_a_member_that_nobody_declared_is_not_shown() -> None:
    assert repr(read_as(Thing, {"name": "N", "memo": "hush"}, ANSWER, vendor="jicoo")) == "Thing(name='N')"


def test_an_answer_that_is_none_leaves_no_trace_of_its_values_in_the_error() -> None:
    with pytest.raises(VendorUnavailable, match="lacks what was asked for: endedAt") as raised:
        read_as(JicooBooking, SHOWN | {"endedAt": "hush"}, ANSWER, vendor="jicoo")
    assert (raised.value.__cause__, raised.value.__context__) == (None, None)
    assert "hush" not in repr(raised.value)

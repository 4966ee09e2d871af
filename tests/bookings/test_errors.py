"""What an error tells: in its text, in its class, and in what it says about trying again."""

import pickle

import pytest

from airflow_provider_booking import bookings
from airflow_provider_booking.bookings import (
    AccessDenied,
    BookingError,
    BookingNotFound,
    CredentialRejected,
    Held,
    InvalidInput,
    NotApplied,
    Outcome,
    OutcomeUnknown,
    Reason,
    Refused,
    SlotTaken,
    Throttled,
    VendorUnavailable,
)

FULL = Throttled(
    "too many requests",
    hint="wait",
    vendor="feishu",
    operation="update_reserve",
    status=429,
    code=99991400,
    request_id="log-1",
    retry_after=2.5,
)


def test_the_text_starts_with_the_request_id_and_ends_with_what_to_do() -> None:
    assert str(FULL) == (
        "[log-1] feishu update_reserve: too many requests (HTTP 429, code 99991400, wait 2.5 s): wait"
    )


def test_the_text_has_no_empty_brackets_where_nothing_is_known() -> None:
    assert str(InvalidInput("changes is empty")) == "changes is empty"


@pytest.mark.parametrize(
    ("known", "text"),
    [
        ({"hint": "look"}, "gone: look"),
        ({"vendor": "jicoo"}, "jicoo: gone"),
        ({"operation": "get_booking"}, "get_booking: gone"),
        ({"status": 404}, "gone (HTTP 404)"),
        ({"code": 0}, "gone (code 0)"),
        ({"request_id": "r"}, "[r] gone"),
        ({"retry_after": 0.0}, "gone"),
    ],
)
def test_each_known_part_has_its_place_in_the_text(known: dict[str, object], text: str) -> None:
    assert str(BookingError("gone", **known)) == text  # type: ignore[arg-type]  # one part at a time


CLASSES = [
    (InvalidInput, Reason.INVALID_INPUT, False, Outcome.REFUSED),
    (VendorUnavailable, Reason.NO_ANSWER, True, Outcome.HELD),
    (Throttled, Reason.THROTTLED, True, Outcome.HELD),
    (Refused, Reason.VENDOR_ERROR, False, Outcome.REFUSED),
    (BookingNotFound, Reason.GONE, False, Outcome.REFUSED),
    (SlotTaken, Reason.SLOT_CONFLICT, False, Outcome.REFUSED),
    (AccessDenied, Reason.FORBIDDEN, False, Outcome.REFUSED),
    (CredentialRejected, Reason.CREDENTIAL_EXPIRED, False, Outcome.HELD),
    (OutcomeUnknown, Reason.NO_ANSWER, False, Outcome.UNKNOWN),
    (Held, Reason.CHANGED_MEANWHILE, False, Outcome.HELD),
]


@pytest.mark.parametrize(("kind", "reason", "retryable", "outcome"), CLASSES)
def test_each_class_has_its_reason_its_outcome_and_its_word_on_retries(
    kind: type[BookingError], reason: Reason, retryable: bool, outcome: Outcome
) -> None:
    error = kind("problem")
    assert (error.reason, error.retryable, error.outcome) == (reason, retryable, outcome)


@pytest.mark.parametrize("kind", [kind for kind, *_ in CLASSES])
def test_only_an_unknown_and_a_held_booking_may_have_changed(kind: type[BookingError]) -> None:
    assert issubclass(kind, NotApplied) is (kind not in (OutcomeUnknown, Held))


def test_what_is_given_goes_before_the_class() -> None:
    error = Throttled("quota", reason=Reason.VENDOR_ERROR, retryable=False)
    assert (error.reason, error.retryable) == (Reason.VENDOR_ERROR, False)


def test_an_error_that_went_through_another_process_says_the_same() -> None:
    copy = pickle.loads(pickle.dumps(FULL))  # noqa: S301  (our own bytes)
    assert (type(copy), str(copy), copy.retry_after) == (Throttled, str(FULL), 2.5)


def test_every_error_of_the_tree_is_at_the_door_of_the_package() -> None:
    def tree(kind: type[BookingError]) -> set[type[BookingError]]:
        return {kind}.union(*(tree(each) for each in kind.__subclasses__()))

    assert {kind.__name__ for kind in tree(BookingError)} <= set(bookings.__all__)

"""When a reserve is renewed, and until when: docs/vendors/feishu.md, "Renewal". Pure functions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from airflow_provider_booking.bookings import InvalidInput, Reason
from airflow_provider_booking.bookings.time import moment
from airflow_provider_booking.vendors.verbs import Asked, Renewing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflow_provider_booking.vendors.updating import Record

LONGEST_LIFE = timedelta(days=30)
"""How far ahead of the vendor's now a reserve may expire at most."""
MARGIN = timedelta(minutes=10)
"""We stay that far below: the vendor refuses even a second more, and its clock is known to a second only."""
EXPIRED = 2
"""``expire_status`` of a reserve whose meeting number was released; 0 proves nothing (pitfall 17)."""


def parse_renewing(renew_within: Any, extend_to: Any, until: Any = None) -> Renewing:
    """Check what a user asks for.

    Args:
        renew_within: A timedelta: a reserve is due when less than this is left of its life.
        extend_to: A timedelta: how far ahead of now it shall expire then.
        until: An aware datetime or ISO 8601 with an offset; None or empty: for ever.

    Raises:
        InvalidInput: One is wrong, or they do not fit together.
    """
    for name, value in (("renew_within", renew_within), ("extend_to", extend_to)):
        if not isinstance(value, timedelta):
            raise InvalidInput(f"{name} is a {type(value).__name__}", hint="give a timedelta")
        if not timedelta(0) < value <= LONGEST_LIFE:
            raise InvalidInput(
                f"{name} is {value}", hint="give more than nothing, and no more than Feishu's 30 days"
            )
    furthest = min(extend_to, LONGEST_LIFE - MARGIN)
    if renew_within >= furthest:
        raise InvalidInput(
            f"renew_within is not shorter than extend_to, which comes to {furthest} at most: every run would"
            " renew every reserve",
            hint="give a shorter renew_within",
        )
    return Renewing(renew_within=renew_within, extend_to=extend_to, until=_moment(until))


def renewed(renewing: Renewing, record: Record, now: datetime) -> Asked:
    """What to ask for so that a reserve stays alive; nothing where it is not due.

    It is never made to live shorter than it does, nor beyond the vendor's limit less :data:`MARGIN`.

    Args:
        renewing: When it is due, how far it is extended, and what ends that.
        record: The reserve, as the vendor shows it.
        now: The vendor's own time; aware.

    Returns:
        ``end_time`` alone, in unix seconds; or a remark. What is left as it is shows its ``end_time``.

    Raises:
        InvalidInput: It has expired (reason ``lost.expired``), or does not say when it will.
    """
    ends = _end_time(record)
    # The vendor counts in whole seconds: half a second more could never be reached.
    until = renewing.until and renewing.until.astimezone(UTC).replace(microsecond=0)
    if until is not None and until <= now:
        too_early = _has_expired(record, now) and ends < until
        return _left_alone(
            record,
            f"no longer kept alive: that was asked for until {_shown(until)}",
            *([f"it expired at {_shown(ends)}, before that"] if too_early else ()),
        )
    check_alive(record, now)
    if until is not None and ends >= until:
        return _left_alone(record, f"kept until {_shown(until)}, as asked")
    if ends - now >= renewing.renew_within:
        return _left_alone(record, f"not due yet: it lives until {_shown(ends)}")
    furthest = min(now + renewing.extend_to, now + LONGEST_LIFE - MARGIN)
    target = min(furthest, until or furthest).replace(microsecond=0)
    if target <= ends:
        return _left_alone(record, f"it lives until {_shown(ends)} already, which is no shorter")
    return Asked(changes={"end_time": str(int(target.timestamp()))})


def check_alive(record: Mapping[str, Any], now: datetime) -> None:
    """Refuse a reserve that has expired: its meeting number was released.

    Args:
        record: The reserve, as the vendor shows it; its fields will do.
        now: The vendor's own time; aware.

    Raises:
        InvalidInput: It has (reason ``lost.expired``), or does not say when it will.
    """
    if _has_expired(record, now):
        raise InvalidInput(
            f"the reserve expired at {_shown(_end_time(record))}, and its meeting number is gone",
            hint="apply for a new reserve, tell people its number, and take this one off the list",
            reason=Reason.EXPIRED,
        )


def _has_expired(record: Mapping[str, Any], now: datetime) -> bool:
    return _end_time(record) <= now or record.get("expire_status") == EXPIRED


def _moment(until: Any) -> datetime | None:
    if until is None or until == "":
        return None
    try:
        return moment(until)
    except ValueError as error:
        problem = str(error)
    raise InvalidInput(f"until {problem}")


def _left_alone(record: Record, remark: str, *warnings: str) -> Asked:
    return Asked(remark=remark, warnings=warnings, seen={"end_time": record["end_time"]})


def _end_time(record: Mapping[str, Any]) -> datetime:
    text = str(record.get("end_time"))
    if not text.isdecimal():
        raise InvalidInput(
            "the reserve does not show when it expires",
            hint="look at it in Feishu",
            reason=Reason.VENDOR_ERROR,
        )
    return datetime.fromtimestamp(int(text), UTC)


def _shown(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M:%S}Z"

"""What is asked of a booking when a room closes or somebody leaves. Pure functions.

The rules: docs/vendors/zoho.md, "In change sets".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.vendors.verbs import Asked
from airflow_provider_booking.vendors.zoho import parameters, people, translation
from airflow_provider_booking.vendors.zoho.wall_clock import unix

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from airflow_provider_booking.vendors.updating import Record
    from airflow_provider_booking.vendors.verbs import Closing, Replacing

NOT_IN_IT = "the booking is not in the room that closes"
AT_ANOTHER_TIME = "the booking is not in the room while it is closed"
IN_BOTH = "the booking is in the other room already: it only leaves the one that closes"
NOT_THERE = "the person who leaves does not attend it"
BOOKER_STAYS = "the person who leaves made the booking, and Zoho lets no update say who did"


def out_of_the_room(closing: Closing, record: Record) -> Asked:
    """Exchange the room that closes, in a booking that is in it then; its other rooms stay.

    Raises:
        InvalidInput: An id is none of Zoho's; the booking recurs, or its zone is not known here.
    """
    closed = parameters.digits(closing.resource, "change.close.resource")
    move_to = parameters.digits(closing.move_to, "change.close.move_to")
    if record.get("is_repeat"):
        # One occurrence may be in another room, or at another time, than the booking shows.
        raise InvalidInput(
            "the booking recurs: which of its occurrences are in the room that closes cannot be told",
            hint="move them with the update operator, one by one with recurrence_edittype only",
        )
    rooms = translation.rooms(record)
    booked = {room["resource_id"] for room in rooms}
    if closed not in booked:
        return Asked(remark=NOT_IN_IT)
    if not _is_met(closing, record["dateandtime"]):
        return Asked(remark=AT_ANOTHER_TIME)
    if move_to in booked:
        left = [room for room in rooms if room["resource_id"] != closed]
        return Asked({"resources": left}, warnings=(IN_BOTH,))
    moved = [room | {"resource_id": move_to} if room["resource_id"] == closed else room for room in rooms]
    return Asked({"resources": moved})


def handed_over(replacing: Replacing, record: Record) -> Asked:
    """Let somebody attend in the place of who leaves, with the same permission.

    Args:
        replacing: ``former`` is an e-mail address or a zid; ``successor`` is both, as ``zid/address``, where
            they are not on the booking yet.
        record: The booking.

    Raises:
        InvalidInput: The successor is who leaves, is new to the booking and not named in full, or attends
            under another zid or address.
    """
    attending = people.rows_of(record.get("attendees"), "email", "zid", "permission")
    booker = {str(record[name]) for name in ("booked_by", "bookedby_email") if record.get(name) is not None}
    warnings = (BOOKER_STAYS,) if _is_one(replacing.former, booker) else ()
    former = next((row for row in attending if _is_one(replacing.former, _names(row))), None)
    if former is None:
        return Asked(remark=NOT_THERE, warnings=warnings)
    asked: list[dict[str, Any]] = [
        {name: former[name] for name in ("email", "zid") if name in former} | {"deleted": True}
    ]
    zid, email = replacing.named_successor
    named = [name for name in (zid, email) if name]
    if any(_is_one(name, _names(former)) for name in named):
        raise InvalidInput("change.replace_host.to is the person who leaves", hint="name another one")
    unknown = [name for name in named if not any(_is_one(name, _names(row)) for row in attending)]
    if unknown == named:
        asked.append({**former, **_newcomer(zid, email)})
    elif unknown:
        raise InvalidInput(
            "change.replace_host.to attends the booking under another zid or address",
            hint="check both, or give only the one that the booking shows",
        )
    return Asked({"attendees": asked}, warnings=warnings)


def _is_met(closing: Closing, span: Mapping[str, str]) -> bool:
    """Whether a booking with this ``dateandtime`` may be there while it is closed.

    Of a time that the clock shows twice, Zoho's form does not say which is meant. Then either one counts: a
    booking that moves for nothing harms less than one that stays in a closed room.
    """
    return any(
        closing.covers(*(unix(span[name], span["timezone"], fold=fold) for name in ("start", "end")))
        for fold in (0, 1)
    )


def _newcomer(zid: str, email: str) -> dict[str, Any]:
    if not email:
        raise InvalidInput(
            "change.replace_host.to does not name both zid and e-mail address, and Zoho wants both",
            hint="write them as 61298182/name@example.com",
        )
    return {"zid": parameters.digits(zid, "the zid in change.replace_host.to"), "email": email}


def _names(row: people.Row) -> set[str]:
    return {row[name] for name in ("email", "zid") if name in row}


def _is_one(name: str, names: Collection[str]) -> bool:
    return name.casefold() in {each.casefold() for each in names}

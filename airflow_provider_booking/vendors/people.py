"""The people of a booking, when one of them leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from airflow_provider_booking.vendors.verbs import Replacing

NO_HOST = "the person who leaves is no host of it"


def handed_over(people: Any, replacing: Replacing, *, id_member: str) -> list[dict[str, Any]] | None:
    """Let somebody take the place of who leaves; the others stay, in their order.

    Args:
        people: The people as the vendor shows them, objects with an id; None where there are none.
        replacing: Who leaves, and who takes over; one who is among them already stays as that.
        id_member: The member of each that holds the id.

    Returns:
        The people afterwards; None where who leaves is not among them.
    """
    before: list[dict[str, Any]] = people if isinstance(people, list) else []
    ids = {person[id_member] for person in before}
    successor, _ = replacing.named_successor
    if replacing.former not in ids:
        return None
    after: list[dict[str, Any]] = []
    for person in before:
        if person[id_member] != replacing.former:
            after.append(person)
        elif successor not in ids:
            after.append({**person, id_member: successor})
            ids.add(successor)
    return after

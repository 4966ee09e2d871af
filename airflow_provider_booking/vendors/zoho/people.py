"""Attendees and groups of a booking: who stays and who goes (docs/vendors/zoho.md, "Update").

At Zoho the list that is sent is merged into the one that is there, as far as its page shows: whoever is
missing in it stays, and only ``"deleted": true`` removes. What is sent here names everybody who stays as
well, so that it is right whether the vendor merges or replaces.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.vendors.zoho.models import AskedAttendee, AskedGroup, Exactly

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pydantic import JsonValue

Asked = AskedAttendee | AskedGroup
Row = dict[str, Any]
"""A person or a group as the vendor takes it: ``zid``, of a person ``email``, and ``permission``."""


@dataclass(frozen=True)
class After:
    """Who is on the booking after an update, and who no longer is."""

    staying: list[Row]
    leaving: list[Row]

    @property
    def sent(self) -> list[Row]:
        """The list to send."""
        return [*self.staying, *({**row, "deleted": True} for row in self.leaving)]


def rows_of(people: Iterable[Mapping[str, Any]] | None, *names: str) -> list[Row]:
    """People of a record in the form in which they are sent; ids are text (pitfall 13)."""
    rows = [{name: person.get(name) for name in names} for person in people or ()]
    return [
        {name: str(value) if name == "zid" else value for name, value in row.items() if value is not None}
        for row in rows
    ]


def compared(rows: list[Row]) -> JsonValue:
    """People in one spelling and order: neither the order nor the case of an address means anything."""
    plain: list[Row] = [row | {"email": row["email"].casefold()} if "email" in row else row for row in rows]
    plain.sort(key=lambda row: (row.get("zid", ""), row.get("email", "")))
    return [*plain] or None


def after(field: str, stored: list[Row], asked: Sequence[Asked] | None, *, permission: int) -> After:
    """Who is on the booking once a change is made.

    Args:
        field: The list's name, for errors.
        stored: Who is on it now.
        asked: The change: a list to merge, an :class:`Exactly`, or None for nobody.
        permission: What somebody new may do where the change does not say.

    Raises:
        InvalidInput: Somebody is named twice, is new and not named in full, or has another id or address
            than on the booking.
    """
    asked = Exactly() if asked is None else asked
    staying: dict[int, Row] = dict(enumerate(stored))
    leaving: list[Row] = []
    named: set[int] = set()
    new: list[Row] = []
    for number, person in enumerate(asked):
        where = f"{field}[{number}]"
        at = _place(where, stored + new, person)
        if at in named:
            raise InvalidInput(f"{where} is named a second time", hint="name everybody once")
        if at is not None:
            named.add(at)
        if person.deleted:
            if at is not None:
                leaving.append(staying.pop(at))
        elif at is not None:
            staying[at] = stored[at] | _permission(person)
        else:
            named.add(len(stored) + len(new))
            new.append(_newcomer(where, person, permission))
    if isinstance(asked, Exactly):
        leaving += [staying.pop(at) for at in list(staying) if at not in named]
    return After([*staying.values(), *new], leaving)


def _place(where: str, rows: list[Row], person: Asked) -> int | None:
    """Where a person stands in a list, by id or address."""
    for at, row in enumerate(rows):
        given = {name: value for name, value in _who(person).items() if name in row}
        same = {name for name, value in given.items() if value.casefold() == row[name].casefold()}
        if same and same != given.keys():
            other = "email" if "zid" in same else "zid"
            raise InvalidInput(
                f"{where} is on the booking with another {other}", hint=f"leave {other} out, or check both"
            )
        if same:
            return at
    return None


def _who(person: Asked) -> dict[str, str]:
    who = {"zid": person.zid}
    if isinstance(person, AskedAttendee):
        who["email"] = person.email
    return {name: value for name, value in who.items() if value}


def _permission(person: Asked) -> Row:
    return {"permission": person.permission} if person.given("permission") else {}


def _newcomer(where: str, person: Asked, permission: int) -> Row:
    who: dict[str, Any] = _who(person)
    names = ("email", "zid") if isinstance(person, AskedAttendee) else ("zid",)
    if missing := [name for name in names if name not in who]:
        raise InvalidInput(
            f"{where} is not on the booking yet and lacks {missing[0]}",
            hint="give email and zid; an administrator of the organisation can look up the zid",
        )
    return who | {"permission": permission} | _permission(person)

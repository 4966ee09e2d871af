"""The guests of an appointment: what is checked of them, and how they are masked."""

import re
from collections.abc import Mapping
from typing import Any

from airflow_provider_booking.sandbox.onlive import rules
from airflow_provider_booking.sandbox.onlive.refusals import invalid, unprocessable

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
Guest = dict[str, Any]


def check(guests: list[Guest], most: int) -> None:
    """Check number and addresses of guests (docs/vendors/onlive.md, rules 15 and 16).

    Raises:
        Refused: 422 for the guests.
    """
    if len(guests) > most:
        raise unprocessable("guests", "Maximum number of guests exceeded")
    addresses = [guest.get("email") for guest in guests]
    if not all(isinstance(address, str) and _EMAIL.fullmatch(address) for address in addresses):
        raise unprocessable("guests", "Invalid email address")
    if len({str(address).lower() for address in addresses}) < len(addresses):
        raise unprocessable("guests", "Duplicate email address")


def masks(body: Mapping[str, Any]) -> list[Guest]:
    """Read the body of a mask-guests call: a guest is named by `email` or `phone`.

    Raises:
        Refused: 400 if there are no guests in it.
    """
    sent: list[Guest] | None = rules.read(body, {"guests": "guests"}, strict=False).get("guests")
    if not sent:
        raise invalid(("guests", "Is required"))
    return sent


def masked(guest: Guest, orders: list[Guest]) -> Guest:
    """Give a guest with the address and phone number that the first order for it asks for."""
    details: Guest = guest.get("extraFields") or {}
    for order in orders:
        has_phone = "phone" in order and order["phone"] == details.get("phone")
        if has_phone or order.get("email") == guest["email"]:
            result = guest | {"email": order.get("newEmail", guest["email"])}
            if "newPhone" in order:
                result["extraFields"] = details | {"phone": order["newPhone"]}
            return result
    return guest

"""The calls on what surrounds appointments: calendars and services, which can only be read here."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from airflow_provider_booking.sandbox.onlive import listing
from airflow_provider_booking.sandbox.onlive.calls import Request
from airflow_provider_booking.sandbox.onlive.directory import CALENDARS, SERVICES
from airflow_provider_booking.sandbox.onlive.refusals import Refused
from airflow_provider_booking.sandbox.onlive.versions import V2

Record = Mapping[str, Any]


def calendars(request: Request, calendars_of: Callable[[str], Iterable[str]]) -> dict[str, Any]:
    """Show a page of calendars; v2 can ask for those of one appointment."""
    appointment_id = request.query.get("appointmentId") if request.version is V2 else None
    known = CALENDARS if appointment_id is None else calendars_of(appointment_id)
    return _page((CALENDARS[one] for one in known if one in CALENDARS), request)


def calendar(request: Request) -> dict[str, Any]:
    """Show one calendar."""
    return _one(CALENDARS, request, "Calendar not found")


def services(request: Request) -> dict[str, Any]:
    """Show a page of services."""
    return _page(SERVICES.values(), request, "userGroupId", "typeId", "name")


def service(request: Request) -> dict[str, Any]:
    """Show one service."""
    return _one(SERVICES, request, "Service not found")


def _page(records: Iterable[Record], request: Request, *filters: str) -> dict[str, Any]:
    wanted = {name: request.query[name] for name in filters if name in request.query}
    wanted["organizationId"] = request.key.organization
    text = request.query.get("search", "").lower()
    found = [
        one
        for one in records
        if text in one["name"].lower() and all(one[name] == value for name, value in wanted.items())
    ]
    return listing.page(found, request.query, dict)


def _one(records: Mapping[str, dict[str, Any]], request: Request, unknown: str) -> dict[str, Any]:
    record = records.get(request.record_id)
    if record is None:
        raise Refused(404, unknown)
    request.allow(record["organizationId"])
    return record

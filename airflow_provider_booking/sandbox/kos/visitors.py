"""The queries about visitors: who they are, and which schedules they have."""

from typing import Any

from airflow_provider_booking.sandbox.kos import shapes
from airflow_provider_booking.sandbox.kos.book import Body, ScheduleBook
from airflow_provider_booking.sandbox.kos.clinic import Hospital
from airflow_provider_booking.sandbox.kos.refusals import (
    NOT_FOUND,
    REQUIRED,
    invalid_request,
)
from airflow_provider_booking.sandbox.kos.shapes import timestamp

_PAGE = 20  # visitors in an answer unless asked otherwise; the vendor's own number is unknown
_SEARCH = shapes.members(
    {
        "offset": shapes.whole,
        "limit": shapes.whole,
        "partOfVisitorName": shapes.text,
        "dateOfBirth": shapes.text,
        "chartNumber": shapes.text,
        "email": shapes.text,
        "phone": shapes.text,
    }
)


class VisitorQueries:
    """The queries over one book of schedules."""

    def __init__(self, book: ScheduleBook) -> None:
        self._book = book

    def search(self, hospital: Hospital, body: Body) -> Body:
        """Give the visitors that fit all that is asked for."""
        asked, wrong = shapes.read(_SEARCH, body)
        if wrong:
            raise invalid_request(*wrong)
        first, most = asked.pop("offset", 0), asked.pop("limit", _PAGE)
        part = asked.pop("partOfVisitorName", "")
        visitors = {one.visitor["id"]: one.visitor for one in self._book if one.hospital == hospital.name}
        found = [
            visitor
            for visitor in visitors.values()
            if part in visitor["name"] and asked.items() <= _sought(visitor).items()
        ]
        return {"data": [_found(visitor) for visitor in found[first : first + most]]}

    def schedules(self, hospital: Hospital, body: Body) -> Body:
        """Give a visitor's schedules; here none is ever deleted or waits for a payment."""
        visitor_id = body.get("visitorId")
        if visitor_id is None:
            raise invalid_request(("visitorId", REQUIRED))
        visits = self._book.visits(hospital, visitor_id) if isinstance(visitor_id, str) else []
        if not visits:
            raise invalid_request(("visitorId", NOT_FOUND))
        shown = [] if body.get("deleted") or body.get("paymentRequired") else visits
        return {
            "data": [
                {
                    "scheduleId": schedule.id,
                    "startDateTimeUtc": timestamp(schedule.resources[0].start),
                    "endDateTimeUtc": timestamp(schedule.resources[0].end),
                    "tasks": schedule.rest["tasks"],
                }
                for schedule in shown
            ]
        }


def email(visitor: dict[str, Any]) -> str:
    """Give a visitor's address; KOS searches by it and never shows it."""
    return f"chart.{visitor['chartNumber']}@example.com"


def _sought(visitor: dict[str, Any]) -> dict[str, Any]:
    return {
        "dateOfBirth": visitor.get("dateOfBirth"),
        "chartNumber": visitor["chartNumber"],
        "email": email(visitor),
        "phone": visitor.get("phone", {}).get("phoneNumber"),
    }


def _found(visitor: dict[str, Any]) -> dict[str, Any]:
    shown = {name: visitor[name] for name in ("id", "chartNumber", "name")}
    if "phone" in visitor:
        shown["phoneNumber"] = visitor["phone"]
    return shown | {name: visitor[name] for name in ("dateOfBirth", "gender") if name in visitor}

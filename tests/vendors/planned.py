"""What the tests of all vendors' planning do alike."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from airflow_provider_booking.bookings import UpdateResult
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.planning import VendorPlanning
from airflow_provider_booking.vendors.updating import Update
from tests.wire import reads, writes

Planning = VendorPlanning[Any]
Json = dict[str, Any]
HOUR = timedelta(hours=1)


async def update(planning: Planning, booking_id: str, wanted: Mapping[str, Any]) -> UpdateResult:
    """Update a booking with neutral fields, through JSON as a ledger keeps it."""
    booking = await planning.client.get_booking(booking_id)
    changes = json.loads(json.dumps(planning.changes(wanted, booking)))
    result: UpdateResult = await planning.client.update_booking(booking_id, changes)
    return result


async def an_hour_later(planning: Planning, booking_id: str) -> dict[str, datetime]:
    """Give the times of a booking, by those of start and end that its vendor has, an hour later."""
    booking = await planning.client.get_booking(booking_id)
    times = {"start": booking.start, "end": booking.end}
    return {name: time + HOUR for name, time in times.items() if time and name in planning.neutral_fields}


async def calls_of_a_move(sandbox: Sandbox, planning: Planning, booking_id: str) -> tuple[int, int]:
    """Move a booking and count the calls of the update: those that read, and those that write."""
    vendor = planning.client.vendor
    booking = await planning.client.get_booking(booking_id)
    changes = planning.changes(await an_hour_later(planning, booking_id), booking)
    before = len(reads(sandbox, vendor))
    await planning.client.update_booking(booking_id, changes)
    return len(reads(sandbox, vendor)) - before, len(writes(sandbox, vendor))


async def fields_of(planning: Planning, booking_id: str) -> dict[str, Any]:
    """Give the fields of a booking as it is."""
    client = planning.client
    found: dict[str, Any] = client.fields(await client.read(booking_id, client.parse_options({})))
    return found


async def drifts(planning: Planning, booking_id: str, changes: Mapping[str, Any]) -> bool:
    """Say whether somebody's update of a booking counts as drift."""
    before = planning.watched(await fields_of(planning, booking_id))
    await planning.client.update_booking(booking_id, changes)
    return planning.watched(await fields_of(planning, booking_id)) != before


async def take_back(
    planning: Planning, booking_id: str, changes: Mapping[str, Any], **options: Any
) -> tuple[set[str], tuple[str, ...]]:
    """Update a booking, then ask for what it was. Give the fields that read otherwise, and the warnings."""
    client = planning.client
    given = client.parse_options(options)
    record = await client.read(booking_id, given)
    before = client.fields(record)
    touched = Update(client, booking_id, changes, options).preview(record).wanted
    await client.update_booking(booking_id, changes, **options)
    left = await client.read(booking_id, given)
    asked = planning.asking({name: before.get(name) for name in touched}, left, options)
    if asked.changes:
        await client.update_booking(booking_id, json.loads(json.dumps(asked.changes)), **asked.options)
    after = client.fields(await client.read(booking_id, given))
    differing = {name for name in before | after if before.get(name) != after.get(name)}
    return differing - client.volatile_fields, asked.warnings

"""docs/vendors/onlive.md, "Calls": calendars, services and the connection test, through our client."""

from typing import Any

import pytest

from airflow_provider_booking.bookings import (
    BookingNotFound,
    CredentialRejected,
    InvalidInput,
    VendorUnavailable,
)
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.onlive.client import OnliveClient
from tests.vendors.onlive.conftest import Settings
from tests.wire import reads

UNKNOWN = "00000000-0000-4000-8000-000000000000"
FRONT_DESK = "cb000000-0000-4000-8000-000000000001"
ROOM = "cb000000-0000-4000-8000-000000000002"
SERVICE = "5e000000-0000-4000-8000-000000000030"

both_versions = pytest.mark.parametrize("version", ["v1", "v2"])


class TestNeighbours:
    @both_versions
    async def test_a_calendar_says_its_zone(self, onlive: OnliveClient, version: Any) -> None:
        calendar = await onlive.get_calendar(FRONT_DESK, api_version=version)
        assert (calendar.name, calendar.type, calendar.timezone) == ("Front desk", "agent", "Europe/Madrid")

    @both_versions
    async def test_calendars_can_be_searched(self, onlive: OnliveClient, version: Any) -> None:
        found = onlive.list_calendars(api_version=version, search="demo room")
        assert [calendar.id async for calendar in found] == [ROOM]

    async def test_a_calendar_does_not_show_its_address_in_repr(self, onlive: OnliveClient) -> None:
        assert "@" not in repr(await onlive.get_calendar(FRONT_DESK))

    async def test_a_service_says_how_long_it_takes(self, onlive: OnliveClient) -> None:
        service = await onlive.get_service(SERVICE)
        assert (service.name, service.duration) == ("Product demo", 30)

    async def test_services_come_page_by_page(self, sandbox: Sandbox, onlive: OnliveClient) -> None:
        durations = [service.duration async for service in onlive.list_services(page_size=3)]
        assert durations == [30, 45, 60, 90]
        assert len(reads(sandbox, "onlive")) == 2

    async def test_what_is_not_there_is_not_found(self, onlive: OnliveClient) -> None:
        with pytest.raises(BookingNotFound, match="nothing has this id"):
            await onlive.get_service(UNKNOWN)

    async def test_an_id_that_is_no_uuid_is_refused_before_sending(
        self, sandbox: Sandbox, onlive: OnliveClient
    ) -> None:
        with pytest.raises(InvalidInput, match="calendar_id is not a UUID"):
            await onlive.get_calendar("front desk".replace(" ", "-"))
        assert sandbox.requests("onlive") == []


class TestCheck:
    async def test_names_host_and_key(self, sandbox: Sandbox, onlive: OnliveClient) -> None:
        assert await onlive.check() == f"Connected to {sandbox.url}/onlive with access key SANDBOXKEY"

    async def test_asks_for_one_appointment_and_changes_nothing(
        self, sandbox: Sandbox, onlive: OnliveClient
    ) -> None:
        await onlive.check()
        assert [(request["method"], request["query"]) for request in sandbox.requests("onlive")] == [
            ("GET", {"limit": "1"})
        ]

    async def test_is_not_content_with_a_no_behind_a_200(
        self, sandbox: Sandbox, onlive: OnliveClient
    ) -> None:
        sandbox.fault("onlive", {"status": 200, "body": {"statusCode": 401, "message": "Unauthorized"}})
        with pytest.raises(VendorUnavailable, match="lacks an object"):
            await onlive.check()

    @pytest.mark.parametrize("wrong", [{"login": "NOBODY"}, {"password": "wrong"}])
    async def test_with_a_wrong_key_is_refused(
        self, onlive_settings: Settings, wrong: dict[str, str]
    ) -> None:
        async with OnliveClient(onlive_settings(**wrong)) as client:
            with pytest.raises(CredentialRejected):
                await client.check()

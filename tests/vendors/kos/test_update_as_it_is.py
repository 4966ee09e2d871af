"""docs/vendors/kos.md, "Update": a command that the caller writes, sent as it is."""

from typing import Any

import pytest

from airflow_provider_booking.bookings import AccessDenied, InvalidInput, OutcomeUnknown
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.kos.client import KosClient
from tests.vendors.kos.conftest import Settings
from tests.wire import reads, writes

SAMPLE = "66a000000000000000000001"
ZONE, ROOM_2 = "65e000000000000000000001", "65e000000000000000000002"
QUERIES_ONLY = "00000000-0000-4000-8000-000000000001"
UPDATE = "*/commands/update-reservation"
NEW = {"id": None}


def resource(sandbox: Sandbox, schedule_id: str = SAMPLE) -> dict[str, Any]:
    """Give the first resource of a schedule, as a command has it."""
    found: dict[str, Any] = sandbox.booking("kos", schedule_id)["occupiedResources"][0]
    return found


def whole(sandbox: Sandbox, **otherwise: Any) -> dict[str, Any]:
    """Give a v1 command with the required fields of the sample as they are, but for some."""
    reservation = sandbox.booking("kos", SAMPLE)["reservation"]
    names = ("reservationGroupId", "zoneId", "startDateTime", "endDateTime")
    flags = {"consultationRequired": False, "sedationRequired": False}
    return {name: reservation[name] for name in names} | flags | otherwise


class TestUpdateAsItIs:
    async def test_sends_v1_what_was_given_and_reads_nothing(self, sandbox: Sandbox, kos: KosClient) -> None:
        command = whole(sandbox, zoneId=ROOM_2, reservationMemo=None)
        await kos.update_reservation_v1(SAMPLE, command)
        [request] = writes(sandbox, "kos")
        assert request["path"] == "/schedule/open/v1/commands/update-reservation"
        assert request["body"] == {"scheduleId": SAMPLE, **whole(sandbox, zoneId=ROOM_2)}
        assert reads(sandbox, "kos") == []

    async def test_sends_v2_what_was_given_and_reads_nothing(self, sandbox: Sandbox, kos: KosClient) -> None:
        command = {"zoneId": ROOM_2, "occupiedResources": [resource(sandbox)], "sedationRequired": True}
        await kos.update_reservation_v2(SAMPLE, command)
        [request] = writes(sandbox, "kos")
        assert request["path"] == "/schedule/open/v2/commands/update-reservation"
        assert request["body"] == {"scheduleId": SAMPLE, **command}
        assert reads(sandbox, "kos") == []

    @pytest.mark.parametrize("field", ["reservationGroupId", "zoneId", "startDateTime", "sedationRequired"])
    async def test_refuses_a_v1_command_without_a_required_field(
        self, sandbox: Sandbox, kos: KosClient, field: str
    ) -> None:
        command = whole(sandbox)
        del command[field]
        with pytest.raises(InvalidInput, match=f"{field} is missing: an update overwrites"):
            await kos.update_reservation_v1(SAMPLE, command)
        assert sandbox.requests("kos") == []

    @pytest.mark.parametrize(
        ("command", "missing"),
        [({"reservationMemo": "x"}, "zoneId"), ({"zoneId": ZONE}, "occupiedResources")],
    )
    async def test_refuses_a_v2_command_without_a_required_field(
        self, sandbox: Sandbox, kos: KosClient, command: dict[str, Any], missing: str
    ) -> None:
        with pytest.raises(InvalidInput, match=f"{missing} is missing: an update overwrites"):
            await kos.update_reservation_v2(SAMPLE, command)
        assert sandbox.requests("kos") == []

    @pytest.mark.parametrize("member", ["zoneId", "startDateTimeUtc", "endDateTimeUtc", "reservationGroup"])
    @pytest.mark.parametrize("lacks", [{"id": None}, {}], ids=["without an id", "with its id"])
    async def test_refuses_a_resource_that_lacks_a_member(
        self, sandbox: Sandbox, kos: KosClient, member: str, lacks: dict[str, Any]
    ) -> None:
        odd = resource(sandbox) | lacks
        del odd[member]
        command = {"zoneId": ROOM_2, "occupiedResources": [resource(sandbox), odd]}
        said = rf"occupiedResources\[1\]\.{member} is missing: an update overwrites: give it"
        with pytest.raises(InvalidInput, match=said):
            await kos.update_reservation_v2(SAMPLE, command)
        assert sandbox.requests("kos") == []

    @pytest.mark.parametrize("version", ["v1", "v2"])
    @pytest.mark.parametrize(
        ("command", "said"), [({}, "Id is missing: an update overwrites"), ("x", "^command is a str: give")]
    )
    async def test_refuses_what_is_no_command(
        self, sandbox: Sandbox, kos: KosClient, version: str, command: Any, said: str
    ) -> None:
        send = kos.update_reservation_v1 if version == "v1" else kos.update_reservation_v2
        with pytest.raises(InvalidInput, match=said):
            await send(SAMPLE, command)
        assert sandbox.requests("kos") == []

    async def test_refuses_a_field_of_the_other_version(self, sandbox: Sandbox, kos: KosClient) -> None:
        with pytest.raises(InvalidInput, match="occupiedResources is not a field of v1: use api_version v2"):
            await kos.update_reservation_v1(SAMPLE, whole(sandbox, occupiedResources=[{}]))
        assert sandbox.requests("kos") == []

    @pytest.mark.parametrize("resources", [{}, {"set": []}, "x", 5], ids=str)
    async def test_refuses_resources_that_are_no_list(
        self, sandbox: Sandbox, kos: KosClient, resources: Any
    ) -> None:
        with pytest.raises(InvalidInput, match="occupiedResources must be a list"):
            await kos.update_reservation_v2(SAMPLE, {"zoneId": ZONE, "occupiedResources": resources})
        assert sandbox.requests("kos") == []

    async def test_refuses_times_in_the_wrong_order(self, sandbox: Sandbox, kos: KosClient) -> None:
        only = resource(sandbox)
        start = only["startDateTimeUtc"]
        with pytest.raises(InvalidInput, match="does not start before it ends"):
            await kos.update_reservation_v1(SAMPLE, whole(sandbox, endDateTime=start))
        backwards = {"zoneId": ZONE, "occupiedResources": [only | {"endDateTimeUtc": start}]}
        with pytest.raises(InvalidInput, match="does not start before it ends"):
            await kos.update_reservation_v2(SAMPLE, backwards)
        assert sandbox.requests("kos") == []

    async def test_refuses_resources_on_two_dates(self, sandbox: Sandbox, kos: KosClient) -> None:
        away = {"startDateTimeUtc": "2027-03-10T01:00:00Z", "endDateTimeUtc": "2027-03-10T01:30:00Z"}
        command = {"zoneId": ZONE, "occupiedResources": [resource(sandbox), resource(sandbox) | away | NEW]}
        with pytest.raises(InvalidInput, match="start on 2 dates in Asia/Seoul"):
            await kos.update_reservation_v2(SAMPLE, command)
        assert sandbox.requests("kos") == []

    async def test_of_a_key_that_may_only_query_is_denied(
        self, sandbox: Sandbox, kos_settings: Settings
    ) -> None:
        async with KosClient(kos_settings(password=QUERIES_ONLY)) as client:
            with pytest.raises(AccessDenied):
                await client.update_reservation_v1(SAMPLE, whole(sandbox))

    @pytest.mark.parametrize("body", [None, [], "ok"], ids=str)
    async def test_that_is_answered_with_no_object_is_unknown(
        self, sandbox: Sandbox, kos: KosClient, body: Any
    ) -> None:
        answer = {"status": 200, "body": body} if body is not None else {"status": 204, "body": []}
        sandbox.fault("kos", answer, path=UPDATE)
        with pytest.raises(OutcomeUnknown, match="lacks an object"):
            await kos.update_reservation_v1(SAMPLE, whole(sandbox))

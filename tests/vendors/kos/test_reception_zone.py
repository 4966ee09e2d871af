"""The zone where a KOS visitor checks in: v2 wants it, and no call is known to show it."""

from typing import Any

import pytest

from airflow_provider_booking.bookings import (
    Outcome,
    OutcomeUnknown,
    Refused,
)
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.kos.client import KosClient
from airflow_provider_booking.vendors.kos.translation import GUESSED_RECEPTION
from tests.wire import writes

SAMPLE = "66a000000000000000000001"
THREE_RESOURCES = "66b000000000000000000001"
AT_THE_FRONT_DESK = "66b000000000000000000002"
UNKNOWN = "66f000000000000000000001"
ROOM_1, ROOM_2, LASER_1, FRONT_DESK = (f"65e0{number:020d}" for number in (1, 2, 3, 9))
UPDATE = "*/commands/update-reservation"
UNSEEN_RECEPTION = "the vendor does not show zoneId: sent, and not checked"


def reservation(sandbox: Sandbox, schedule_id: str = SAMPLE) -> dict[str, Any]:
    found: dict[str, Any] = sandbox.booking("kos", schedule_id)["reservation"]
    return found


def resources(sandbox: Sandbox, schedule_id: str = SAMPLE) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = sandbox.booking("kos", schedule_id)["occupiedResources"]
    return found


class TestReceptionZone:
    """In v2 `zoneId` is where the visitor checks in, which no call is known to show."""

    async def test_is_sent_and_reported_as_not_checked(self, sandbox: Sandbox, kos: KosClient) -> None:
        result = await kos.update_booking(SAMPLE, {"zoneId": FRONT_DESK})
        assert (result.outcome, result.changed) == (Outcome.APPLIED, {})
        assert result.warnings == (UNSEEN_RECEPTION,)
        assert sandbox.booking("kos", SAMPLE)["receptionZoneId"] == FRONT_DESK

    async def test_leaves_the_zones_of_the_resources(self, sandbox: Sandbox, kos: KosClient) -> None:
        before = resources(sandbox, THREE_RESOURCES)
        await kos.update_booking(THREE_RESOURCES, {"zoneId": ROOM_2})
        assert resources(sandbox, THREE_RESOURCES) == before

    async def test_that_reads_so_is_not_sent(self, sandbox: Sandbox, kos: KosClient) -> None:
        result = await kos.update_booking(SAMPLE, {"zoneId": ROOM_1})
        assert result.outcome == Outcome.UNCHANGED
        assert writes(sandbox, "kos") == []

    async def test_that_is_given_with_another_field_goes_with_it(
        self, sandbox: Sandbox, kos: KosClient
    ) -> None:
        result = await kos.update_booking(SAMPLE, {"zoneId": FRONT_DESK, "sedationRequired": True})
        assert result.changed.keys() == {"sedationRequired"}
        assert result.warnings == (UNSEEN_RECEPTION,)
        assert len(writes(sandbox, "kos")) == 1

    async def test_that_is_not_given_is_sent_as_it_seems_to_read_and_remarked_on(
        self, sandbox: Sandbox, kos: KosClient
    ) -> None:
        result = await kos.update_booking(SAMPLE, {"sedationRequired": True})
        assert writes(sandbox, "kos")[0]["body"]["zoneId"] == reservation(sandbox)["zoneId"]
        assert result.warnings == (GUESSED_RECEPTION,)

    @pytest.mark.parametrize("action", [{"drop": "after"}, {"drop": "before"}], ids=str)
    async def test_that_is_not_given_is_remarked_on_after_a_lost_answer_too(
        self, sandbox: Sandbox, kos: KosClient, action: dict[str, Any]
    ) -> None:
        sandbox.fault("kos", action, path=UPDATE)
        result = await kos.update_booking(SAMPLE, {"sedationRequired": True})
        assert result.outcome == Outcome.APPLIED
        assert result.warnings.count(GUESSED_RECEPTION) == 1

    async def test_that_is_not_given_is_not_remarked_on_where_nothing_is_sent(self, kos: KosClient) -> None:
        result = await kos.update_booking(SAMPLE, {"sedationRequired": False})
        assert (result.outcome, result.warnings) == (Outcome.UNCHANGED, ())

    async def test_that_is_elsewhere_has_to_be_given_to_stay(self, sandbox: Sandbox, kos: KosClient) -> None:
        changes = {"sedationRequired": True, "zoneId": FRONT_DESK}
        await kos.update_booking(AT_THE_FRONT_DESK, changes)
        assert sandbox.booking("kos", AT_THE_FRONT_DESK)["receptionZoneId"] == FRONT_DESK

    async def test_that_is_unknown_is_refused_by_the_vendor(self, kos: KosClient) -> None:
        with pytest.raises(Refused, match="there is no such zone: zoneId NotFound"):
            await kos.update_booking(SAMPLE, {"zoneId": UNKNOWN})

    async def test_alone_cannot_be_settled_after_a_lost_answer(
        self, sandbox: Sandbox, kos: KosClient
    ) -> None:
        sandbox.fault("kos", {"drop": "after"}, path=UPDATE)
        with pytest.raises(OutcomeUnknown, match="does not show what was sent"):
            await kos.update_booking(SAMPLE, {"zoneId": FRONT_DESK})
        assert len(writes(sandbox, "kos")) == 1

    async def test_is_settled_by_what_was_sent_with_it(self, sandbox: Sandbox, kos: KosClient) -> None:
        sandbox.fault("kos", {"drop": "after"}, path=UPDATE)
        result = await kos.update_booking(SAMPLE, {"zoneId": FRONT_DESK, "sedationRequired": True})
        assert result.outcome == Outcome.APPLIED
        assert UNSEEN_RECEPTION in result.warnings
        assert len(writes(sandbox, "kos")) == 1

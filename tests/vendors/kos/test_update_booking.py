"""docs/vendors/kos.md, "Update": what an update does to a reservation, and what it says about it."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from airflow_provider_booking.bookings import (
    BookingNotFound,
    Held,
    InvalidInput,
    Outcome,
    Reason,
    Refused,
    SlotTaken,
)
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.kos.client import KosClient
from airflow_provider_booking.vendors.kos.models import Version
from airflow_provider_booking.vendors.kos.translation import GUESSED_RECEPTION
from tests.wire import reads, writes

SAMPLE = "66a000000000000000000001"
REQUIRED_ONLY = "66a000000000000000000002"
THREE_RESOURCES = "66b000000000000000000001"
CANCELED = "66c000000000000000000001"
UNKNOWN = "66f000000000000000000001"
GROUP, LASER = "65f000000000000000000001", "65f000000000000000000002"
ROOM_1, ROOM_2, LASER_1, FRONT_DESK = (f"65e0{number:020d}" for number in (1, 2, 3, 9))
UPDATE = "*/commands/update-reservation"
HALF_AN_HOUR = timedelta(minutes=30)
both_versions = pytest.mark.parametrize("version", ["v1", "v2"])


def reservation(sandbox: Sandbox, schedule_id: str = SAMPLE) -> dict[str, Any]:
    found: dict[str, Any] = sandbox.booking("kos", schedule_id)["reservation"]
    return found


def resources(sandbox: Sandbox, schedule_id: str = SAMPLE) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = sandbox.booking("kos", schedule_id)["occupiedResources"]
    return found


def moved(text: str, by: timedelta = timedelta(hours=1)) -> str:
    return (datetime.fromisoformat(text) + by).isoformat().replace("+00:00", "Z")


class TestApplied:
    @both_versions
    async def test_changes_the_reservation_at_the_vendor(
        self, sandbox: Sandbox, kos: KosClient, version: Version
    ) -> None:
        result = await kos.update_booking(SAMPLE, {"reservationMemo": "Window seat"}, api_version=version)
        assert result.outcome == Outcome.APPLIED
        assert reservation(sandbox)["reservationMemo"] == "Window seat"

    @pytest.mark.parametrize("version", ["v1", "v2"])
    async def test_goes_to_the_version_asked_for(
        self, sandbox: Sandbox, kos: KosClient, version: Version
    ) -> None:
        await kos.update_booking(SAMPLE, {"reservationMemo": "x"}, api_version=version)
        assert [request["path"] for request in writes(sandbox, "kos")] == [
            f"/schedule/open/{version}/commands/update-reservation"
        ]

    async def test_goes_to_v2_unless_asked_otherwise(self, sandbox: Sandbox, kos: KosClient) -> None:
        await kos.update_booking(SAMPLE, {"reservationMemo": "x"})
        assert writes(sandbox, "kos")[0]["path"].startswith("/schedule/open/v2/")

    @both_versions
    async def test_says_what_changed_from_what_to_what(
        self, sandbox: Sandbox, kos: KosClient, version: Version
    ) -> None:
        before = reservation(sandbox)
        start, end = moved(before["startDateTime"]), moved(before["endDateTime"])
        changes = {"startDateTime": start, "endDateTime": end, "sedationRequired": True}
        result = await kos.update_booking(SAMPLE, changes, api_version=version)
        assert result.as_xcom() == {
            "vendor": "kos",
            "conn_id": "kos_default",
            "booking_id": SAMPLE,
            "outcome": "applied",
            "changed": {
                "startDateTime": {"before": before["startDateTime"], "after": start},
                "endDateTime": {"before": before["endDateTime"], "after": end},
                "sedationRequired": {"before": False, "after": True},
            },
            "warnings": [GUESSED_RECEPTION] if version == "v2" else [],
        }

    async def test_through_v1_moves_to_another_group_and_zone(self, sandbox: Sandbox, kos: KosClient) -> None:
        changes = {"reservationGroupId": LASER, "zoneId": LASER_1}
        result = await kos.update_booking(SAMPLE, changes, api_version="v1")
        assert result.changed.keys() == {"reservationGroupId", "zoneId"}
        assert resources(sandbox)[0]["zoneId"] == LASER_1

    async def test_through_v2_moves_the_one_resource_to_another_group_and_zone(
        self, sandbox: Sandbox, kos: KosClient
    ) -> None:
        [before] = resources(sandbox)
        elsewhere = {"zoneId": LASER_1, "reservationGroup": {"reservationGroupId": LASER}}
        result = await kos.update_booking(SAMPLE, {"occupiedResources": [{"id": before["id"]} | elsewhere]})
        assert resources(sandbox) == [before | elsewhere]
        assert result.changed.keys() == {
            "occupiedResources[0].zoneId",
            "occupiedResources[0].reservationGroup.reservationGroupId",
        }

    async def test_through_v2_moves_resources_by_their_ids(self, sandbox: Sandbox, kos: KosClient) -> None:
        before = resources(sandbox, THREE_RESOURCES)
        later = [
            {"id": each["id"]} | {name: moved(each[name]) for name in ("startDateTimeUtc", "endDateTimeUtc")}
            for each in before
        ]
        result = await kos.update_booking(THREE_RESOURCES, {"occupiedResources": later})
        assert resources(sandbox, THREE_RESOURCES) == [
            old | new for old, new in zip(before, later, strict=True)
        ]
        assert result.changed.keys() == {
            f"occupiedResources[{index}].{name}"
            for index in range(3)
            for name in ("startDateTimeUtc", "endDateTimeUtc")
        }

    async def test_through_v2_drops_a_resource_and_adds_one(self, sandbox: Sandbox, kos: KosClient) -> None:
        first, _, third = resources(sandbox, THREE_RESOURCES)
        new = {name: value for name, value in third.items() if name != "id"} | {
            "reservationGroup": {"reservationGroupId": GROUP},
            "zoneId": ROOM_2,
        }
        await kos.update_booking(THREE_RESOURCES, {"occupiedResources": {"set": [{"id": first["id"]}, new]}})
        kept, added = resources(sandbox, THREE_RESOURCES)
        assert kept == first
        assert added == new | {"id": added["id"]}

    async def test_through_v2_makes_one_resource_of_several(self, sandbox: Sandbox, kos: KosClient) -> None:
        last = resources(sandbox, THREE_RESOURCES)[2]
        await kos.update_booking(THREE_RESOURCES, {"occupiedResources": [{"id": last["id"]}]})
        assert resources(sandbox, THREE_RESOURCES) == [last]

    async def test_through_v2_says_of_a_resource_that_is_added_only_that(
        self, sandbox: Sandbox, kos: KosClient
    ) -> None:
        [first] = resources(sandbox)
        new = {name: value for name, value in first.items() if name != "id"} | {"zoneId": ROOM_2}
        result = await kos.update_booking(SAMPLE, {"occupiedResources": [{"id": first["id"]}, new]})
        assert result.changed.keys() == {
            "occupiedResources[1].zoneId",
            "occupiedResources[1].startDateTimeUtc",
            "occupiedResources[1].endDateTimeUtc",
            "occupiedResources[1].reservationGroup.reservationGroupId",
        }
        assert {change.before for change in result.changed.values()} == {None}

    async def test_through_v2_says_of_resources_that_are_dropped_from_when_to_when_the_first_moved(
        self, sandbox: Sandbox, kos: KosClient
    ) -> None:
        first, _, last = resources(sandbox, THREE_RESOURCES)
        result = await kos.update_booking(THREE_RESOURCES, {"occupiedResources": [{"id": last["id"]}]})
        moved_start = result.changed["occupiedResources[0].startDateTimeUtc"]
        assert (moved_start.before, moved_start.after) == (
            first["startDateTimeUtc"],
            last["startDateTimeUtc"],
        )
        assert not {"startDateTime", "endDateTime"} & result.changed.keys()

    async def test_through_v2_names_the_times_of_one_resource_as_they_were_asked_for(
        self, sandbox: Sandbox, kos: KosClient
    ) -> None:
        [only] = resources(sandbox)
        later = {"id": only["id"], "endDateTimeUtc": moved(only["endDateTimeUtc"])}
        result = await kos.update_booking(SAMPLE, {"occupiedResources": [later]})
        assert result.changed.keys() == {"occupiedResources[0].endDateTimeUtc"}

    async def test_through_v2_replaces_the_requested_procedures(
        self, sandbox: Sandbox, kos: KosClient
    ) -> None:
        result = await kos.update_booking(SAMPLE, {"requestedProcedures": [{"type": "TICKET"}]})
        assert reservation(sandbox)["requestedProcedures"] == [{"type": "TICKET"}]
        assert result.changed.keys() == {"requestedProcedures"}

    @both_versions
    @pytest.mark.parametrize("field", ["counselor", "funnel", "reservationMemo", "reservationAssignee"])
    async def test_clears_what_is_optional(
        self, sandbox: Sandbox, kos: KosClient, version: Version, field: str
    ) -> None:
        before = reservation(sandbox)
        result = await kos.update_booking(SAMPLE, {field: None}, api_version=version)
        assert {change.after for change in result.changed.values()} == {None}
        assert reservation(sandbox) == {name: value for name, value in before.items() if name != field}

    async def test_clears_the_doctor_through_v1(self, sandbox: Sandbox, kos: KosClient) -> None:
        await kos.update_booking(SAMPLE, {"doctor": None}, api_version="v1")
        assert "doctor" not in reservation(sandbox)

    async def test_clears_the_requested_procedures_through_v2(self, sandbox: Sandbox, kos: KosClient) -> None:
        await kos.update_booking(SAMPLE, {"requestedProcedures": None})
        assert reservation(sandbox)["requestedProcedures"] == []

    async def test_shows_no_memo_no_name_and_no_procedure(self, kos: KosClient) -> None:
        person = {"id": "67a000000000000000000009", "name": "Jane Doe"}
        changes = {
            "reservationMemo": "Allergic",
            "counselor": person,
            "reservationAssignee": person,
            "funnel": {"funnelDetail": "Her sister"},
            "requestedProcedures": [{"type": "OPTION"}],
        }
        shown = (await kos.update_booking(SAMPLE, changes)).as_xcom()["changed"]
        assert shown.pop("counselor.id")["after"] == shown.pop("reservationAssignee.id")["after"]
        assert {name: tuple(change.values()) for name, change in shown.items()} == dict.fromkeys(
            [
                "reservationMemo",
                "counselor.name",
                "reservationAssignee.name",
                "funnel.funnelDetail",
                "requestedProcedures",
            ],
            ("***", "***"),
        )

    async def test_shows_no_doctors_name(self, kos: KosClient) -> None:
        changes = {"doctor": {"id": "67d000000000000000000001", "name": "Doctor Who"}}
        result = await kos.update_booking(SAMPLE, changes, api_version="v1")
        assert result.changed["doctor.name"].model_dump() == {"before": "***", "after": "***"}


class TestTimes:
    @both_versions
    @pytest.mark.parametrize(
        ("field", "by"), [("startDateTime", -HALF_AN_HOUR), ("endDateTime", HALF_AN_HOUR)]
    )
    async def test_leave_the_other_one_as_it_is(
        self, sandbox: Sandbox, kos: KosClient, version: Version, field: str, by: timedelta
    ) -> None:
        before = reservation(sandbox)
        result = await kos.update_booking(SAMPLE, {field: moved(before[field], by)}, api_version=version)
        assert result.changed.keys() == {field}
        assert reservation(sandbox) == before | {field: moved(before[field], by)}

    @both_versions
    async def test_that_would_not_start_before_they_end_are_not_sent(
        self, sandbox: Sandbox, kos: KosClient, version: Version
    ) -> None:
        changes = {"startDateTime": reservation(sandbox)["endDateTime"]}
        with pytest.raises(InvalidInput, match="does not start before it ends"):
            await kos.update_booking(SAMPLE, changes, api_version=version)
        assert writes(sandbox, "kos") == []

    async def test_on_two_dates_are_not_sent(self, sandbox: Sandbox, kos: KosClient) -> None:
        first, *rest = resources(sandbox, THREE_RESOURCES)
        away = {
            name: moved(first[name], timedelta(days=1)) for name in ("startDateTimeUtc", "endDateTimeUtc")
        }
        with pytest.raises(InvalidInput, match="start on 2 dates in Asia/Seoul"):
            await kos.update_booking(THREE_RESOURCES, {"occupiedResources": [first | away, *rest]})
        assert writes(sandbox, "kos") == []

    @both_versions
    @pytest.mark.parametrize(
        ("microseconds", "shown"), [(1, "00Z"), (999, "00Z"), (120_000, "00.120Z"), (123_456, "00.123Z")]
    )
    async def test_finer_than_a_millisecond_are_cut_and_then_read_as_wanted(
        self, sandbox: Sandbox, kos: KosClient, version: Version, microseconds: int, shown: str
    ) -> None:
        end = datetime.fromisoformat(reservation(sandbox)["endDateTime"]) + timedelta(hours=1)
        changes = {"endDateTime": end + timedelta(microseconds=microseconds)}
        result = await kos.update_booking(SAMPLE, changes, api_version=version)
        again = await kos.update_booking(SAMPLE, changes, api_version=version)
        assert (result.outcome, again.outcome) == (Outcome.APPLIED, Outcome.UNCHANGED)
        assert result.changed["endDateTime"].after == reservation(sandbox)["endDateTime"]
        assert reservation(sandbox)["endDateTime"].endswith(f":{shown}")

    @both_versions
    async def test_that_the_vendor_writes_otherwise_are_the_same_moment(
        self, sandbox: Sandbox, kos: KosClient, version: Version
    ) -> None:
        data = sandbox.booking("kos", SAMPLE)
        start = data["reservation"]["startDateTime"]
        odd = start.replace("Z", ".000+00:00")
        data["reservation"]["startDateTime"] = data["occupiedResources"][0]["startDateTimeUtc"] = odd
        sandbox.fault("kos", {"status": 200, "body": {"data": data}}, path="*/get-schedule-detail")
        result = await kos.update_booking(SAMPLE, {"startDateTime": start}, api_version=version)
        assert result.outcome == Outcome.UNCHANGED


class TestUnchanged:
    @both_versions
    async def test_sends_nothing(self, sandbox: Sandbox, kos: KosClient, version: Version) -> None:
        before = reservation(sandbox)
        changes = {name: before[name] for name in ("startDateTime", "reservationMemo", "counselor")}
        result = await kos.update_booking(SAMPLE, changes, api_version=version)
        assert (result.outcome, result.warnings) == (Outcome.UNCHANGED, ())
        assert writes(sandbox, "kos") == []

    @both_versions
    async def test_is_what_a_second_run_finds(
        self, sandbox: Sandbox, kos: KosClient, version: Version
    ) -> None:
        changes = {"reservationMemo": "x", "endDateTime": moved(reservation(sandbox)["endDateTime"])}
        await kos.update_booking(SAMPLE, changes, api_version=version)
        again = await kos.update_booking(SAMPLE, changes, api_version=version)
        assert again.outcome == Outcome.UNCHANGED
        assert len(writes(sandbox, "kos")) == 1

    @both_versions
    @pytest.mark.parametrize(
        "changes",
        [
            {"reservationMemo": None},
            {"reservationMemo": ""},
            {"counselor": None},
            {"funnel": None},
            {"sedationRequired": False},
        ],
        ids=str,
    )
    async def test_is_what_is_blank_already(
        self, sandbox: Sandbox, kos: KosClient, version: Version, changes: dict[str, Any]
    ) -> None:
        result = await kos.update_booking(REQUIRED_ONLY, changes, api_version=version)
        assert result.outcome == Outcome.UNCHANGED
        assert writes(sandbox, "kos") == []

    async def test_is_a_resource_named_by_its_id_alone(self, sandbox: Sandbox, kos: KosClient) -> None:
        ids = [{"id": each["id"]} for each in resources(sandbox, THREE_RESOURCES)]
        result = await kos.update_booking(THREE_RESOURCES, {"occupiedResources": ids})
        assert result.outcome == Outcome.UNCHANGED
        assert writes(sandbox, "kos") == []


class TestRefused:
    @both_versions
    async def test_a_canceled_reservation_is_refused_by_the_vendor(
        self, sandbox: Sandbox, kos: KosClient, version: Version
    ) -> None:
        before = sandbox.booking("kos", CANCELED)
        with pytest.raises(Refused, match="no longer in the state RESERVED"):
            await kos.update_booking(CANCELED, {"sedationRequired": True}, api_version=version)
        assert sandbox.booking("kos", CANCELED) == before

    async def test_a_canceled_reservation_is_updated_where_the_vendor_lets_it(
        self, sandbox: Sandbox, kos: KosClient
    ) -> None:
        sandbox.switch("kos", not_reserved="allow")
        result = await kos.update_booking(CANCELED, {"sedationRequired": True})
        assert result.outcome == Outcome.APPLIED

    @both_versions
    async def test_an_unknown_schedule_is_not_written_to(
        self, sandbox: Sandbox, kos: KosClient, version: Version
    ) -> None:
        with pytest.raises(BookingNotFound):
            await kos.update_booking(UNKNOWN, {"sedationRequired": True}, api_version=version)
        assert writes(sandbox, "kos") == []

    async def test_a_time_at_which_the_visitor_is_elsewhere_is_taken(
        self, sandbox: Sandbox, kos: KosClient
    ) -> None:
        next_one = reservation(sandbox, "66a000000000000000000003")
        changes = {name: next_one[name] for name in ("startDateTime", "endDateTime")}
        with pytest.raises(SlotTaken, match="startDateTime NotAvailable") as raised:
            await kos.update_booking(REQUIRED_ONLY, changes, api_version="v1")
        assert raised.value.reason == Reason.SLOT_CONFLICT

    async def test_a_single_time_of_several_resources_is_not_sent(
        self, sandbox: Sandbox, kos: KosClient
    ) -> None:
        changes = {"startDateTime": reservation(sandbox, THREE_RESOURCES)["startDateTime"]}
        with pytest.raises(InvalidInput, match="the schedule has 3: give occupiedResources"):
            await kos.update_booking(THREE_RESOURCES, changes)
        assert writes(sandbox, "kos") == []

    async def test_a_zone_of_another_group_is_named_with_its_place(
        self, sandbox: Sandbox, kos: KosClient
    ) -> None:
        first, second, _ = resources(sandbox, THREE_RESOURCES)
        wrong = [{"id": first["id"]}, {"id": second["id"], "zoneId": ROOM_1}]
        with pytest.raises(Refused, match=r"occupiedResources\[1\]\.zoneId NotFound"):
            await kos.update_booking(THREE_RESOURCES, {"occupiedResources": wrong})


class TestReadBack:
    async def test_a_yes_after_which_the_reservation_reads_otherwise_is_held_for_a_person(
        self, sandbox: Sandbox, kos: KosClient
    ) -> None:
        sandbox.fault("kos", {"status": 200, "body": {}}, path=UPDATE)
        with pytest.raises(Held, match="sedationRequired of the booking is not as wanted"):
            await kos.update_booking(SAMPLE, {"sedationRequired": True})
        assert len(writes(sandbox, "kos")) == 1

    async def test_a_field_that_v2_kept_although_it_was_cleared_is_held_for_a_person(
        self, sandbox: Sandbox, kos: KosClient
    ) -> None:
        sandbox.switch("kos", v2_left_out="keep")
        with pytest.raises(Held, match="reservationMemo of the booking is not as wanted"):
            await kos.update_booking(SAMPLE, {"reservationMemo": None})

    @pytest.mark.parametrize(
        ("version", "touched"),
        [("v1", {"status": "IN_PROGRESS"}), ("v1", {"requestedProcedures": []}), ("v2", {"doctor": None})],
    )
    async def test_a_field_that_changed_unasked_is_a_warning(
        self, sandbox: Sandbox, kos: KosClient, version: Version, touched: dict[str, Any]
    ) -> None:
        after = sandbox.booking("kos", SAMPLE)
        after["reservation"] |= {"sedationRequired": True} | touched
        sandbox.fault("kos", {"status": 200, "body": {"data": after}}, path="*/get-schedule-detail", skip=1)
        result = await kos.update_booking(SAMPLE, {"sedationRequired": True}, api_version=version)
        assert [text for text in result.warnings if f"asked for: {next(iter(touched))}" in text]

    @both_versions
    async def test_every_update_is_read_before_and_after(
        self, sandbox: Sandbox, kos: KosClient, version: Version
    ) -> None:
        await kos.update_booking(SAMPLE, {"sedationRequired": True}, api_version=version)
        assert (len(reads(sandbox, "kos")), len(writes(sandbox, "kos"))) == (2, 1)

"""docs/vendors/kos.md, "Update": what `changes` may say, and what is refused before anything is sent."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from pydantic import ValidationError

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.kos import translation
from airflow_provider_booking.vendors.kos.client import KosClient
from airflow_provider_booking.vendors.kos.models import CHANGES, ReservationChange, Version, parse_change
from airflow_provider_booking.vendors.kos.translation import Assumptions

SAMPLE = "66a000000000000000000001"
SEOUL = timezone(timedelta(hours=9))
ZONE = "65e000000000000000000001"
GROUP = "65f000000000000000000001"
PERSON = {"id": "67a000000000000000000009", "name": "Counselor 9"}
RESOURCE = {
    "zoneId": ZONE,
    "startDateTimeUtc": "2027-03-10T01:00:00Z",
    "endDateTimeUtc": "2027-03-10T01:30:00Z",
    "reservationGroup": {"reservationGroupId": GROUP},
}
STORED = {
    "id": SAMPLE,
    "reservation": {
        "reservationGroupId": GROUP,
        "zoneId": ZONE,
        "startDateTime": "2027-03-10T01:00:00Z",
        "endDateTime": "2027-03-10T01:30:00Z",
        "status": "RESERVED",
        "counselor": PERSON,
        "doctor": PERSON,
        "funnel": {"funnel": {"id": "f1", "name": "Website"}, "funnelDetail": "A friend"},
        "reservationMemo": "First visit",
        "requestedProcedures": [{"type": "TICKET"}],
    },
    "occupiedResources": [RESOURCE | {"id": "r1"}],
}
BOTH: tuple[Version, ...] = ("v1", "v2")
both_versions = pytest.mark.parametrize("version", BOTH)


def body(
    changes: dict[str, Any],
    version: Version = "v2",
    stored: dict[str, Any] = STORED,
    assumptions: Assumptions = translation.ASSUMPTIONS,
) -> dict[str, Any]:
    record = translation.record_of(stored, version)
    return translation.request_body(SAMPLE, record, parse_change(changes, version), assumptions)


def wanted(
    changes: dict[str, Any],
    version: Version = "v2",
    stored: dict[str, Any] = STORED,
    assumptions: Assumptions = translation.ASSUMPTIONS,
) -> dict[str, Any]:
    change: ReservationChange = parse_change(changes, version)
    translation.check_change(change, assumptions)
    record = translation.record_of(stored, version)
    return translation.wanted_fields(change, record, "Asia/Seoul", assumptions)


@pytest.mark.parametrize(
    "given",
    [
        datetime(2027, 3, 10, 2, 0, tzinfo=UTC),
        datetime(2027, 3, 10, 11, 0, tzinfo=SEOUL),
        "2027-03-10T11:00:00+09:00",
        "2027-03-10T02:00:00Z",
        "2027-03-10T02:00:00.000Z",
    ],
    ids=["aware, UTC", "aware, Seoul", "ISO, offset", "ISO, Z", "ISO, milliseconds"],
)
class TestATime:
    def test_is_sent_in_utc_with_z(self, given: Any) -> None:
        assert body({"startDateTime": given}, "v1")["startDateTime"] == "2027-03-10T02:00:00Z"

    def test_is_that_of_the_one_resource_in_v2(self, given: Any) -> None:
        [resource] = body({"startDateTime": given})["occupiedResources"]
        assert resource == RESOURCE | {"id": "r1", "startDateTimeUtc": "2027-03-10T02:00:00Z"}

    def test_is_sent_so_in_a_resource_too(self, given: Any) -> None:
        changes = {"occupiedResources": [{"id": "r1", "endDateTimeUtc": given}]}
        assert body(changes)["occupiedResources"][0]["endDateTimeUtc"] == "2027-03-10T02:00:00Z"


@pytest.mark.parametrize(
    ("version", "field"), [(version, field) for version in BOTH for field in ("startDateTime", "endDateTime")]
)
@pytest.mark.parametrize(
    ("given", "said"),
    [
        (datetime(2027, 3, 10, 10, 0), "no time zone"),  # noqa: DTZ001  (naive is the point)
        ("2027-03-10T10:00:00", "no time zone"),
        ("next Tuesday", "not a time"),
        (1804640400, "not a time"),
    ],
)
def test_no_time_or_a_naive_one_is_refused(version: Version, field: str, given: Any, said: str) -> None:
    with pytest.raises(InvalidInput, match=f"{field} .*{said}"):
        parse_change({field: given}, version)


@pytest.mark.parametrize(
    ("version", "changes", "said"),
    [
        ("v1", {"reservationGroupId": ""}, "reservationGroupId is empty"),
        ("v2", {"zoneId": "  "}, "zoneId is empty: give it"),
        ("v2", {"counselor": {"id": " ", "name": "x"}}, r"counselor\.id is empty"),
        (
            "v2",
            {"occupiedResources": [RESOURCE | {"zoneId": "\t"}]},
            r"occupiedResources\[0\]\.zoneId is empty",
        ),
        ("v2", {"funnel": {"funnel": {"order": True}}}, r"funnel\.funnel\.order must be a whole number"),
        ("v2", {"funnel": {"funnel": {"order": "1"}}}, r"funnel\.funnel\.order must be a whole number"),
        ("v2", {"funnel": {"funnel": {"order": 1.0}}}, r"funnel\.funnel\.order must be a whole number"),
        ("v2", {"funnel": {"funnel": {"order": 2**31}}}, "order must be at most 2147483647"),
        ("v2", {"funnel": {"funnel": {"order": -(2**31) - 1}}}, "order must be at least -2147483648"),
        ("v1", {"doctor": {"id": "1"}}, r"doctor\.name is missing"),
        ("v1", {"counselor": {"id": "1", "name": ""}}, r"counselor\.name is empty"),
        ("v2", {"counselor": {**PERSON, "phone": "1"}}, r"counselor\.phone is not a known field"),
        ("v2", {"reservationAssignee": "67e0"}, "reservationAssignee must be an object"),
        ("v2", {"consultationRequired": "perhaps"}, "consultationRequired must be true or false"),
        ("v2", {"reservationMemo": 5}, "reservationMemo must be text"),
        ("v2", {"funnel": {"funnel": {"category": "ETCETERA"}}}, r"funnel\.funnel\.category must be"),
        ("v2", {"funnel": {"funnelCategory": {"color": "PINK"}}}, r"funnel\.funnelCategory\.color must be"),
        ("v2", {"funnel": {"funnelDetails": "x"}}, "did you mean funnelDetail"),
        ("v2", {"zoneId": ["x"]}, "zoneId must be text"),
        ("v2", {"startDateTime": "2027-03-10T10:00:00"}, "startDateTime has no time zone"),
        ("v2", {"occupiedResources": []}, "occupiedResources has fewer than 1"),
        ("v2", {"occupiedResources": RESOURCE}, "occupiedResources must be a list"),
        (
            "v2",
            {"occupiedResources": [{"zoneId": ZONE}]},
            r"occupiedResources\[0\] lacks startDateTimeUtc: give it, or only the id",
        ),
        ("v2", {"occupiedResources": [{"id": "r1", "zoneId": None}]}, r"occupiedResources\[0\] lacks zoneId"),
        (
            "v2",
            {"occupiedResources": [{"id": "r1", "reservationGroup": None}]},
            r"occupiedResources\[0\] lacks reservationGroup",
        ),
        (
            "v2",
            {"occupiedResources": [RESOURCE | {"startDateTime": "2027-03-10T01:00:00Z"}]},
            "did you mean startDateTimeUtc",
        ),
        (
            "v2",
            {"occupiedResources": [RESOURCE | {"reservationGroup": {}}]},
            r"reservationGroup\.reservationGroupId is missing",
        ),
        ("v2", {"occupiedResources": [{"id": "r1"}, {"id": "r1"}]}, "names one id twice"),
        (
            "v2",
            {"occupiedResources": [{"id": "r1"}], "startDateTime": "2027-03-10T01:00:00Z"},
            "occupiedResources is given with startDateTime or endDateTime: give one of the two",
        ),
        ("v2", {"requestedProcedures": ["x"]}, r"requestedProcedures\[0\] must be an object"),
        ("v1", {"startTime": "2027-03-10T01:00:00Z"}, "did you mean startDateTime"),
        ("v1", {"start_date_time": "2027-03-10T01:00:00Z"}, "start_date_time is not a known field"),
        ("v1", {"status": "CANCELED"}, "status is not a known field"),
        ("v2", {"visitor": {}}, "visitor is not a known field"),
        ("v1", {}, "changes is empty"),
        ("v2", "reservationMemo=x", "changes is a str"),
    ],
)
async def test_a_wrong_value_or_an_unknown_field_is_refused_before_sending(
    sandbox: Sandbox, kos: KosClient, version: Version, changes: Any, said: str
) -> None:
    with pytest.raises(InvalidInput, match=said):
        await kos.update_booking(SAMPLE, changes, api_version=version)
    assert sandbox.requests("kos") == []


@pytest.mark.parametrize(
    ("version", "field", "said"),
    [
        ("v1", "occupiedResources", "use api_version v2, or give zoneId"),
        ("v1", "requestedProcedures", "use api_version v2"),
        ("v1", "startDateTimeUtc", "did you mean startDateTime"),
        ("v2", "reservationGroupId", r"did you mean occupiedResources\[n\]\.reservationGroup"),
        ("v2", "doctor", "use api_version v1"),
        ("v2", "endDateTimeUtc", "did you mean endDateTime"),
        ("v1", "scheduleId", "give it as schedule_id"),
        ("v2", "scheduleId", "give it as schedule_id"),
    ],
)
async def test_a_name_of_the_other_version_is_refused_with_the_way_that_this_one_has(
    sandbox: Sandbox, kos: KosClient, version: Version, field: str, said: str
) -> None:
    with pytest.raises(InvalidInput, match=f"{field} is not a .*field.*: .*{said}"):
        await kos.update_booking(SAMPLE, {field: "x"}, api_version=version)
    assert sandbox.requests("kos") == []


@pytest.mark.parametrize(
    ("version", "field"),
    [(version, field) for version in BOTH for field in ("startDateTime", "endDateTime", "zoneId")]
    + [(version, field) for version in BOTH for field in ("consultationRequired", "sedationRequired")]
    + [("v1", "reservationGroupId"), ("v2", "occupiedResources")],
)
async def test_none_is_refused_for_what_is_required(
    sandbox: Sandbox, kos: KosClient, version: Version, field: str
) -> None:
    with pytest.raises(InvalidInput, match=f"{field} cannot be cleared at KOS"):
        await kos.update_booking(SAMPLE, {field: None}, api_version=version)
    assert sandbox.requests("kos") == []


@both_versions
@pytest.mark.parametrize("field", ["counselor", "funnel", "reservationMemo", "reservationAssignee"])
def test_none_is_left_out_for_what_is_optional(version: Version, field: str) -> None:
    assert field not in body({field: None}, version)


@pytest.mark.parametrize("schedule_id", ["", " ", "a b", "..", None, "6.6E+23"])
async def test_what_is_no_id_is_refused_before_sending(
    sandbox: Sandbox, kos: KosClient, schedule_id: Any
) -> None:
    with pytest.raises(InvalidInput, match="schedule_id"):
        await kos.update_booking(schedule_id, {"reservationMemo": "x"})
    assert sandbox.requests("kos") == []


@pytest.mark.parametrize(
    ("option", "said"),
    [({"api_version": "v3"}, "api_version must be 'v1' or 'v2'"), ({"version": "v1"}, "did you mean")],
)
async def test_other_options_are_refused_before_sending(
    sandbox: Sandbox, kos: KosClient, option: dict[str, Any], said: str
) -> None:
    with pytest.raises(InvalidInput, match=said):
        await kos.update_booking(SAMPLE, {"reservationMemo": "x"}, **option)
    assert sandbox.requests("kos") == []


@pytest.mark.parametrize("version", BOTH)
def test_what_was_asked_for_stands_in_no_text_of_a_failed_check(version: Version) -> None:
    with pytest.raises(ValidationError) as raised:
        CHANGES[version].model_validate({"reservationMemo": ["Allergic to latex"]})
    assert "latex" not in str(raised.value)


def test_the_largest_and_the_smallest_order_are_taken() -> None:
    for order in (2**31 - 1, -(2**31)):
        assert body({"funnel": {"funnel": {"order": order}}})["funnel"]["funnel"] == {"order": order}


class TestFunnel:
    def test_a_member_that_is_absent_stays(self) -> None:
        assert body({"funnel": {"funnelDetail": "An ad"}})["funnel"] == {
            "funnel": {"id": "f1", "name": "Website"},
            "funnelDetail": "An ad",
        }

    def test_a_member_that_is_none_goes(self) -> None:
        assert body({"funnel": {"funnel": None}})["funnel"] == {"funnelDetail": "A friend"}

    def test_a_code_is_replaced_as_a_whole(self) -> None:
        assert body({"funnel": {"funnel": {"id": "f2", "name": None}}})["funnel"]["funnel"] == {"id": "f2"}


class TestResources:
    def test_are_exactly_these(self) -> None:
        assert body({"occupiedResources": [RESOURCE, RESOURCE]})["occupiedResources"] == [RESOURCE, RESOURCE]

    def test_mean_the_same_as_a_set(self) -> None:
        assert body({"occupiedResources": {"set": [RESOURCE]}}) == body({"occupiedResources": [RESOURCE]})

    def test_that_are_known_by_id_keep_what_is_not_given(self) -> None:
        changes = {"occupiedResources": [{"id": "r1", "zoneId": "65e000000000000000000002"}, RESOURCE]}
        assert body(changes)["occupiedResources"] == [
            RESOURCE | {"id": "r1", "zoneId": "65e000000000000000000002"},
            RESOURCE,
        ]

    def test_with_an_id_that_is_not_there_are_refused(self) -> None:
        with pytest.raises(InvalidInput, match=r"occupiedResources\[1\]\.id is not one of this schedule's"):
            wanted({"occupiedResources": [{"id": "r1"}, RESOURCE | {"id": "r2"}]})

    @pytest.mark.parametrize("count", [0, 2])
    def test_other_than_one_are_not_moved_by_a_single_time(self, count: int) -> None:
        several = STORED | {"occupiedResources": [RESOURCE] * count}
        with pytest.raises(InvalidInput, match=f"the schedule has {count}: give occupiedResources"):
            wanted({"startDateTime": "2027-03-10T01:10:00Z"}, stored=several)

    @pytest.mark.parametrize("end", ["2027-03-10T01:00:00Z", "2027-03-10T00:30:00Z"])
    def test_end_after_they_start(self, end: str) -> None:
        changes = {"occupiedResources": [RESOURCE, RESOURCE | {"endDateTimeUtc": end}]}
        with pytest.raises(InvalidInput, match=r"occupiedResources\[1\] does not start before it ends"):
            wanted(changes)

    @pytest.mark.parametrize(
        ("hours", "same"), [(-25, False), (-10, True), (13, True), (14, False), (24, False)]
    )
    def test_start_on_one_date_of_the_clinics_zone(self, hours: int, same: bool) -> None:
        start = datetime(2027, 3, 10, 1, 0, tzinfo=UTC) + timedelta(hours=hours)  # 10:00 in Seoul
        other = {"startDateTimeUtc": start, "endDateTimeUtc": start + timedelta(minutes=10)}
        changes = {"occupiedResources": [RESOURCE, RESOURCE | other]}
        if same:
            assert wanted(changes)
        else:
            with pytest.raises(InvalidInput, match="start on 2 dates in Asia/Seoul"):
                wanted(changes)

    def test_are_not_judged_where_another_field_changes(self) -> None:
        later = RESOURCE | {
            "startDateTimeUtc": "2027-03-12T01:00:00Z",
            "endDateTimeUtc": "2027-03-12T01:30:00Z",
        }
        spread = STORED | {"occupiedResources": [RESOURCE, later]}
        assert wanted({"reservationMemo": "x"}, stored=spread) == {"reservationMemo": "x"}

    def test_of_another_kind_are_sent_again_as_they_are(self) -> None:
        odd = {"id": "r1", "zoneId": ZONE, "somethingNew": {"id": "x"}}
        stored = STORED | {"occupiedResources": [odd]}
        assert body({"reservationMemo": "x"}, stored=stored)["occupiedResources"] == [odd]

    def test_whose_times_do_not_read_need_new_ones(self) -> None:
        stored = STORED | {"occupiedResources": [{"id": "r1", "zoneId": ZONE}]}
        with pytest.raises(InvalidInput, match="KOS shows the reservation without endDateTimeUtc"):
            wanted({"startDateTime": "2027-03-10T01:10:00Z"}, stored=stored)


@both_versions
@pytest.mark.parametrize(
    "changes",
    [
        {"startDateTime": "2027-03-10T01:30:00Z"},
        {"endDateTime": "2027-03-10T01:00:00Z"},
        {"startDateTime": "2027-03-10T03:00:00Z", "endDateTime": "2027-03-10T02:00:00Z"},
    ],
)
def test_a_reservation_that_would_not_start_before_it_ends_is_refused(
    version: Version, changes: dict[str, Any]
) -> None:
    with pytest.raises(InvalidInput, match="the reservation does not start before it ends: give both times"):
        wanted(changes, version)


class TestAssumptions:
    """Each is one switch: docs/vendors/kos.md, "Assumed"."""

    def test_the_reception_zone_is_sent_as_it_is_taken_to_read(self) -> None:
        assert body({"reservationMemo": "x"})["zoneId"] == ZONE

    def test_the_reception_zone_could_have_to_be_given(self) -> None:
        with pytest.raises(InvalidInput, match=r"v2 needs the reception zone.*: give zoneId"):
            wanted({"reservationMemo": "x"}, assumptions=Assumptions(zone_reads_as_reception=False))

    @pytest.mark.parametrize(("reads", "asked"), [(True, {}), (False, {"zoneId": ZONE})])
    def test_a_reception_zone_could_be_sent_even_where_it_seems_to_read_so(
        self, reads: bool, asked: dict[str, str]
    ) -> None:
        assumptions = Assumptions(zone_reads_as_reception=reads)
        assert wanted({"zoneId": ZONE}, assumptions=assumptions) == asked

    def test_v2_is_sent_every_optional_field_that_reads(self) -> None:
        assert body({"consultationRequired": True}) == {
            "scheduleId": SAMPLE,
            "zoneId": ZONE,
            "occupiedResources": STORED["occupiedResources"],
            "consultationRequired": True,
            "counselor": PERSON,
            "doctor": PERSON,
            "funnel": {"funnel": {"id": "f1", "name": "Website"}, "funnelDetail": "A friend"},
            "reservationMemo": "First visit",
            "requestedProcedures": [{"type": "TICKET"}],
        }

    def test_v2_could_take_fewer_fields(self) -> None:
        few = Assumptions(v2_also_takes=frozenset({"reservationMemo"}))
        sent = body({"reservationMemo": "x"}, assumptions=few)
        assert sent.keys() == {"scheduleId", "zoneId", "occupiedResources", "reservationMemo"}

    def test_a_field_that_v2_does_not_take_could_not_be_changed(self) -> None:
        few = Assumptions(v2_also_takes=frozenset({"reservationMemo"}))
        with pytest.raises(InvalidInput, match="counselor cannot be changed through v2: use api_version v1"):
            wanted({"counselor": PERSON}, assumptions=few)

    @pytest.mark.parametrize("field", ["counselor", "reservationMemo", "requestedProcedures"])
    def test_v2_could_need_null_to_clear(self, field: str) -> None:
        sent = body({field: None}, assumptions=Assumptions(v2_clears_by_omission=False))
        assert sent[field] is None

    def test_v1_needs_no_null_to_clear(self) -> None:
        sent = body({"doctor": None}, "v1", assumptions=Assumptions(v2_clears_by_omission=False))
        assert "doctor" not in sent

"""docs/vendors/onlive.md, "Update": what `changes` may say, and what is refused before anything is sent."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from airflow_provider_booking.bookings import InvalidInput, Outcome
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.onlive import translation
from airflow_provider_booking.vendors.onlive.client import OnliveClient
from airflow_provider_booking.vendors.onlive.models import ApiVersion
from airflow_provider_booking.vendors.onlive.translation import Assumptions

SAMPLE = "1610c525-f19a-40d0-8cd1-03daba3d2d98"
SEOUL = timezone(timedelta(hours=9))
TIME = {"start": "2026-12-01T10:00:00Z", "end": "2026-12-01T10:30:00Z"}
GUEST = {"email": "a@example.com"}


def body(changes: dict[str, Any], version: ApiVersion = "v1") -> dict[str, Any]:
    return translation.request_body(translation.parsed(changes, version), {})


def wanted(
    changes: dict[str, Any], record: dict[str, Any], assumptions: Assumptions = translation.ASSUMPTIONS
) -> dict[str, Any]:
    return translation.wanted_fields(translation.parsed(changes, "v1"), record, assumptions)


class TestTimes:
    @pytest.mark.parametrize(
        "given",
        [
            datetime(2026, 12, 1, 1, 0, tzinfo=UTC),
            datetime(2026, 12, 1, 10, 0, tzinfo=SEOUL),
            "2026-12-01T10:00:00+09:00",
            "2026-12-01T01:00:00Z",
            "2026-12-01T01:00:00.000Z",
        ],
        ids=["aware, UTC", "aware, Seoul", "ISO, offset", "ISO, Z", "the vendor's form"],
    )
    @pytest.mark.parametrize(("version", "field"), [("v1", "start"), ("v2", "startAt")])
    def test_are_sent_in_utc_with_milliseconds(self, given: Any, version: Any, field: str) -> None:
        assert body({field: given}, version) == {field: "2026-12-01T01:00:00.000Z"}

    @pytest.mark.parametrize("field", ["start", "end", "startAt", "endAt"])
    @pytest.mark.parametrize(
        ("given", "said"),
        [
            (datetime(2026, 12, 1, 10, 0), "has no time zone"),  # noqa: DTZ001  (naive is the point)
            ("2026-12-01T10:00:00", "has no time zone"),
            ("next Tuesday", "is not a time"),
            (1796086800, "is not a time"),
        ],
    )
    async def test_that_are_naive_or_none_are_refused_before_sending(
        self, sandbox: Sandbox, onlive: OnliveClient, field: str, given: Any, said: str
    ) -> None:
        version = "v2" if field.endswith("At") else "v1"
        with pytest.raises(InvalidInput, match=f"^{field} {said}"):
            await onlive.update_booking(SAMPLE, {field: given}, api_version=version)
        assert sandbox.requests("onlive") == []

    @pytest.mark.parametrize(
        ("version", "start", "end"), [("v1", "start", "end"), ("v2", "startAt", "endAt")]
    )
    @pytest.mark.parametrize("last", ["2026-12-01T10:00:00Z", "2026-12-01T09:00:00Z"])
    def test_that_end_before_they_start_are_refused(
        self, version: ApiVersion, start: str, end: str, last: str
    ) -> None:
        change = translation.parsed({start: "2026-12-01T10:00:00Z", end: last}, version)
        with pytest.raises(InvalidInput, match=f"{start} .* is not before {end} .*: put the start before"):
            translation.wanted_fields(change, {})

    def test_of_which_one_is_given_are_better_given_both(self) -> None:
        change = translation.parsed({"start": TIME["end"]}, "v1")
        with pytest.raises(InvalidInput, match=r"start .* is not before end .*: give both start and end$"):
            translation.wanted_fields(change, TIME)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"guests": [{"email": "jane"}]}, r"guests\[0\]\.email is not an e-mail address: write it as"),
        ({"guests": [{"email": "jane@example"}]}, r"guests\[0\]\.email is not an e-mail address"),
        ({"guests": [{"email": "Jane <jane@example.com>"}]}, r"guests\[0\]\.email is not an e-mail address"),
        (
            {"guests": [GUEST, {"email": "A@Example.com"}]},
            r"guests names \[0\] and \[1\] by the same address",
        ),
        ({"guests": [{}]}, r"guests\[0\]\.email is missing"),
        ({"guests": [{"email": None}]}, r"guests\[0\]\.email is not an e-mail address: write it as"),
        (
            {"guests": [{**GUEST, "extra_fields": {}}]},
            r"guests\[0\] has a member extraFields in another spelling: write it as extraFields",
        ),
        ({"guests": [{**GUEST, "since": TIME.keys()}]}, r"guests\[0\]\.since is nothing that JSON can carry"),
        ({"guests": "a@example.com"}, "guests must be a list"),
        ({"guests": [{**GUEST, "extraFields": "x"}]}, r"guests\[0\]\.extraFields must be an object"),
        ({"reminders": [{"time": 15}]}, r"reminders\[0\]\.unit is missing"),
        ({"reminders": [{"time": -1, "unit": "m"}]}, r"reminders\[0\]\.time must be at least 0"),
        ({"reminders": [{"time": "soon", "unit": "m"}]}, r"reminders\[0\]\.time must be a number"),
        ({"reminders": [{"time": True, "unit": "m"}]}, r"reminders\[0\]\.time must be a number"),
        (
            {"reminders": [{"time": 15, "unit": "m", "direction": "after"}]},
            r'reminders\[0\] has a direction other than before: give api_version="v2"',
        ),
        ({"reminders": [{"time": 15, "unit": ""}]}, r"reminders\[0\]\.unit is empty"),
        ({"extraFields": [1]}, "extraFields must be an object"),
        ({"extraFields": {"a": float("nan")}}, "extraFields.a is not a finite number: give a number"),
        (
            {"guests": [{**GUEST, "extraFields": {"a": float("inf")}}]},
            r"guests\[0\].* is not a finite number",
        ),
        (
            {"reminders": [{"time": float("inf"), "unit": "m"}]},
            r"reminders\[0\]\.time is not a finite number",
        ),
        ({"extraFields": {"a": {1, 2}}}, "extraFields.a is nothing that JSON can carry: give text, numbers"),
        ({"extraFields": {"a": [datetime.now(UTC)]}}, "extraFields.a is nothing that JSON can carry"),
        (
            {"event": {"icallUrl": "x"}},
            "event has a member iCallUrl in another spelling: write it as iCallUrl",
        ),
        ({"title": 5}, "title must be text"),
        ({"titel": "x"}, "titel is not a known field: did you mean title"),
        ({"agent_comment": "x"}, "agent_comment is not a known field: did you mean agentComment"),
        ({}, "changes is empty"),
        ("title=x", "changes is a str"),
    ],
)
async def test_a_wrong_value_or_an_unknown_field_is_refused_before_sending(
    sandbox: Sandbox, onlive: OnliveClient, changes: Any, said: str
) -> None:
    with pytest.raises(InvalidInput, match=f"^{said}"):
        await onlive.update_booking(SAMPLE, changes)
    assert sandbox.requests("onlive") == []


@pytest.mark.parametrize("value", ["jane.doe@example", "j" * 40 + " doe@example.com"])
async def test_a_refused_address_is_not_shown(onlive: OnliveClient, value: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        await onlive.update_booking(SAMPLE, {"guests": [{"email": value}]})
    assert "doe" not in str(refused.value)


@pytest.mark.parametrize(
    ("version", "field"),
    [("v1", "start"), ("v1", "end"), ("v1", "state"), ("v2", "startAt"), ("v2", "endAt"), ("v2", "status")],
)
async def test_none_is_refused_for_times_and_state(
    sandbox: Sandbox, onlive: OnliveClient, version: str, field: str
) -> None:
    with pytest.raises(InvalidInput, match=f"^{field} cannot be cleared at ONLIVE: leave it out"):
        await onlive.update_booking(SAMPLE, {field: None}, api_version=version)
    assert sandbox.requests("onlive") == []


@pytest.mark.parametrize(
    "field",
    ["title", "description", "guests", "reminders", "extraFields", "lang", "classification", "event"],
)
def test_none_is_sent_as_null_for_all_others(field: str) -> None:
    assert body({field: None}) == {field: None}


@pytest.mark.parametrize("guests", [[GUEST], {"set": [GUEST]}])
def test_a_list_means_exactly_these(guests: Any) -> None:
    assert body({"guests": guests}) == {"guests": [GUEST]}


def test_a_reminder_of_v2_says_that_it_comes_before() -> None:
    sent = body(
        {"reminders": [{"time": 15, "unit": "m"}, {"time": 5, "unit": "m", "direction": "after"}]}, "v2"
    )
    assert [reminder["direction"] for reminder in sent["reminders"]] == ["before", "after"]


@pytest.mark.parametrize(("time", "sent"), [(15, "15"), (15.0, "15"), ("15", "15"), (0.5, "0.5")])
def test_the_time_of_a_reminder_may_be_a_fraction(time: Any, sent: str) -> None:
    assert repr(body({"reminders": [{"time": time, "unit": "h"}]})["reminders"][0]["time"]) == sent


MORE: dict[str, Any] = {
    "guests": [{**GUEST, "confirmed": True, "role": {"name": "host"}}],
    "reminders": [{"time": 15, "unit": "m", "channel": "sms", "direction": "before"}],
    "event": {"room": "1", "provider": None, "pin": [1]},
}


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_members_that_the_vendor_adds_to_a_part_are_sent_as_they_are(version: ApiVersion) -> None:
    assert body(MORE, version) == MORE


@pytest.mark.parametrize("version", ["v1", "v2"])
async def test_what_the_vendor_shows_with_such_members_is_left_alone_when_it_is_given_back(
    sandbox: Sandbox, onlive: OnliveClient, version: ApiVersion
) -> None:
    sandbox.seed("onlive", bookings=[{"id": SAMPLE, **MORE}])
    record = (await onlive.get_booking(SAMPLE, api_version=version)).raw
    changes = {name: record[name] for name in MORE}
    result = await onlive.update_booking(SAMPLE, changes, api_version=version)
    assert result.outcome == Outcome.UNCHANGED


async def test_a_guest_can_be_added_to_those_that_were_read(sandbox: Sandbox, onlive: OnliveClient) -> None:
    sandbox.seed("onlive", bookings=[{"id": SAMPLE, **MORE}])
    read: Any = (await onlive.get_booking(SAMPLE)).raw["guests"]
    added = [*read, {"email": "b@example.com"}]
    await onlive.update_booking(SAMPLE, {"guests": added})
    assert sandbox.booking("onlive", SAMPLE)["guests"] == added


def test_a_reminder_without_direction_comes_before() -> None:
    reminder = {"time": 15, "unit": "m"}
    change = translation.parsed({"reminders": [reminder]}, "v2")
    assert translation.wanted_fields(change, {}) == translation.fields({"reminders": [reminder]})


def test_addresses_are_the_same_by_their_small_letters_only() -> None:
    guests = [{"email": "strasse@example.com"}, {"email": "straße@example.com"}]
    assert body({"guests": guests}) == {"guests": guests}
    assert len({str(translation.fields({"guests": [guest]})) for guest in guests}) == 2


@pytest.mark.parametrize(
    "wrong",
    ["", " ", "..", "42", "1610c525f19a40d08cd103daba3d2d98", f"{{{SAMPLE}}}", f"{SAMPLE}0", None],
    ids=repr,
)
async def test_an_id_that_is_no_uuid_is_refused_before_sending(
    sandbox: Sandbox, onlive: OnliveClient, wrong: Any
) -> None:
    with pytest.raises(InvalidInput, match=r"^appointment_id"):
        await onlive.update_booking(wrong, {"title": "x"})
    assert sandbox.requests("onlive") == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"api_version": "v3"}, "api_version must be 'v1' or 'v2'"),
        ({"version": "v2"}, "version is not a known field: did you mean api_version"),
        ({"notify": False}, "notify is not a known field: the fields are api_version"),
    ],
)
async def test_a_wrong_option_is_refused_before_sending(
    sandbox: Sandbox, onlive: OnliveClient, options: dict[str, Any], said: str
) -> None:
    with pytest.raises(InvalidInput, match=f"^{said}"):
        await onlive.update_booking(SAMPLE, {"title": "x"}, **options)
    assert sandbox.requests("onlive") == []


async def test_an_option_that_is_none_is_not_given(sandbox: Sandbox, onlive: OnliveClient) -> None:
    await onlive.get_booking(SAMPLE, api_version=None)
    assert sandbox.requests("onlive")[0]["path"] == f"/api/v1/appointments/{SAMPLE}"


@pytest.mark.parametrize(
    ("version", "field"),
    [
        *(("v1", name) for name in ("agentComment", "classification")),
        *(("v2", name) for name in ("comment", "subStatus", "originUrl", "interactionId", "externalId")),
    ],
)
def test_a_field_that_no_answer_shows_cannot_be_compared(version: ApiVersion, field: str) -> None:
    assert translation.unseen(translation.parsed({field: None}, version), {}) == {field}


class TestAssumptions:
    """Each is one switch: docs/vendors/onlive.md, "Assumed"."""

    def test_null_could_clear_the_state_as_well(self) -> None:
        change = translation.parsed({"state": None}, "v1", Assumptions(never_null=frozenset()))
        assert translation.request_body(change, {}) == {"state": None}

    @pytest.mark.parametrize("are_replaced", [True, False], ids=["replaced", "merged"])
    def test_objects_could_be_merged(self, are_replaced: bool) -> None:
        record = {"extraFields": {"a": 1, "b": 2}, "event": {"room": "1"}}
        changes = {"extraFields": {"b": 3}, "event": {"iCallUrl": "https://meet.example.com"}}
        kept = {} if are_replaced else {"a": 1}
        room = {} if are_replaced else {"room": "1"}
        assert wanted(changes, record, Assumptions(objects_are_replaced=are_replaced)) == {
            "extraFields": {**kept, "b": 3},
            "event": {**room, "iCallUrl": "https://meet.example.com"},
        }

    @pytest.mark.parametrize("says_nothing", [True, False])
    @pytest.mark.parametrize(
        ("field", "one", "other"),
        [
            ("guests", [GUEST, {"email": "b@example.com"}], [{"email": "B@example.com"}, GUEST]),
            ("reminders", [{"time": 5, "unit": "m"}, {"time": 9, "unit": "m"}], None),
        ],
    )
    def test_the_order_of_a_list_and_the_letters_of_an_address_could_mean_something(
        self, says_nothing: bool, field: str, one: list[Any], other: list[Any] | None
    ) -> None:
        assumptions = Assumptions(order_says_nothing=says_nothing)
        now = translation.fields({field: other or one[::-1]}, assumptions)
        assert (wanted({field: one}, {}, assumptions) == now) == says_nothing

    @pytest.mark.parametrize("may_be_hidden", [True, False])
    def test_every_field_could_be_shown_by_every_answer(self, may_be_hidden: bool) -> None:
        change = translation.parsed({"agentComment": "x", "title": "y"}, "v1")
        hidden = frozenset({"agentComment"} if may_be_hidden else ())
        assert translation.unseen(change, {}, Assumptions(may_be_hidden=hidden)) == hidden

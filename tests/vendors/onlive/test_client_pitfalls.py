"""docs/vendors/onlive.md, "Client pitfalls": our client steps into none of them."""

import time
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from airflow_provider_booking.bookings import (
    BookingNotFound,
    CredentialRejected,
    InvalidInput,
    Outcome,
    Reason,
    Refused,
    SlotTaken,
)
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.onlive import client
from airflow_provider_booking.vendors.onlive.auth import SignatureAuth, SignedRequest
from airflow_provider_booking.vendors.onlive.client import OnliveClient
from airflow_provider_booking.vendors.transport import Operation
from tests.vendors.onlive.conftest import Settings
from tests.wire import reads, writes

SAMPLE = "1610c525-f19a-40d0-8cd1-03daba3d2d98"
PENDING = "30000000-0000-4000-8000-000000000001"  # on the sample's calendar, an hour later
OF_SERVICE = "40000000-0000-4000-8000-000000000001"
OVER = "d0000000-0000-4000-8000-000000000001"
OPERATIONS = [each for each in vars(client).values() if isinstance(each, Operation)]
WATCHED = "tests.vendors.onlive.signers.watched"
LATER = timedelta(days=30)
A, B = {"email": "a@example.com"}, {"email": "b@example.com"}

both_versions = pytest.mark.parametrize("version", ["v1", "v2"])


def stored(sandbox: Sandbox, appointment_id: str = SAMPLE) -> dict[str, Any]:
    return sandbox.booking("onlive", appointment_id)


def moved(sandbox: Sandbox, field: str, by: timedelta, appointment_id: str = SAMPLE) -> datetime:
    return datetime.fromisoformat(stored(sandbox, appointment_id)[field]) + by


def bodies(sandbox: Sandbox) -> list[dict[str, Any]]:
    return [request["body"] for request in writes(sandbox, "onlive")]


async def test_pitfall_01_a_refused_signature_says_that_the_scheme_may_be_wrong(
    onlive_settings: Settings,
) -> None:
    own = onlive_settings(signer="tests.vendors.onlive.signers.own_scheme")
    async with OnliveClient(own) as client:
        with pytest.raises(
            CredentialRejected, match="scheme that extra signer names may be wrong: it is not ver"
        ):
            await client.update_booking(SAMPLE, {"title": "x"})


async def test_pitfall_01_a_scheme_of_ones_own_takes_the_place_of_the_assumed_one(
    sandbox: Sandbox, onlive_settings: Settings
) -> None:
    sandbox.switch("onlive", any_signature=True)
    own = onlive_settings(signer="tests.vendors.onlive.signers.own_scheme")
    async with OnliveClient(own) as client:
        assert (await client.update_booking(SAMPLE, {"title": "x"})).outcome == Outcome.APPLIED


@pytest.mark.parametrize(("minutes", "is_taken"), [(14, True), (16, False)])
async def test_pitfall_02_a_call_bears_its_date_and_a_wrong_clock_is_named(
    sandbox: Sandbox, onlive: OnliveClient, minutes: int, is_taken: bool
) -> None:
    sandbox.switch("onlive", date_clock="sandbox")
    sandbox.advance(time.time() + 60 * minutes - sandbox.now())
    if is_taken:
        await onlive.get_booking(SAMPLE)
    else:
        with pytest.raises(CredentialRejected, match="this machine's clock"):
            await onlive.get_booking(SAMPLE)


async def test_pitfall_02_each_attempt_is_dated_and_signed_anew(
    sandbox: Sandbox, onlive_settings: Settings, signed: list[SignedRequest]
) -> None:
    sandbox.fault("onlive", {"throttle": {}}, method="PUT", times=2)
    async with OnliveClient(onlive_settings(signer=WATCHED)) as client:
        await client.update_appointment(SAMPLE, {"title": "x"})
    assert [request.method for request in signed] == ["PUT"] * 3


async def test_pitfall_03_the_bytes_that_are_signed_are_those_that_are_sent(
    sandbox: Sandbox, onlive: OnliveClient
) -> None:
    # The simulator hashes the bytes that it received.
    result = await onlive.update_booking(
        SAMPLE, {"title": "Déjà vu: 日程", "extraFields": {"ä": [1.50, None]}}
    )
    assert result.outcome == Outcome.APPLIED
    assert writes(sandbox, "onlive")[0]["status"] == 200


def test_pitfall_04_credential_has_a_colon_and_signature_an_equals_sign() -> None:
    auth = SignatureAuth("AK1", SecretStr("secret"), lambda *_: "f00d")
    request = next(auth.auth_flow(httpx.Request("GET", "https://x.example/")))
    assert request.headers["authorization"] == "ONLIVESITE Credential:AK1, Signature=f00d"


@both_versions
async def test_pitfall_05_what_is_not_named_is_not_sent(
    sandbox: Sandbox, onlive: OnliveClient, version: str
) -> None:
    await onlive.update_booking(SAMPLE, {"title": "x"}, api_version=version)
    assert bodies(sandbox) == [{"title": "x"}]


@pytest.mark.parametrize("guests", [[A, B], {"set": [A, B]}])
async def test_pitfall_06_a_list_is_sent_whole_and_replaces(
    sandbox: Sandbox, onlive: OnliveClient, guests: Any
) -> None:
    await onlive.update_booking(SAMPLE, {"guests": guests})
    assert bodies(sandbox) == [{"guests": [A, B]}]
    assert stored(sandbox)["guests"] == [A, B]


async def test_pitfall_07_null_is_sent_for_a_given_none_only(sandbox: Sandbox, onlive: OnliveClient) -> None:
    await onlive.update_booking(SAMPLE, {"description": None, "guests": [{**A, "extraFields": {"a": None}}]})
    assert bodies(sandbox) == [{"description": None, "guests": [{**A, "extraFields": {"a": None}}]}]


@pytest.mark.parametrize(
    ("version", "field", "other"),
    [("v1", "start", "end"), ("v1", "end", "start"), ("v2", "startAt", "endAt"), ("v2", "endAt", "startAt")],
)
async def test_pitfall_08_both_times_are_sent_where_one_moves(
    sandbox: Sandbox, onlive: OnliveClient, version: str, field: str, other: str
) -> None:
    kept = stored(sandbox)[other.removesuffix("At")]
    step = timedelta(minutes=-5 if "start" in field else 5)
    when = moved(sandbox, field.removesuffix("At"), step)
    await onlive.update_booking(SAMPLE, {field: when}, api_version=version)
    assert bodies(sandbox)[0][other] == kept


async def test_pitfall_08_a_start_after_the_stored_end_is_refused_before_it_is_sent(
    sandbox: Sandbox, onlive: OnliveClient
) -> None:
    with pytest.raises(InvalidInput, match="give both start and end"):
        await onlive.update_booking(SAMPLE, {"start": moved(sandbox, "start", LATER)})
    assert writes(sandbox, "onlive") == []


async def test_pitfall_08_a_length_that_the_service_does_not_have_is_named(
    sandbox: Sandbox, onlive: OnliveClient
) -> None:
    with pytest.raises(Refused, match="keep the duration of the service") as raised:
        await onlive.update_booking(OF_SERVICE, {"end": moved(sandbox, "end", LATER, OF_SERVICE)})
    assert raised.value.reason == Reason.INVALID_INPUT


async def test_pitfall_09_what_is_as_wanted_already_tells_nobody(
    sandbox: Sandbox, onlive: OnliveClient
) -> None:
    changes = {"title": "x", "guests": [A, B]}
    await onlive.update_booking(SAMPLE, changes)
    await onlive.update_booking(SAMPLE, changes)
    assert len(sandbox.notifications("onlive")) == 1


@pytest.mark.parametrize("action", [{"drop": "after"}, {"html": 504, "applied": True}, {"cut_json": True}])
async def test_pitfall_09_an_update_whose_answer_is_lost_tells_people_once(
    sandbox: Sandbox, onlive: OnliveClient, action: dict[str, Any]
) -> None:
    sandbox.fault("onlive", action, method="PUT")
    result = await onlive.update_booking(SAMPLE, {"title": "x"})
    assert result.outcome == Outcome.APPLIED
    assert len(writes(sandbox, "onlive")) == len(sandbox.notifications("onlive")) == 1


async def test_pitfall_09_an_update_that_never_arrived_is_sent_again(
    sandbox: Sandbox, onlive: OnliveClient
) -> None:
    sandbox.fault("onlive", {"drop": "before"}, method="PUT")
    await onlive.update_booking(SAMPLE, {"title": "x"})
    assert [request["method"] for request in sandbox.requests("onlive")] == ["GET", "PUT", "GET", "PUT"]
    assert len(sandbox.notifications("onlive")) == 1


async def test_pitfall_10_a_taken_slot_is_not_tried_again(sandbox: Sandbox, onlive: OnliveClient) -> None:
    before, taken = stored(sandbox), stored(sandbox, PENDING)
    with pytest.raises(SlotTaken, match="choose another time"):
        await onlive.update_booking(SAMPLE, {"start": taken["start"], "end": taken["end"]})
    assert len(writes(sandbox, "onlive")) == 1
    assert stored(sandbox) == before


async def test_pitfall_10_too_many_guests_are_wrong_input(sandbox: Sandbox, onlive: OnliveClient) -> None:
    sandbox.switch("onlive", guest_limit=1)
    with pytest.raises(Refused, match="Maximum number of guests exceeded") as raised:
        await onlive.update_booking(SAMPLE, {"guests": [A, B]})
    assert raised.value.reason == Reason.INVALID_INPUT
    assert len(writes(sandbox, "onlive")) == 1


async def test_pitfall_10_a_past_appointment_is_left_alone(sandbox: Sandbox, onlive: OnliveClient) -> None:
    with pytest.raises(Refused, match="has begun or is over") as raised:
        await onlive.update_booking(OVER, {"title": "x"})
    assert raised.value.reason == Reason.IN_THE_PAST
    assert len(writes(sandbox, "onlive")) == 1


@pytest.mark.parametrize(
    ("version", "field", "said"),
    [
        ("v1", "startAt", "did you mean start?"),
        ("v1", "endAt", "did you mean end?"),
        ("v1", "status", "did you mean state?"),
        ("v1", "comment", "did you mean agentComment?"),
        ("v1", "subStatus", 'give api_version="v2"'),
        ("v1", "origin", 'give api_version="v2"'),
        ("v1", "externalId", 'give api_version="v2"'),
        ("v2", "start", "did you mean startAt?"),
        ("v2", "end", "did you mean endAt?"),
        ("v2", "state", "did you mean status?"),
        ("v2", "agentComment", "did you mean comment?"),
        ("v2", "classification", 'give api_version="v1"'),
    ],
)
async def test_pitfall_11_a_name_of_the_other_version_is_refused_with_the_right_one(
    sandbox: Sandbox, onlive: OnliveClient, version: str, field: str, said: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await onlive.update_booking(SAMPLE, {"title": "x", field: "y"}, api_version=version)
    assert refused.value.problem.startswith(f"{field} ")
    assert refused.value.hint == said
    assert sandbox.requests("onlive") == []


@both_versions
@pytest.mark.parametrize("field", ["calendarIds", "serviceId", "userGroupId", "allowOverlapping"])
async def test_pitfall_12_what_no_update_can_move_is_refused_with_the_way_round(
    sandbox: Sandbox, onlive: OnliveClient, version: str, field: str
) -> None:
    with pytest.raises(InvalidInput, match=f"{field} cannot be changed by an update: cancel the appoint"):
        await onlive.update_booking(SAMPLE, {field: "x"}, api_version=version)
    assert sandbox.requests("onlive") == []


@pytest.mark.parametrize("field", ["id", "blocked", "createdAt", "cancelledAt", "cancellationToken"])
async def test_pitfall_12_what_the_vendor_sets_itself_is_refused(
    sandbox: Sandbox, onlive: OnliveClient, field: str
) -> None:
    with pytest.raises(InvalidInput, match=f"{field} cannot be changed by an update: leave it out"):
        await onlive.update_booking(SAMPLE, {field: "x"})
    assert sandbox.requests("onlive") == []


@pytest.mark.parametrize("changes", [{"title": "x"}, {"title": "x", "lang": "es"}], ids=str)
@pytest.mark.parametrize(("reply", "reads_after"), [("full", 0), ("sample", 1)])
async def test_pitfall_13_an_answer_that_shows_a_part_is_read_back(
    sandbox: Sandbox, onlive: OnliveClient, reply: str, reads_after: int, changes: dict[str, str]
) -> None:
    sandbox.switch("onlive", update_reply=reply)
    result = await onlive.update_booking(SAMPLE, changes)
    assert (set(result.changed), list(result.warnings)) == (set(changes), [])
    assert len(reads(sandbox, "onlive")) == 1 + reads_after


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_pitfall_14_what_changes_something_takes_from_the_budget_of_writes(operation: Operation) -> None:
    assert operation.kind == ("read" if operation.method == "GET" else "write")


def test_pitfall_14_the_budget_of_writes_is_a_tenth_of_that_of_reads(onlive_settings: Settings) -> None:
    settings = onlive_settings()
    assert (settings.rate_limit, settings.read_rate_limit) == (("100/minute",), ("1000/minute",))


async def test_pitfall_15_a_masked_address_of_the_vendors_samples_is_no_address(
    sandbox: Sandbox, onlive: OnliveClient
) -> None:
    with pytest.raises(InvalidInput, match=r"guests\[0\]\.email is not an e-mail address"):
        await onlive.update_booking(SAMPLE, {"guests": [{"email": "[email protected]"}]})
    assert sandbox.requests("onlive") == []


@both_versions
async def test_pitfall_16_a_deletion_is_understood_in_either_version(
    onlive: OnliveClient, version: Any
) -> None:
    assert (await onlive.delete_appointment(SAMPLE, api_version=version)).id == SAMPLE
    with pytest.raises(BookingNotFound):
        await onlive.update_booking(SAMPLE, {"title": "x"}, api_version=version)


async def test_pitfall_16_to_cancel_is_a_call_of_v2(sandbox: Sandbox, onlive: OnliveClient) -> None:
    await onlive.cancel_appointment(SAMPLE)
    assert [(request["method"], request["path"]) for request in writes(sandbox, "onlive")] == [
        ("POST", f"/api/v2/appointments/{SAMPLE}/cancel")
    ]

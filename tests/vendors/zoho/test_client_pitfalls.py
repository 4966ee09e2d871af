"""docs/vendors/zoho.md, "Client pitfalls": our client steps into none of them."""

import asyncio
import logging
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from airflow_provider_booking.bookings import (
    AccessDenied,
    CredentialRejected,
    Held,
    InvalidInput,
    Outcome,
    OutcomeUnknown,
    Refused,
    Throttled,
    VendorUnavailable,
)
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.patience import Patience
from airflow_provider_booking.vendors.sessions import forget_credentials
from airflow_provider_booking.vendors.zoho.client import ZohoClient
from airflow_provider_booking.vendors.zoho.settings import ZohoSettings
from tests.vendors.zoho.conftest import Settings, sent
from tests.wire import reads, token_fetches, writes

SAMPLE = "1596693672887000001"
WEEKLY = "1598000000000000002"
ROOM, OTHER_ROOM, APPROVAL_ROOM = (f"160570268614900000{number}" for number in (1, 2, 3))
BRANCH = "1604000000000000011"
CAL2, CAL3 = 61130357, 61130359
CAL5 = {"email": "cal5@example.com", "zid": 61298182}
TITLE = {"title": "Second interview"}
UPDATE: dict[str, Any] = {"method": "POST", "path": "*/bookings/*"}


def day_of(sandbox: Sandbox, booking_id: str = SAMPLE) -> date:
    return date.fromisoformat(sandbox.booking("zoho", booking_id)["start_date"])


async def test_pitfall_01_an_update_is_a_post_without_a_json_body(sandbox: Sandbox, zoho: ZohoClient) -> None:
    await zoho.update_booking(SAMPLE, TITLE)
    assert [(request["method"], request["body"]) for request in writes(sandbox, "zoho")] == [("POST", None)]


@pytest.mark.parametrize("send_as", ["query", "form"])
async def test_pitfall_02_a_booking_arrives_whole_under_its_one_spelling(
    sandbox: Sandbox, zoho_settings: Settings, send_as: str
) -> None:
    title = 'R&D + 100 % #1 ?a=b "quoted" \\ 会議 🎉'
    async with ZohoClient(zoho_settings(send_as=send_as)) as client:
        await client.update_booking(SAMPLE, {"title": title})
    assert sandbox.booking("zoho", SAMPLE)["title"] == title
    if send_as == "query":
        assert list(writes(sandbox, "zoho")[0]["query"]) == ["bookingData"]


async def test_pitfall_03_a_moment_is_sent_as_local_time_without_offset(
    sandbox: Sandbox, zoho: ZohoClient
) -> None:
    start = (await zoho.get_booking(SAMPLE)).start
    assert start is not None
    later = start + timedelta(days=1)
    await zoho.update_booking(SAMPLE, {"dateandtime": {"start": later, "end": later + timedelta(hours=1)}})
    india = later + timedelta(hours=5, minutes=30)
    assert sent(sandbox)[0]["dateandtime"] == {
        "start": f"{india:%Y%m%dT%H%M%S}",
        "end": f"{india + timedelta(hours=1):%Y%m%dT%H%M%S}",
        "timezone": "Asia/Kolkata",
    }


async def test_pitfall_04_what_is_mandatory_is_sent_along(sandbox: Sandbox, zoho: ZohoClient) -> None:
    await zoho.update_booking(SAMPLE, {"description": "New"})
    assert sent(sandbox)[0].keys() >= {"title", "dateandtime", "resources"}


async def test_pitfall_04_what_is_optional_is_lost_by_no_update_though_the_vendor_may_reset_it(
    sandbox: Sandbox, zoho: ZohoClient
) -> None:
    sandbox.switch("zoho", omitted_fields="reset")
    before = sandbox.booking("zoho", SAMPLE)
    await zoho.update_booking(SAMPLE, TITLE)
    assert sandbox.booking("zoho", SAMPLE) == before | TITLE


async def test_pitfall_05_whoever_goes_is_sent_as_deleted(sandbox: Sandbox, zoho: ZohoClient) -> None:
    await zoho.update_booking(SAMPLE, {"attendees": {"set": [{"zid": CAL2}]}})
    assert sent(sandbox)[0]["attendees"] == [
        {"email": "cal2@example.com", "zid": str(CAL2), "permission": 1},
        {"email": "cal3@example.com", "zid": str(CAL3), "permission": 1, "deleted": True},
    ]
    assert [one["zid"] for one in sandbox.booking("zoho", SAMPLE)["attendees"]] == [CAL2]


@pytest.mark.parametrize(
    "lost", [{"drop": "after"}, {"cut_json": True}, {"html": 502, "applied": True}], ids=str
)
async def test_pitfall_06_an_update_that_took_place_tells_once_whatever_became_of_the_answer(
    sandbox: Sandbox, zoho: ZohoClient, lost: dict[str, Any]
) -> None:
    sandbox.fault("zoho", lost, **UPDATE)
    await zoho.update_booking(SAMPLE, TITLE, notify_attendee=1)
    await zoho.update_booking(SAMPLE, TITLE, notify_attendee=1)
    assert len(sandbox.notifications("zoho")) == 1


async def test_pitfall_06_nobody_is_told_by_default(sandbox: Sandbox, zoho: ZohoClient) -> None:
    await zoho.update_booking(SAMPLE, TITLE)
    assert sent(sandbox)[0]["notify_attendee"] == 0
    assert sandbox.notifications("zoho") == []


async def test_pitfall_07_the_booking_is_found_under_its_new_date(sandbox: Sandbox, zoho: ZohoClient) -> None:
    times = sandbox.booking("zoho", SAMPLE)["dateandtime"]
    moved = {
        name: f"{datetime.fromisoformat(times[name]) + timedelta(days=2):%Y%m%dT%H%M%S}"
        for name in ("start", "end")
    }
    result = await zoho.update_booking(SAMPLE, {"dateandtime": moved})
    assert result.changed["dateandtime.start"].after == moved["start"]
    assert len(reads(sandbox, "zoho")) == 1


@pytest.mark.parametrize("odd", ["another id", "two dates"])
async def test_pitfall_07_an_answer_that_leaves_a_doubt_is_read_back(
    sandbox: Sandbox, zoho: ZohoClient, odd: str
) -> None:
    record = (await zoho.get_booking(SAMPLE)).raw | {"title": "Somebody else's"}
    bodies = {
        "another id": {record["start_date"]: record | {"booking_id": "1637245399406000001"}},
        "two dates": {record["start_date"]: record, "20271102": record},
    }
    answer = {"status": 200, "body": bodies[odd], "applied": True}
    sandbox.fault("zoho", answer, **UPDATE)
    result = await zoho.update_booking(SAMPLE, TITLE)
    assert result.changed["title"].after == "Second interview"
    assert [request["method"] for request in sandbox.requests("zoho")][-2:] == ["POST", "GET"]


async def test_pitfall_07_another_booking_in_the_answer_proves_nothing(
    sandbox: Sandbox, zoho: ZohoClient
) -> None:
    other = (await zoho.get_booking(SAMPLE)).raw | {"booking_id": "1637245399406000001"} | TITLE
    sandbox.fault("zoho", {"status": 200, "body": {"20271102": other}}, **UPDATE)
    with pytest.raises(Held, match="title of the booking is not as wanted"):
        await zoho.update_booking(SAMPLE, TITLE)


async def test_pitfall_08_only_the_word_failure_is_a_no(sandbox: Sandbox, zoho: ZohoClient) -> None:
    record = (await zoho.get_booking(SAMPLE)).raw | {"status": True}
    sandbox.fault("zoho", {"status": 200, "body": record}, method="GET")
    assert (await zoho.get_booking(SAMPLE)).title == "Booking"
    await zoho.delete_booking(SAMPLE)
    sandbox.fault("zoho", {"status": 200, "body": {"status": "failure"}}, method="DELETE")
    with pytest.raises(OutcomeUnknown):
        await zoho.delete_booking(SAMPLE)


@pytest.mark.parametrize("error", ["invalid_code", "invalid_client", "invalid_client_secret", "surprise"])
async def test_pitfall_09_a_token_answer_without_token_is_a_no_though_it_says_200(
    sandbox: Sandbox, zoho: ZohoClient, error: str
) -> None:
    sandbox.fault("zoho", {"status": 200, "body": {"error": error}}, path="/oauth/*", times=None)
    with pytest.raises(CredentialRejected):
        await zoho.get_booking(SAMPLE)
    assert reads(sandbox, "zoho") == []


async def test_pitfall_10_many_calls_at_once_share_one_token(sandbox: Sandbox, zoho: ZohoClient) -> None:
    await asyncio.gather(*(zoho.get_booking_info(SAMPLE) for _ in range(20)))
    assert len(token_fetches(sandbox, "zoho")) == 1


async def test_pitfall_10_two_connections_of_one_consent_share_one_token(
    sandbox: Sandbox, zoho: ZohoClient, zoho_settings: Settings
) -> None:
    await zoho.get_booking_info(SAMPLE)
    async with ZohoClient(zoho_settings("another_name", timeout=5)) as twin:
        await twin.get_booking_info(SAMPLE)
    assert len(token_fetches(sandbox, "zoho")) == 1


async def test_pitfall_10_the_eleventh_token_in_ten_minutes_is_not_asked_for(
    sandbox: Sandbox, zoho: ZohoClient
) -> None:
    for _ in range(10):
        sandbox.expire_tokens("zoho")
        await zoho.get_booking_info(SAMPLE)
    sandbox.expire_tokens("zoho")
    with pytest.raises(Throttled, match="10 tokens in 600 s are used up"):
        await zoho.get_booking_info(SAMPLE)
    assert len(token_fetches(sandbox, "zoho")) == 10


async def test_pitfall_10_a_lock_by_the_vendor_is_a_wait_of_ten_minutes(
    sandbox: Sandbox, zoho_settings: Settings
) -> None:
    for _ in range(10):  # as ten workers that know nothing of each other
        forget_credentials()
        async with ZohoClient(zoho_settings()) as client:
            await client.get_booking_info(SAMPLE)
    forget_credentials()
    async with ZohoClient(zoho_settings()) as client:
        with pytest.raises(Throttled, match="wait 600 s"):
            await client.get_booking_info(SAMPLE)
    assert len(token_fetches(sandbox, "zoho")) == 11


async def test_pitfall_11_a_missing_scope_costs_one_new_token_and_names_both_causes(
    sandbox: Sandbox, zoho_settings: Settings
) -> None:
    async with ZohoClient(zoho_settings(refresh_token="1000.sandbox.no_scope")) as client:
        for _ in range(3):
            with pytest.raises(
                AccessDenied, match=r"lacks a scope .*: make a refresh token with ZohoCalendar"
            ):
                await client.get_booking_info(SAMPLE)
    assert len(token_fetches(sandbox, "zoho")) == 2


async def test_pitfall_11_a_401_that_stays_names_token_and_scope(sandbox: Sandbox, zoho: ZohoClient) -> None:
    sandbox.fault("zoho", {"status": 401, "code": "INVALID_OAUTHTOKEN"}, method="GET", times=None)
    for _ in range(3):
        with pytest.raises(
            CredentialRejected, match=r"a new access token .*lacks a scope .*ZohoCalendar.bookings"
        ):
            await zoho.get_booking_info(SAMPLE)
    assert len(token_fetches(sandbox, "zoho")) == 2


@pytest.mark.parametrize(
    ("host", "accounts_url"),
    [
        ("https://www.zohoapis.com", "https://accounts.zoho.com"),
        ("https://calendar.zoho.eu", "https://accounts.zoho.com"),
        ("https://accounts.zoho.com", "https://accounts.zoho.com"),
    ],
)
def test_pitfall_12_hosts_that_cannot_be_right_are_refused(host: str, accounts_url: str) -> None:
    extra = {"refresh_token": "1000.x", "accounts_url": accounts_url}
    with pytest.raises(InvalidInput, match="connection zoho_1: host"):
        ZohoSettings.from_connection("zoho_1", login="1000.C", password="secret", host=host, extra=extra)


async def test_pitfall_12_the_api_domain_of_the_token_answer_is_never_called(
    sandbox: Sandbox, zoho: ZohoClient
) -> None:
    await zoho.get_booking(SAMPLE)
    assert [request["path"] for request in reads(sandbox, "zoho")] == [f"/api/v1/bookings/{SAMPLE}"]


async def test_pitfall_13_ids_are_text_whatever_they_were(sandbox: Sandbox, zoho: ZohoClient) -> None:
    record = (await zoho.get_booking(SAMPLE)).raw
    record |= {
        "booking_id": int(SAMPLE),
        "resources": [{"resource_id": int(ROOM), "type": 0}],
        "attendees": [{"zid": 9007199254740993, "email": "x@example.com", "permission": 1}],
    }
    sandbox.fault("zoho", {"status": 200, "body": record}, method="GET", times=2)
    booking = await zoho.get_booking_info(SAMPLE)
    assert booking.booking_id == SAMPLE
    assert [room.resource_id for room in booking.resources] == [ROOM]
    await zoho.update_booking(SAMPLE, TITLE)
    assert [room["resource_id"] for room in sent(sandbox)[0]["resources"]] == [ROOM]
    assert sent(sandbox)[0]["attendees"][0]["zid"] == "9007199254740993"


async def test_pitfall_13_an_id_that_lost_digits_is_not_taken(sandbox: Sandbox, zoho: ZohoClient) -> None:
    record = (await zoho.get_booking(SAMPLE)).raw | {"booking_id": 1.596693672887e18}
    sandbox.fault("zoho", {"status": 200, "body": record}, method="GET", times=None)
    with pytest.raises(VendorUnavailable, match="booking_id is not an id"):
        await zoho.get_booking(SAMPLE)


async def test_pitfall_14_every_call_has_its_own_names(sandbox: Sandbox, zoho: ZohoClient) -> None:
    day, weekly = day_of(sandbox), day_of(sandbox, WEEKLY)
    first = str(sandbox.booking("zoho", WEEKLY)["start"])
    name = (await zoho.get_room(ROOM)).auto_gen_name or ""
    await zoho.update_booking(
        WEEKLY, TITLE, recurrence_edittype="only", recurrenceid_in_millis=first, notify_attendee=0
    )
    await zoho.delete_booking(WEEKLY, ntfy=0, recurrence_deletetype="only", recurrenceid_in_millis=first)
    await zoho.room_bookings(ROOM, BRANCH, day, day)
    await zoho.my_bookings(day, day)
    await zoho.get_rooms(branch_id=BRANCH)
    await zoho.room_free_busy(name, day, day)
    await zoho.free_rooms(BRANCH, day, day)
    await zoho.user_free_busy("cal2@example.com", f"{weekly}T00:00:00Z", f"{weekly}T09:00:00Z")
    queries = [request["query"] for request in sandbox.requests("zoho")]
    slashed = f"{day:%m/%d/%Y}"
    assert queries[2] == {"recurrence_id": first}
    assert sent(sandbox)[0].keys() >= {"recurrence_edittype", "recurrenceid_in_millis", "notify_attendee"}
    assert queries[5:] == [
        {"ntfy": "0", "recurrence_deletetype": "only", "recurrenceid_in_millis": first},
        {"startDate": slashed, "endDate": slashed, "branch_id": BRANCH, "resource_id": ROOM},
        {"start_date": slashed, "end_date": slashed},
        {"branchId": BRANCH},
        {"start_date": slashed, "end_date": slashed},
        {"branch_id": BRANCH, "start_date": slashed, "end_date": slashed},
        {
            "uemail": "cal2@example.com",
            "sdate": f"{weekly:%Y%m%d}T000000",
            "edate": f"{weekly:%Y%m%d}T090000",
            "ftype": "timebased",
        },
    ]


async def test_pitfall_15_following_is_judged_by_the_occurrence_after_the_named_one(
    sandbox: Sandbox, zoho: ZohoClient
) -> None:
    first = sandbox.booking("zoho", WEEKLY)["start"]
    options: dict[str, Any] = {"recurrence_edittype": "following", "recurrenceid_in_millis": first}
    result = await zoho.update_booking(WEEKLY, TITLE, **options)
    assert result.outcome == Outcome.APPLIED
    assert (await zoho.get_booking_info(WEEKLY, recurrence_id=str(first))).title == "Weekly call"
    second = str(first + 7 * 86_400_000)
    assert (await zoho.get_booking_info(WEEKLY, recurrence_id=second)).title == "Second interview"


async def test_pitfall_15_an_update_that_changed_the_named_one_only_is_held(
    sandbox: Sandbox, zoho: ZohoClient
) -> None:
    first = sandbox.booking("zoho", WEEKLY)["start"]
    record = (await zoho.get_booking(WEEKLY, recurrenceid_in_millis=first)).raw
    sandbox.fault("zoho", {"status": 200, "body": {record["start_date"]: record | TITLE}}, **UPDATE)
    with pytest.raises(Held, match="title of the booking is not as wanted"):
        await zoho.update_booking(
            WEEKLY, TITLE, recurrence_edittype="following", recurrenceid_in_millis=first
        )


async def test_pitfall_16_free_busy_is_asked_by_the_rooms_generated_name(
    sandbox: Sandbox, zoho: ZohoClient
) -> None:
    room = await zoho.get_room(ROOM)
    day = day_of(sandbox)
    assert room.auto_gen_name is not None
    assert await zoho.room_free_busy(room.auto_gen_name, day, day)
    with pytest.raises(Refused, match="no such room"):
        await zoho.room_free_busy(ROOM, day, day)


async def test_pitfall_17_nothing_is_sent_into_a_lock(sandbox: Sandbox, zoho_settings: Settings) -> None:
    sandbox.limits("zoho", ["1/minute"])
    patience = Patience(longest_wait=59)
    async with ZohoClient(zoho_settings(), patience=patience) as client:
        await client.get_booking_info(SAMPLE)
        with pytest.raises(Throttled, match=r"locked the API .*wait 60 s"):
            await client.get_booking_info(SAMPLE)
    assert [request["status"] for request in reads(sandbox, "zoho")] == [200, 429]


async def test_pitfall_18_a_change_in_between_is_held_and_not_overwritten(
    sandbox: Sandbox, zoho: ZohoClient
) -> None:
    # The answer is lost before the write; when it is looked for, somebody else has been there.
    other = (await zoho.get_booking(SAMPLE)).raw | {"title": "Somebody else's"}
    sandbox.fault("zoho", {"drop": "before"}, **UPDATE)
    sandbox.fault("zoho", {"status": 200, "body": other}, method="GET", skip=1)
    with pytest.raises(Held, match="an answer was lost, and title of the booking is not as wanted"):
        await zoho.update_booking(SAMPLE, TITLE)
    assert len(writes(sandbox, "zoho")) == 1


async def test_pitfall_18_the_booking_is_read_right_before_it_is_written(
    sandbox: Sandbox, zoho: ZohoClient
) -> None:
    await zoho.get_booking(SAMPLE)
    await zoho.update_booking_data(SAMPLE, _whole(sandbox) | {"description": "Meanwhile"})
    await zoho.update_booking(SAMPLE, TITLE)
    assert sandbox.booking("zoho", SAMPLE)["description"] == "Meanwhile"


def test_pitfall_19_the_host_of_zoho_bookings_is_refused() -> None:
    with pytest.raises(InvalidInput, match="api_domain of other Zoho products"):
        ZohoSettings.from_connection(
            "zoho_1",
            login="1000.C",
            password="secret",
            host="https://www.zohoapis.com/bookings/v1",
            extra={"refresh_token": "1000.x"},
        )


async def test_pitfall_20_an_occurrence_is_asked_for_in_the_query(sandbox: Sandbox, zoho: ZohoClient) -> None:
    first = str(sandbox.booking("zoho", WEEKLY)["start"])
    await zoho.get_booking_info(WEEKLY, recurrence_id=first)
    request = reads(sandbox, "zoho")[-1]
    assert (request["path"], request["query"]) == (f"/api/v1/bookings/{WEEKLY}", {"recurrence_id": first})


async def test_pitfall_21_a_new_consent_never_meets_the_old_token(zoho_settings: Settings) -> None:
    async with ZohoClient(zoho_settings(refresh_token="1000.sandbox.read_only")) as narrow:
        with pytest.raises(AccessDenied):
            await narrow.update_booking(SAMPLE, TITLE)
        async with ZohoClient(zoho_settings()) as wide:  # the same user, another consent
            assert (await wide.update_booking(SAMPLE, TITLE)).outcome == Outcome.APPLIED


async def test_pitfall_22_a_booking_that_waits_for_approval_says_so(
    sandbox: Sandbox, zoho: ZohoClient
) -> None:
    result = await zoho.update_booking(SAMPLE, {"resources": [{"resource_id": APPROVAL_ROOM}]})
    assert sandbox.booking("zoho", SAMPLE)["booking_approved"] is False
    assert result.warnings == ("the booking waits for approval: the room is held, and not yet confirmed",)


async def test_no_log_shows_what_a_booking_says(
    sandbox: Sandbox, zoho: ZohoClient, caplog: pytest.LogCaptureFixture
) -> None:
    sandbox.fault("zoho", {"throttle": {"retry_after": "1"}}, **UPDATE)
    with caplog.at_level(logging.DEBUG):
        await zoho.update_booking(SAMPLE, {"title": "Layoffs", "attendees": [CAL5]})
    assert "update_booking_data" in caplog.text
    for secret in ("Layoffs", "cal5", "bookingData", "sandbox.refresh", "sandbox-secret"):
        assert secret not in caplog.text


def _whole(sandbox: Sandbox) -> dict[str, Any]:
    record = sandbox.booking("zoho", SAMPLE)
    rooms = [{"resource_id": room["resource_id"]} for room in record["resources"]]
    return {"title": record["title"], "dateandtime": record["dateandtime"], "resources": rooms}

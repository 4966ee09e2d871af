"""docs/vendors/onlive.md, "In change sets"."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from airflow_provider_booking.bookings import AccessDenied, InvalidInput, Outcome, Reason, VendorUnavailable
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.onlive.client import OnliveClient
from airflow_provider_booking.vendors.onlive.models import OnliveOptions
from airflow_provider_booking.vendors.onlive.planning import OnlivePlanning
from airflow_provider_booking.vendors.planning import Notify
from airflow_provider_booking.vendors.verbs import Closing, Replacing
from tests.vendors.planned import an_hour_later, calls_of_a_move, drifts, fields_of, update
from tests.wire import reads

SAMPLE = "1610c525-f19a-40d0-8cd1-03daba3d2d98"
ON_TWO_CALENDARS = "20000000-0000-4000-8000-000000000001"
CANCELLED = "c0000000-0000-4000-8000-000000000001"
MADE_UP = "a0000000-0000-4000-8000-000000000001"
FRONT_DESK, ROOM = (f"cb000000-0000-4000-8000-00000000000{number}" for number in (1, 2))
ORGANISATION = "organizationId"


@pytest.fixture
def planning(onlive: OnliveClient) -> OnlivePlanning:
    return OnlivePlanning(onlive)


def start_of(sandbox: Sandbox, appointment_id: str = SAMPLE) -> datetime:
    return datetime.fromisoformat(sandbox.booking("onlive", appointment_id)["start"])


async def found(planning: OnlivePlanning, **terms: Any) -> set[str]:
    return {appointment_id async for appointment_id in planning.search(terms)}


def calendars_read(sandbox: Sandbox) -> list[str]:
    return [request["path"] for request in reads(sandbox, "onlive") if "/calendars/" in request["path"]]


class TestNeutralFields:
    async def test_start_and_end_move_the_appointment(
        self, sandbox: Sandbox, planning: OnlivePlanning
    ) -> None:
        before = start_of(sandbox, ON_TWO_CALENDARS)
        await update(planning, ON_TWO_CALENDARS, await an_hour_later(planning, ON_TWO_CALENDARS))
        assert start_of(sandbox, ON_TWO_CALENDARS) == before + timedelta(hours=1)

    async def test_texts_are_called_the_same(self, sandbox: Sandbox, planning: OnlivePlanning) -> None:
        await update(planning, SAMPLE, {"title": "Viewing", "description": None})
        appointment = sandbox.booking("onlive", SAMPLE)
        assert (appointment["title"], appointment["description"]) == ("Viewing", None)

    async def test_the_second_time_nothing_is_left_to_do(self, planning: OnlivePlanning) -> None:
        wanted = {**await an_hour_later(planning, ON_TWO_CALENDARS), "title": "Viewing"}
        assert (await update(planning, ON_TWO_CALENDARS, wanted)).outcome == Outcome.APPLIED
        assert (await update(planning, ON_TWO_CALENDARS, wanted)).outcome == Outcome.UNCHANGED

    def test_an_appointment_has_no_zone_of_its_own(self, planning: OnlivePlanning) -> None:
        assert planning.neutral_fields.keys() == {"start", "end", "title", "description"}


class TestTelling:
    @pytest.mark.parametrize("notify", [Notify.VENDOR_DEFAULT, Notify.ONCE])
    def test_people_are_told_without_being_asked(self, planning: OnlivePlanning, notify: Notify) -> None:
        telling = planning.telling(notify, {"title": "x"})
        assert (telling.changes, telling.options, telling.warnings) == ({}, {}, ())

    def test_nobody_is_refused(self, planning: OnlivePlanning) -> None:
        with pytest.raises(InvalidInput, match="nothing can silence it") as refused:
            planning.telling(Notify.NONE, {"title": "x"})
        assert refused.value.reason == Reason.NOTIFY_POLICY


class TestDrift:
    @pytest.mark.parametrize(
        "changes",
        [
            {"state": "pending"},
            {"guests": [{"email": "another@example.com"}]},
            {"event": {"room": "Demo Room 9"}},
        ],
        ids=lambda changes: next(iter(changes)),
    )
    async def test_another_state_guest_or_room_is_drift(
        self, planning: OnlivePlanning, changes: dict[str, Any]
    ) -> None:
        assert await drifts(planning, SAMPLE, changes)

    async def test_another_time_is_drift(self, sandbox: Sandbox, planning: OnlivePlanning) -> None:
        end = start_of(sandbox) + timedelta(minutes=45)
        assert await drifts(planning, SAMPLE, {"end": end})

    async def test_a_cancellation_is_drift(self, planning: OnlivePlanning) -> None:
        before = planning.watched(await fields_of(planning, SAMPLE))
        await planning.client.cancel_appointment(SAMPLE)
        assert planning.watched(await fields_of(planning, SAMPLE)) != before

    @pytest.mark.parametrize("name", ["calendarIds", "serviceId", "userGroupId", "blocked"])
    async def test_another_place_is_drift(self, planning: OnlivePlanning, name: str) -> None:
        fields = await fields_of(planning, SAMPLE)
        assert planning.watched(fields | {name: "another"}) != planning.watched(fields)

    @pytest.mark.parametrize(
        "changes", [{"title": "x"}, {"description": "x"}, {"agentComment": "x"}, {"lang": "de"}], ids=str
    )
    async def test_what_concerns_nobody_else_is_none(
        self, planning: OnlivePlanning, changes: dict[str, Any]
    ) -> None:
        assert not await drifts(planning, SAMPLE, changes)


class TestPlace:
    async def test_an_appointment_takes_its_calendars(
        self, sandbox: Sandbox, planning: OnlivePlanning
    ) -> None:
        slots = planning.slots(await fields_of(planning, ON_TWO_CALENDARS))
        start = start_of(sandbox, ON_TWO_CALENDARS).timestamp()
        assert {slot.resource for slot in slots} == {f"calendar {FRONT_DESK}", f"calendar {ROOM}"}
        assert {(slot.start, slot.end) for slot in slots} == {(start, start + 30 * 60)}

    async def test_after_a_move_it_takes_them_at_the_new_time(self, planning: OnlivePlanning) -> None:
        fields = await fields_of(planning, SAMPLE)
        [now] = planning.slots(fields)
        [then] = planning.slots(fields | {"start": fields["end"], "end": "2040-01-01T00:00:00.500Z"})
        assert then.start == now.end

    async def test_parts_of_a_second_are_taken_as_a_whole_one(self, planning: OnlivePlanning) -> None:
        fields = await fields_of(planning, SAMPLE)
        times = {"start": "2040-01-01T00:00:00.500Z", "end": "2040-01-01T00:00:01.500Z"}
        [slot] = planning.slots(fields | times)
        assert slot.end - slot.start == 2

    async def test_a_cancelled_appointment_takes_nothing(self, planning: OnlivePlanning) -> None:
        assert planning.slots(await fields_of(planning, CANCELLED)) == ()

    async def test_an_appointment_that_shows_no_calendar_takes_nothing(
        self, planning: OnlivePlanning
    ) -> None:
        assert planning.slots(await fields_of(planning, SAMPLE) | {"calendarIds": None}) == ()

    async def test_an_appointment_tells_when_it_begins(
        self, sandbox: Sandbox, planning: OnlivePlanning
    ) -> None:
        assert planning.starts_at(await fields_of(planning, SAMPLE)) == start_of(sandbox).timestamp()


class TestZone:
    async def test_is_that_of_the_calendar(self, planning: OnlivePlanning) -> None:
        assert await planning.zone(await planning.client.get_booking(SAMPLE)) == "Europe/Madrid"

    async def test_is_looked_up_once_even_if_many_ask_at_once(
        self, sandbox: Sandbox, planning: OnlivePlanning
    ) -> None:
        booking = await planning.client.get_booking(SAMPLE)
        assert set(await asyncio.gather(*(planning.zone(booking) for _ in range(10)))) == {"Europe/Madrid"}
        assert len(calendars_read(sandbox)) == 1

    async def test_of_another_calendar_is_looked_up_apart(
        self, sandbox: Sandbox, planning: OnlivePlanning
    ) -> None:
        sandbox.seed("onlive", 1)
        for appointment_id in (SAMPLE, MADE_UP):
            await planning.zone(await planning.client.get_booking(appointment_id))
        assert len(calendars_read(sandbox)) == 2

    async def test_that_could_not_be_read_is_asked_for_again(
        self, sandbox: Sandbox, planning: OnlivePlanning
    ) -> None:
        booking = await planning.client.get_booking(SAMPLE)
        sandbox.fault("onlive", {"status": 403}, path="*/calendars/*")
        with pytest.raises(AccessDenied):
            await planning.zone(booking)
        assert await planning.zone(booking) == "Europe/Madrid"

    async def test_of_an_appointment_without_a_calendar_is_refused(self, planning: OnlivePlanning) -> None:
        booking = await planning.client.get_booking(SAMPLE)
        without = booking.model_copy(update={"raw": booking.raw | {"calendarIds": []}})
        with pytest.raises(InvalidInput, match="shows no calendar"):
            await planning.zone(without)

    async def test_of_a_calendar_without_one_is_refused(
        self, sandbox: Sandbox, planning: OnlivePlanning
    ) -> None:
        booking = await planning.client.get_booking(SAMPLE)
        sandbox.fault("onlive", {"status": 200, "body": {"id": FRONT_DESK}}, path="*/calendars/*")
        with pytest.raises(InvalidInput, match="calendar shows no time zone"):
            await planning.zone(booking)


class TestIds:
    def test_letters_may_be_large_or_small(self, planning: OnlivePlanning) -> None:
        assert planning.canonical_id(SAMPLE.upper()) == planning.canonical_id(SAMPLE) == SAMPLE

    def test_what_is_no_uuid_is_refused(self, planning: OnlivePlanning) -> None:
        with pytest.raises(InvalidInput, match="booking_id is not a UUID"):
            planning.canonical_id("sandboxVb7RE")


class TestListing:
    async def test_shows_every_appointment_as_a_read_does(
        self, sandbox: Sandbox, planning: OnlivePlanning
    ) -> None:
        sandbox.seed("onlive", 120)
        listing = await planning.listing()
        records = {name: record async for page in listing.pages for name, record in page}
        assert records == {name: await planning.client.read(name, OnliveOptions()) for name in records}
        own = sandbox.booking("onlive", SAMPLE)[ORGANISATION]
        assert records.keys() == {
            each["id"] for each in sandbox.bookings("onlive") if each[ORGANISATION] == own
        }

    async def test_makes_as_many_calls_as_it_says(self, sandbox: Sandbox, planning: OnlivePlanning) -> None:
        sandbox.seed("onlive", 120)
        listing = await planning.listing()
        assert len([page async for page in listing.pages]) == listing.calls == 3
        assert [request["query"]["page"] for request in reads(sandbox, "onlive")] == ["1", "2", "3"]

    async def test_leaves_out_what_cannot_be_read(self, sandbox: Sandbox, planning: OnlivePlanning) -> None:
        good = await planning.client.read(SAMPLE, OnliveOptions())
        odd = [good | {"start": "2026-12-01T10:00:00"}, {"id": SAMPLE}, 1]
        sandbox.fault("onlive", {"status": 200, "body": {"items": [*odd, good], "pages": 1}})
        listing = await planning.listing()
        assert [name async for page in listing.pages for name, _ in page] == [SAMPLE]

    async def test_of_nothing_is_one_call(self, sandbox: Sandbox, planning: OnlivePlanning) -> None:
        sandbox.fault("onlive", {"status": 200, "body": {"items": [], "pages": 0}})
        listing = await planning.listing()
        assert (listing.calls, [page async for page in listing.pages]) == (1, [[]])

    @pytest.mark.parametrize("body", [{"items": []}, {"items": None, "pages": 1}], ids=str)
    async def test_without_a_promised_member_is_no_reading(
        self, sandbox: Sandbox, planning: OnlivePlanning, body: dict[str, Any]
    ) -> None:
        sandbox.fault("onlive", {"status": 200, "body": body}, times=None)
        with pytest.raises(VendorUnavailable, match="lacks"):
            await planning.listing()


class TestSearch:
    async def test_leaves_out_cancelled_appointments_unless_asked_for_them(
        self, planning: OnlivePlanning
    ) -> None:
        assert CANCELLED not in await found(planning)
        assert CANCELLED in await found(planning, state="cancelled")

    async def test_an_appointment_at_the_first_moment_is_in_and_at_the_last_is_not(
        self, sandbox: Sandbox, planning: OnlivePlanning
    ) -> None:
        start, later = start_of(sandbox), timedelta(milliseconds=1)
        assert await found(planning, starts_after=start, starts_before=start + later) == {SAMPLE}
        assert await found(planning, starts_after=start - later, starts_before=start) == set()

    async def test_can_be_narrowed_to_a_calendar(self, planning: OnlivePlanning) -> None:
        assert await found(planning, calendar_id=ROOM) == {ON_TWO_CALENDARS}

    async def test_can_be_narrowed_to_a_service(self, planning: OnlivePlanning) -> None:
        service = "5e000000-0000-4000-8000-000000000030"
        assert await found(planning, service_id=service) == {"40000000-0000-4000-8000-000000000001"}

    async def test_can_be_narrowed_to_a_text(self, planning: OnlivePlanning) -> None:
        assert await found(planning, search="new features") == {SAMPLE}

    @pytest.mark.parametrize(
        ("terms", "said"),
        [
            ({"starts_after": "2026-12-01T10:00:00"}, "search: starts_after has no time zone"),
            ({"status": "open"}, "search: status is not a known field"),
            ({"calendar_id": ""}, "search: calendar_id is empty"),
        ],
        ids=str,
    )
    def test_bad_terms_are_refused_at_once(
        self, planning: OnlivePlanning, terms: dict[str, Any], said: str
    ) -> None:
        with pytest.raises(InvalidInput, match=said):
            planning.search(terms)

    def test_the_terms_are_known(self, planning: OnlivePlanning) -> None:
        assert planning.search_terms == {
            "starts_after",
            "starts_before",
            "calendar_id",
            "service_id",
            "state",
            "search",
        }


async def test_an_update_makes_as_many_calls_as_it_says(sandbox: Sandbox, planning: OnlivePlanning) -> None:
    sandbox.seed("onlive", 1)
    assert await calls_of_a_move(sandbox, planning, MADE_UP) == (planning.reads_per_update, 1)


class TestWhatHappens:
    STAYS = "an update cannot put an ONLIVE appointment on another calendar: cancel"

    async def test_no_appointment_leaves_a_room_that_closes(self, planning: OnlivePlanning) -> None:
        begin = datetime(2031, 5, 5, tzinfo=UTC)
        closing = Closing(resource=ROOM, start=begin, end=begin + timedelta(days=1), move_to=FRONT_DESK)
        with pytest.raises(InvalidInput, match=self.STAYS):
            planning.closing(closing, await planning.client.read(ON_TWO_CALENDARS, OnliveOptions()))

    async def test_no_appointment_leaves_a_person_who_leaves(self, planning: OnlivePlanning) -> None:
        replacing = Replacing(former=ROOM, successor=FRONT_DESK)
        with pytest.raises(InvalidInput, match=self.STAYS):
            planning.replacing(replacing, await planning.client.read(ON_TWO_CALENDARS, OnliveOptions()))

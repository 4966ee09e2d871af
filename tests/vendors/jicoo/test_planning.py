"""docs/vendors/jicoo.md, "In change sets"."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from airflow_provider_booking.bookings import InvalidInput, Outcome, Reason, VendorUnavailable
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.jicoo.client import JicooClient
from airflow_provider_booking.vendors.jicoo.planning import TELL, JicooPlanning
from airflow_provider_booking.vendors.people import NO_HOST
from airflow_provider_booking.vendors.planning import Notify
from airflow_provider_booking.vendors.verbs import Asked, Replacing
from tests.vendors.planned import an_hour_later, calls_of_a_move, drifts, fields_of, update
from tests.wire import reads

SAMPLE = "sandboxVb7RE"


@pytest.fixture
def planning(jicoo: JicooClient) -> JicooPlanning:
    return JicooPlanning(jicoo)


def start_of(sandbox: Sandbox, uid: str = SAMPLE) -> datetime:
    return datetime.fromisoformat(sandbox.booking("jicoo", uid)["startedAt"])


async def found(planning: JicooPlanning, **terms: Any) -> list[str]:
    return [uid async for uid in planning.search(terms)]


class TestNeutralFields:
    async def test_start_and_end_move_the_booking(self, sandbox: Sandbox, planning: JicooPlanning) -> None:
        before = start_of(sandbox)
        await update(planning, SAMPLE, await an_hour_later(planning, SAMPLE))
        assert start_of(sandbox) == before + timedelta(hours=1)

    async def test_the_others_have_names_of_their_own(
        self, sandbox: Sandbox, planning: JicooPlanning
    ) -> None:
        wanted = {"time_zone": "Asia/Seoul", "title": "Second opinion", "description": None}
        await update(planning, SAMPLE, wanted)
        booking = sandbox.booking("jicoo", SAMPLE)
        assert (booking["timeZone"], booking["name"], booking["description"]) == (
            "Asia/Seoul",
            "Second opinion",
            None,
        )

    async def test_another_zone_leaves_the_moment(self, sandbox: Sandbox, planning: JicooPlanning) -> None:
        before = start_of(sandbox)
        await update(planning, SAMPLE, {"time_zone": "Asia/Seoul"})
        assert start_of(sandbox) == before

    async def test_a_title_cannot_be_cleared(self, planning: JicooPlanning) -> None:
        with pytest.raises(InvalidInput, match="name cannot be cleared"):
            await update(planning, SAMPLE, {"title": None})

    async def test_the_second_time_nothing_is_left_to_do(self, planning: JicooPlanning) -> None:
        wanted = {**await an_hour_later(planning, SAMPLE), "title": "Second opinion"}
        assert (await update(planning, SAMPLE, wanted)).outcome == Outcome.APPLIED
        assert (await update(planning, SAMPLE, wanted)).outcome == Outcome.UNCHANGED


class TestTelling:
    @pytest.mark.parametrize("said", [{}, {TELL: True}, {TELL: False}])
    def test_by_default_changes_say_it_or_nobody_does(
        self, planning: JicooPlanning, said: dict[str, Any]
    ) -> None:
        assert planning.telling(Notify.VENDOR_DEFAULT, said).changes == {}

    @pytest.mark.parametrize(("notify", "flag"), [(Notify.NONE, False), (Notify.ONCE, True)])
    def test_the_flag_says_it(self, planning: JicooPlanning, notify: Notify, flag: bool) -> None:
        telling = planning.telling(notify, {"name": "x"})
        assert (telling.changes, telling.options, telling.warnings) == ({TELL: flag}, {}, ())

    @pytest.mark.parametrize(
        ("notify", "said"), [(Notify.NONE, False), (Notify.NONE, "false"), (Notify.ONCE, True)]
    )
    def test_changes_may_say_the_same(self, planning: JicooPlanning, notify: Notify, said: Any) -> None:
        assert planning.telling(notify, {TELL: said}).changes == {TELL: notify == Notify.ONCE}

    @pytest.mark.parametrize(
        ("notify", "said"), [(Notify.NONE, True), (Notify.NONE, "true"), (Notify.ONCE, False)]
    )
    def test_changes_that_say_otherwise_are_refused(
        self, planning: JicooPlanning, notify: Notify, said: Any
    ) -> None:
        with pytest.raises(InvalidInput, match=f"says otherwise than notify {notify}") as refused:
            planning.telling(notify, {TELL: said})
        assert refused.value.reason == Reason.NOTIFY_POLICY

    @pytest.mark.parametrize(("notify", "told"), [(Notify.NONE, 0), (Notify.ONCE, 1)])
    async def test_an_update_then_tells_people_or_does_not(
        self, sandbox: Sandbox, planning: JicooPlanning, notify: Notify, told: int
    ) -> None:
        changes = {"name": "Second opinion"}
        await planning.client.update_booking(
            SAMPLE, changes | dict(planning.telling(notify, changes).changes)
        )
        assert len(sandbox.notifications("jicoo")) == told


class TestDrift:
    @pytest.mark.parametrize(
        "changes",
        [
            {"startedAt": "2026-01-01T00:00:00Z"},
            {"endedAt": "2040-01-01T00:00:00Z"},
            {"timeZone": "Asia/Seoul"},
            {"hosts": [{"userId": "user0001", "role": "admin"}]},
        ],
        ids=lambda changes: next(iter(changes)),
    )
    async def test_another_time_or_host_is_drift(
        self, planning: JicooPlanning, changes: dict[str, Any]
    ) -> None:
        assert await drifts(planning, SAMPLE, changes)

    async def test_a_cancellation_is_drift(self, planning: JicooPlanning) -> None:
        before = planning.watched(await fields_of(planning, SAMPLE))
        await planning.client.cancel(SAMPLE)
        assert planning.watched(await fields_of(planning, SAMPLE)) != before

    @pytest.mark.parametrize("name", ["locationId", "url", "phoneNumber", "address", "customLocation"])
    async def test_another_place_is_drift(self, planning: JicooPlanning, name: str) -> None:
        fields = await fields_of(planning, SAMPLE)
        assert planning.watched(fields | {name: "elsewhere"}) != planning.watched(fields)

    @pytest.mark.parametrize("changes", [{"name": "x"}, {"description": "x"}, {"priority": "high"}], ids=str)
    async def test_what_concerns_nobody_else_is_none(
        self, planning: JicooPlanning, changes: dict[str, Any]
    ) -> None:
        assert not await drifts(planning, SAMPLE, changes)


class TestPlace:
    async def test_nothing_is_taken_as_an_update_asks_for_no_free_slot(self, planning: JicooPlanning) -> None:
        assert planning.slots(await fields_of(planning, SAMPLE)) == ()

    async def test_a_booking_tells_when_it_begins(self, sandbox: Sandbox, planning: JicooPlanning) -> None:
        assert planning.starts_at(await fields_of(planning, SAMPLE)) == start_of(sandbox).timestamp()

    async def test_the_zone_is_the_bookings(self, planning: JicooPlanning) -> None:
        assert await planning.zone(await planning.client.get_booking(SAMPLE)) == "Asia/Tokyo"


class TestListing:
    async def test_shows_every_booking_as_a_read_does(
        self, sandbox: Sandbox, planning: JicooPlanning
    ) -> None:
        sandbox.seed("jicoo", 120)
        listing = await planning.listing()
        records = {uid: record async for page in listing.pages for uid, record in page}
        assert records == {uid: await planning.client.read(uid, None) for uid in records}
        assert records.keys() == {booking["uid"] for booking in sandbox.bookings("jicoo")}

    async def test_makes_as_many_calls_as_it_says(self, sandbox: Sandbox, planning: JicooPlanning) -> None:
        sandbox.seed("jicoo", 120)
        listing = await planning.listing()
        assert len([page async for page in listing.pages]) == listing.calls == 3
        assert [request["query"]["page"] for request in reads(sandbox, "jicoo")] == ["1", "2", "3"]

    async def test_asks_for_one_page_until_somebody_goes_through_it(
        self, sandbox: Sandbox, planning: JicooPlanning
    ) -> None:
        sandbox.seed("jicoo", 120)
        await planning.listing()
        assert len(reads(sandbox, "jicoo")) == 1

    async def test_leaves_out_what_cannot_be_read(self, sandbox: Sandbox, planning: JicooPlanning) -> None:
        good = sandbox.booking("jicoo", SAMPLE)
        odd = [good | {"startedAt": "2026-12-01T10:00:00"}, good | {"name": None}, None]
        sandbox.fault("jicoo", {"status": 200, "body": {"data": [*odd, good], "numberOfPages": 1}})
        listing = await planning.listing()
        assert [uid async for page in listing.pages for uid, _ in page] == [SAMPLE]

    @pytest.mark.parametrize(
        "body", [{"data": [], "nextPage": None}, {"data": None, "numberOfPages": 1}], ids=str
    )
    async def test_without_a_promised_member_is_no_reading(
        self, sandbox: Sandbox, planning: JicooPlanning, body: dict[str, Any]
    ) -> None:
        sandbox.fault("jicoo", {"status": 200, "body": body}, times=None)
        with pytest.raises(VendorUnavailable, match="lacks"):
            await planning.listing()


class TestSearch:
    async def test_finds_open_bookings_unless_told_otherwise(
        self, sandbox: Sandbox, planning: JicooPlanning
    ) -> None:
        statuses = {one["uid"]: one["status"] for one in sandbox.bookings("jicoo")}
        assert {statuses[uid] for uid in await found(planning)} == {"open"}
        assert {statuses[uid] for uid in await found(planning, status="cancel")} == {"cancel"}

    async def test_a_booking_at_the_first_moment_is_in_and_at_the_last_is_not(
        self, sandbox: Sandbox, planning: JicooPlanning
    ) -> None:
        start, later = start_of(sandbox), timedelta(milliseconds=1)
        assert await found(planning, starts_after=start, starts_before=start + later) == [SAMPLE]
        assert await found(planning, starts_after=start - later, starts_before=start) == []

    async def test_one_that_ends_later_is_found_by_its_start(
        self, sandbox: Sandbox, planning: JicooPlanning
    ) -> None:
        start = start_of(sandbox)
        half_over = (start + timedelta(minutes=30)).isoformat()
        assert SAMPLE in await found(planning, starts_after=start.isoformat(), starts_before=half_over)

    async def test_reads_no_page_that_is_too_late(self, sandbox: Sandbox, planning: JicooPlanning) -> None:
        sandbox.seed("jicoo", 120)
        await found(planning, starts_before=datetime(2020, 1, 1, tzinfo=UTC))
        assert len(reads(sandbox, "jicoo")) == 1

    @pytest.mark.parametrize(
        ("terms", "said"),
        [
            ({"starts_after": "2026-12-01T10:00:00"}, "search: starts_after has no time zone"),
            ({"starts_before": "soon"}, "search: starts_before is not a time"),
            ({"ends_before": "2026-12-01T10:00:00Z"}, "search: ends_before is not a known field"),
            ({"status": "request"}, "search: status must be"),
            (
                {"starts_after": "2026-12-02T00:00:00Z", "starts_before": "2026-12-01T00:00:00Z"},
                "search: starts_before is not after starts_after",
            ),
            (["2026-12-01"], "search is a list"),
        ],
        ids=str,
    )
    def test_bad_terms_are_refused_at_once(self, planning: JicooPlanning, terms: Any, said: str) -> None:
        with pytest.raises(InvalidInput, match=said):
            planning.search(terms)

    def test_the_terms_are_known(self, planning: JicooPlanning) -> None:
        assert planning.search_terms == {"starts_after", "starts_before", "status"}


async def test_an_update_makes_as_many_calls_as_it_says(sandbox: Sandbox, planning: JicooPlanning) -> None:
    assert await calls_of_a_move(sandbox, planning, SAMPLE) == (planning.reads_per_update, 1)


class TestReplacingAHost:
    FORMER, SUCCESSOR, OTHER = "user0001", "user0002", "user0003"

    async def asked(self, planning: JicooPlanning, sandbox: Sandbox, *hosts: str) -> tuple[str, Asked]:
        seeded = {"hosts": [{"userId": each, "role": "editor"} for each in hosts]}
        uid = sandbox.seed("jicoo", bookings=[seeded])[0]
        record = await planning.client.read(uid, None)
        return uid, planning.replacing(Replacing(former=self.FORMER, successor=self.SUCCESSOR), record)

    async def test_who_takes_over_is_host_in_the_same_place_and_role(
        self, sandbox: Sandbox, planning: JicooPlanning
    ) -> None:
        uid, asked = await self.asked(planning, sandbox, self.OTHER, self.FORMER)
        await planning.client.update_booking(uid, asked.changes)
        assert sandbox.booking("jicoo", uid)["hosts"] == [
            {"userId": self.OTHER, "role": "editor"},
            {"userId": self.SUCCESSOR, "role": "editor"},
        ]

    async def test_a_booking_of_others_is_left_alone(self, sandbox: Sandbox, planning: JicooPlanning) -> None:
        assert (await self.asked(planning, sandbox, self.OTHER))[1] == Asked(remark=NO_HOST)

    async def test_nobody_is_told_unless_that_is_asked_for(
        self, sandbox: Sandbox, planning: JicooPlanning
    ) -> None:
        uid, asked = await self.asked(planning, sandbox, self.FORMER)
        await planning.client.update_booking(uid, asked.changes)
        assert sandbox.notifications("jicoo") == []

"""One update, from the user's words to a result that is known to be true."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from airflow_provider_booking.bookings import (
    BookingNotFound,
    Held,
    InvalidInput,
    Outcome,
    OutcomeUnknown,
    Reason,
    Refused,
)
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.feishu.client import FeishuClient
from airflow_provider_booking.vendors.jicoo.client import JicooClient
from airflow_provider_booking.vendors.onlive.client import OnliveClient
from airflow_provider_booking.vendors.patience import Patience

RESERVE = "6911188411932033028"
BOOKING = "sandboxVb7RE"
APPOINTMENT = "1610c525-f19a-40d0-8cd1-03daba3d2d98"
TOPIC = "meeting_settings.topic"
PASSWORD = "meeting_settings.password"
HOSTS = "meeting_settings.assign_host_list"
LOST = "the vendor's answer was lost; reading back showed that the update was applied"
NEW = {"meeting_settings": {"topic": "New"}}
Make = Callable[..., FeishuClient]
MakeJicoo = Callable[..., JicooClient]
MakeOnlive = Callable[..., OnliveClient]
Count = Callable[..., int]

pytestmark = pytest.mark.usefixtures("new_process")


def shown_next(sandbox: Sandbox, record: dict[str, Any], *, skip: int) -> None:
    """Let the vendor show a reserve as `record` once, after `skip` reads."""
    answer = {"status": 200, "body": {"code": 0, "data": {"reserve": record}}}
    sandbox.fault("feishu", answer, method="GET", skip=skip)


def topic(sandbox: Sandbox) -> Any:
    return sandbox.booking("feishu", RESERVE)["meeting_settings"]["topic"]


class TestPlainSailing:
    async def test_what_differs_is_sent_and_what_changed_is_told(
        self, sandbox: Sandbox, feishu: Make, received: Count
    ) -> None:
        async with feishu() as client:
            result = await client.update_booking(RESERVE, NEW)
        changed = {name: (each.before, each.after) for name, each in result.changed.items()}
        assert (result.outcome, changed, result.warnings) == (
            Outcome.APPLIED,
            {TOPIC: ("my meeting", "New")},
            (),
        )
        assert (topic(sandbox), received("PUT")) == ("New", 1)

    async def test_the_result_names_vendor_connection_booking_and_request(self, feishu: Make) -> None:
        async with feishu(conn_id="room_desk") as client:
            result = await client.update_booking(RESERVE, NEW)
        assert (result.vendor, result.conn_id, result.booking_id) == ("feishu", "room_desk", RESERVE)
        assert result.request_id

    async def test_a_booking_that_is_as_wanted_is_not_sent(self, feishu: Make, received: Count) -> None:
        async with feishu() as client:
            result = await client.update_booking(RESERVE, {"meeting_settings": {"topic": "my meeting"}})
        assert (result.outcome, result.changed, received("PUT")) == (Outcome.UNCHANGED, {}, 0)

    async def test_a_second_run_of_the_same_update_changes_nothing(
        self, feishu: Make, received: Count
    ) -> None:
        async with feishu() as client:
            await client.update_booking(RESERVE, NEW)
            again = await client.update_booking(RESERVE, NEW)
        assert (again.outcome, received("PUT")) == (Outcome.UNCHANGED, 1)

    async def test_only_what_really_changed_is_told(self, sandbox: Sandbox, feishu: Make) -> None:
        wish = {"end_time": sandbox.booking("feishu", RESERVE)["end_time"], **NEW}
        async with feishu() as client:
            result = await client.update_booking(RESERVE, wish)
        assert list(result.changed) == [TOPIC]

    async def test_a_vendor_that_shows_a_write_a_moment_late_is_read_once_more(
        self, sandbox: Sandbox, feishu: Make
    ) -> None:
        shown_next(sandbox, sandbox.booking("feishu", RESERVE), skip=1)
        async with feishu() as client:
            result = await client.update_booking(RESERVE, NEW)
        assert result.changed[TOPIC].after == "New"

    @pytest.mark.parametrize("reserve_id", ["", "6.91E+18", ".."])
    async def test_a_wrong_id_is_refused_before_anything_is_sent(
        self, feishu: Make, received: Count, reserve_id: str
    ) -> None:
        async with feishu() as client:
            with pytest.raises(InvalidInput, match="reserve_id"):
                await client.update_booking(reserve_id, NEW)
        assert received() == 0

    @pytest.mark.parametrize("changes", [{}, {"topic": "New"}, {"end_time": "2026-12-01T10:00:00"}])
    async def test_wrong_changes_are_refused_before_anything_is_sent(
        self, feishu: Make, received: Count, changes: dict[str, Any]
    ) -> None:
        async with feishu() as client:
            with pytest.raises(InvalidInput):
                await client.update_booking(RESERVE, changes)
        assert received() == 0

    async def test_a_wrong_option_is_refused_before_anything_is_sent(
        self, jicoo: MakeJicoo, received: Count
    ) -> None:
        async with jicoo() as client:
            with pytest.raises(InvalidInput, match=r"^user_id_type: no such option"):
                await client.update_booking(BOOKING, {"name": "New"}, user_id_type="open_id")
        assert received() == 0

    async def test_a_booking_that_is_not_there_is_not_written_to(self, feishu: Make, received: Count) -> None:
        async with feishu() as client:
            with pytest.raises(BookingNotFound):
                await client.update_booking("6900000000000000000", NEW)
        assert received("PUT") == 0

    async def test_a_refusal_is_passed_on_and_nothing_is_read_back(
        self, sandbox: Sandbox, feishu: Make, received: Count
    ) -> None:
        sandbox.fault("feishu", {"status": 400, "code": 121002}, method="PUT")
        async with feishu() as client:
            with pytest.raises(Refused, match="not supported"):
                await client.update_booking(RESERVE, NEW)
        assert (received("PUT"), received("GET")) == (1, 1)


class TestLostAnswer:
    @pytest.mark.parametrize(
        "fault",
        [
            {"drop": "after"},
            {"status": 500, "applied": True},
            {"html": 504, "applied": True},
            {"cut_json": True},
        ],
        ids=str,
    )
    async def test_that_was_applied_is_found_applied_and_not_sent_again(
        self, sandbox: Sandbox, feishu: Make, received: Count, fault: dict[str, Any]
    ) -> None:
        sandbox.fault("feishu", fault, method="PUT")
        async with feishu() as client:
            result = await client.update_booking(RESERVE, NEW)
        assert (result.outcome, result.warnings, received("PUT")) == (Outcome.APPLIED, (LOST,), 1)

    async def test_that_was_applied_tells_nobody_twice(self, sandbox: Sandbox, jicoo: MakeJicoo) -> None:
        sandbox.fault("jicoo", {"drop": "after"}, method="PATCH")
        async with jicoo() as client:
            await client.update_booking(BOOKING, {"name": "New", "isSendUpdates": True})
        assert len(sandbox.notifications("jicoo")) == 1

    @pytest.mark.parametrize("fault", [{"drop": "before"}, {"status": 500}, {"html": 404}], ids=str)
    async def test_that_was_not_applied_is_sent_exactly_once_more(
        self, sandbox: Sandbox, feishu: Make, received: Count, fault: dict[str, Any]
    ) -> None:
        sandbox.fault("feishu", fault, method="PUT")
        async with feishu() as client:
            result = await client.update_booking(RESERVE, NEW)
        assert (result.outcome, result.warnings, received("PUT")) == (Outcome.APPLIED, (), 2)
        assert topic(sandbox) == "New"

    async def test_that_is_lost_twice_without_a_trace_stays_unknown(
        self, sandbox: Sandbox, feishu: Make, received: Count
    ) -> None:
        sandbox.fault("feishu", {"drop": "before"}, method="PUT", times=2)
        async with feishu() as client:
            with pytest.raises(OutcomeUnknown):
                await client.update_booking(RESERVE, NEW)
        assert received("PUT") == 2

    async def test_that_is_lost_twice_and_then_found_applied_is_applied(
        self, sandbox: Sandbox, feishu: Make, received: Count
    ) -> None:
        sandbox.fault("feishu", {"drop": "before"}, method="PUT")
        sandbox.fault("feishu", {"drop": "after"}, method="PUT")
        async with feishu() as client:
            result = await client.update_booking(RESERVE, NEW)
        assert (result.outcome, received("PUT")) == (Outcome.APPLIED, 2)
        assert "answer was lost" in result.warnings[0]

    async def test_with_the_booking_changed_by_somebody_else_meanwhile_is_held(
        self, sandbox: Sandbox, feishu: Make, received: Count
    ) -> None:
        async def somebody_else(_: str) -> None:
            if received("PUT"):
                record = sandbox.booking("feishu", RESERVE)
                record["meeting_settings"]["topic"] = "Theirs"
                sandbox.seed("feishu", bookings=[record])

        sandbox.fault("feishu", {"drop": "before"}, method="PUT")
        # The read-back meets a dead token: a moment between write and read at which somebody else can act.
        sandbox.fault("feishu", {"status": 400, "code": 99991663}, method="GET", skip=1)
        async with feishu(on_token=somebody_else) as client:
            with pytest.raises(Held) as held:
                await client.update_booking(RESERVE, NEW)
        assert (held.value.reason, received("PUT"), topic(sandbox)) == (Reason.CHANGED_MEANWHILE, 1, "Theirs")
        assert held.value.problem == f"an answer was lost, and {TOPIC} of the booking is not as wanted"

    async def test_of_which_only_a_part_was_applied_is_held(
        self, sandbox: Sandbox, feishu: Make, received: Count
    ) -> None:
        record = sandbox.booking("feishu", RESERVE)
        record["meeting_settings"]["topic"] = "New"
        sandbox.fault("feishu", {"drop": "before"}, method="PUT")
        shown_next(sandbox, record, skip=1)
        async with feishu() as client:
            with pytest.raises(Held, match=r"meeting_settings\.auto_record of the booking is not as wanted"):
                await client.update_booking(
                    RESERVE, {"meeting_settings": {"topic": "New", "auto_record": False}}
                )
        assert received("PUT") == 1

    async def test_that_cannot_be_read_back_is_unknown_and_says_both(
        self, sandbox: Sandbox, feishu: Make, received: Count
    ) -> None:
        sandbox.fault("feishu", {"drop": "before"}, method="PUT")
        sandbox.fault("feishu", {"html": 403}, method="GET", skip=1)
        async with feishu() as client:
            with pytest.raises(OutcomeUnknown) as unknown:
                await client.update_booking(RESERVE, NEW)
        assert unknown.value.problem == (
            "the request was sent and no answer came (RemoteProtocolError), "
            "and reading back failed (access is forbidden, in words that are not the vendor's)"
        )
        assert received("PUT") == 1


class TestYesThatIsNotTrue:
    async def test_success_that_was_not_taken_is_held(
        self, sandbox: Sandbox, feishu: Make, received: Count
    ) -> None:
        sandbox.switch("feishu", empty_means="ignore")
        async with feishu() as client:
            with pytest.raises(Held) as held:
                await client.update_booking(RESERVE, {"meeting_settings": {"topic": None}})
        assert (
            held.value.problem == f"the vendor answered success, and {TOPIC} of the booking is not as wanted"
        )
        assert (held.value.reason, received("PUT")) == (Reason.VENDOR_ERROR, 1)

    async def test_success_that_cannot_be_checked_is_unknown_because_something_was_sent(
        self, sandbox: Sandbox, feishu: Make
    ) -> None:
        sandbox.fault("feishu", {"drop": "before"}, method="GET", skip=1, times=None)
        async with feishu() as client:
            with pytest.raises(OutcomeUnknown, match="the vendor answered success, and reading back failed"):
                await client.update_booking(RESERVE, NEW)

    async def test_success_that_does_not_show_and_cannot_be_checked_again_is_unknown(
        self, sandbox: Sandbox, feishu: Make
    ) -> None:
        shown_next(sandbox, sandbox.booking("feishu", RESERVE), skip=1)
        # The read that is shown above does not get as far as this rule.
        sandbox.fault("feishu", {"html": 403}, method="GET", skip=1)
        async with feishu() as client:
            with pytest.raises(OutcomeUnknown, match="reading back failed"):
                await client.update_booking(RESERVE, NEW)

    async def test_another_field_that_changed_along_is_a_warning(
        self, sandbox: Sandbox, jicoo: MakeJicoo
    ) -> None:
        record = sandbox.booking("jicoo", BOOKING) | {"name": "New", "priority": "high"}
        del record["contacts"]  # which the vendor does not show here
        sandbox.fault("jicoo", {"status": 200, "body": {"data": record}}, method="PATCH")
        async with jicoo() as client:
            result = await client.update_booking(BOOKING, {"name": "New"})
        assert result.warnings == ("also changed, without being asked for: priority",)

    async def test_another_field_that_vanished_is_a_warning_too(self, sandbox: Sandbox, feishu: Make) -> None:
        record = sandbox.booking("feishu", RESERVE)
        record["meeting_settings"]["topic"] = "New"
        del record["meeting_settings"]["assign_host_list"]
        shown_next(sandbox, record, skip=1)
        async with feishu() as client:
            result = await client.update_booking(RESERVE, NEW)
        assert result.warnings == (f"also changed, without being asked for: {HOSTS}",)

    async def test_a_field_that_was_cleared_may_vanish(self, sandbox: Sandbox, feishu: Make) -> None:
        record = sandbox.booking("feishu", RESERVE)
        del record["meeting_settings"]["topic"]
        shown_next(sandbox, record, skip=1)
        async with feishu() as client:
            result = await client.update_booking(RESERVE, {"meeting_settings": {"topic": None}})
        changed = {name: (each.before, each.after) for name, each in result.changed.items()}
        assert (changed, result.warnings) == ({TOPIC: ("my meeting", None)}, ())

    async def test_the_time_of_the_last_update_is_no_surprise(
        self, sandbox: Sandbox, jicoo: MakeJicoo
    ) -> None:
        sandbox.advance(60)
        async with jicoo() as client:
            result = await client.update_booking(BOOKING, {"name": "New"})
        assert (result.outcome, result.warnings) == (Outcome.APPLIED, ())


class TestComparison:
    @pytest.mark.parametrize(
        ("now", "wanted", "is_sent"),
        [
            (1, True, True),
            (False, 0, True),
            ([1], [True], True),
            ({"a": 0}, {"a": False}, True),
            (1, 1.0, False),
            ([True, {"a": None}], [True, {"a": None}], False),
            ({"a": 1}, {"a": 1, "b": None}, True),
            ([1], [1, 1], True),
        ],
    )
    async def test_is_that_of_json_where_true_is_not_one(
        self, sandbox: Sandbox, onlive: MakeOnlive, received: Count, now: Any, wanted: Any, *, is_sent: bool
    ) -> None:
        sandbox.seed("onlive", bookings=[{"id": APPOINTMENT, "extraFields": {"value": now}}])
        async with onlive() as client:
            await client.update_booking(APPOINTMENT, {"extraFields": {"value": wanted}})
        assert (received("PUT") == 1) == is_sent


class TestManyAtOnce:
    async def test_of_one_booking_the_same_update_is_sent_once_and_people_are_told_once(
        self, sandbox: Sandbox, jicoo: MakeJicoo, received: Count
    ) -> None:
        change = {"name": "New", "isSendUpdates": True}
        async with jicoo() as client:
            results = await asyncio.gather(*(client.update_booking(BOOKING, change) for _ in range(20)))
        outcomes = [result.outcome for result in results]
        assert sorted(outcomes) == [Outcome.APPLIED] + [Outcome.UNCHANGED] * 19
        assert (received("PATCH"), len(sandbox.notifications("jicoo"))) == (1, 1)

    async def test_of_one_booking_through_several_clients_it_is_sent_once(
        self, jicoo: MakeJicoo, received: Count
    ) -> None:
        async def update() -> Outcome:
            async with jicoo() as client:
                return (await client.update_booking(BOOKING, {"name": "New"})).outcome

        outcomes = await asyncio.gather(*(update() for _ in range(5)))
        assert (sorted(outcomes), received("PATCH")) == ([Outcome.APPLIED] + [Outcome.UNCHANGED] * 4, 1)

    async def test_a_failed_update_lets_the_next_one_go(self, sandbox: Sandbox, jicoo: MakeJicoo) -> None:
        sandbox.fault("jicoo", {"status": 422}, method="PATCH")
        async with jicoo() as client:
            with pytest.raises(Refused):
                await client.update_booking(BOOKING, {"name": "New"})
            assert (await client.update_booking(BOOKING, {"name": "New"})).outcome == Outcome.APPLIED


class TestWhatIsShown:
    @pytest.mark.parametrize(("wish", "after"), [("135790", "***"), (None, None)])
    async def test_a_password_is_masked_but_its_absence_is_not(
        self, feishu: Make, wish: str | None, after: str | None
    ) -> None:
        async with feishu() as client:
            result = await client.update_booking(RESERVE, {"meeting_settings": {"password": wish}})
        assert (result.changed[PASSWORD].before, result.changed[PASSWORD].after) == ("***", after)

    async def test_addresses_of_people_are_masked(self, jicoo: MakeJicoo) -> None:
        async with jicoo() as client:
            await client.update_booking(BOOKING, {"name": "With aoi@example.com"})
            result = await client.update_booking(BOOKING, {"name": "With ren@example.com, at noon"})
        assert (result.changed["name"].before, result.changed["name"].after) == (
            "With ***",
            "With ***, at noon",
        )

    async def test_a_held_booking_names_fields_and_no_values(self, sandbox: Sandbox, feishu: Make) -> None:
        shown_next(sandbox, sandbox.booking("feishu", RESERVE), skip=1)
        shown_next(sandbox, sandbox.booking("feishu", RESERVE), skip=1)
        async with feishu(patience=Patience(attempts=1)) as client:
            with pytest.raises(Held) as held:
                await client.update_booking(RESERVE, {"meeting_settings": {"password": "135790"}})
        assert [value for value in ("135790", "971024") if value in str(held.value)] == []

"""docs/vendors/feishu.md, "Renewal": the rule, and whose clock it goes by."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_booking.bookings import InvalidInput, Reason
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.feishu.client import FeishuClient
from airflow_provider_booking.vendors.feishu.planning import FeishuPlanning
from airflow_provider_booking.vendors.feishu.renewal import LONGEST_LIFE, MARGIN, parse_renewing, renewed
from airflow_provider_booking.vendors.verbs import Asked, Renewing

SAMPLE = "6911188411932033028"
OWN = "6970000000000000001"
NOW = datetime(2027, 3, 1, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
USUAL = Renewing(renew_within=20 * DAY, extend_to=29 * DAY)

lives = st.timedeltas(min_value=SECOND, max_value=DAY) | st.timedeltas(min_value=DAY, max_value=40 * DAY)
untils = st.timedeltas(min_value=-DAY, max_value=60 * DAY)
for_ever_or_until = st.none() | untils


@st.composite
def renewings(draw: st.DrawFn, untils: st.SearchStrategy[timedelta | None] = for_ever_or_until) -> Renewing:
    """Draw what a user may ask for."""
    extend_to = draw(st.timedeltas(min_value=timedelta(minutes=1), max_value=LONGEST_LIFE))
    furthest = min(extend_to, LONGEST_LIFE - MARGIN)
    within = draw(st.timedeltas(min_value=SECOND, max_value=furthest - SECOND))
    until = draw(untils)
    return parse_renewing(within, extend_to, None if until is None else NOW + until)


def reserve(left: timedelta, status: int = 1) -> dict[str, Any]:
    """Make the record of a reserve that has so much left."""
    return {"end_time": str(int((NOW + left).timestamp())), "expire_status": status}


def seed(sandbox: Sandbox, left: timedelta) -> None:
    """Make a reserve that has so much left by the vendor's clock."""
    sandbox.seed("feishu", bookings=[{"id": OWN, "end_time": f"{sandbox.now() + left.total_seconds():.0f}"}])


def end_of(record: dict[str, Any]) -> datetime:
    return datetime.fromtimestamp(int(record["end_time"]), UTC)


def target_of(asked: Asked) -> datetime:
    return end_of(dict(asked.changes))


def until(time: datetime) -> Renewing:
    return parse_renewing(20 * DAY, 29 * DAY, time)


class TestWhenAReserveIsDue:
    def test_it_is_where_less_than_renew_within_is_left(self) -> None:
        assert target_of(renewed(USUAL, reserve(20 * DAY - SECOND), NOW)) == NOW + 29 * DAY

    @pytest.mark.parametrize("left", [20 * DAY, 21 * DAY, 35 * DAY], ids=str)
    def test_it_is_not_where_as_much_or_more_is_left(self, left: timedelta) -> None:
        asked = renewed(USUAL, reserve(left), NOW)
        assert asked.changes == {}
        assert asked.remark.startswith("not due yet: it lives until 2027-")

    def test_what_is_left_alone_shows_how_long_it_lives(self) -> None:
        record = reserve(21 * DAY)
        assert renewed(USUAL, record, NOW).seen == {"end_time": record["end_time"]}

    def test_a_status_of_0_proves_nothing(self) -> None:
        assert target_of(renewed(USUAL, reserve(DAY, status=0), NOW)) == NOW + 29 * DAY


class TestWhatIsAskedFor:
    @given(renewing=renewings(), left=lives)
    def test_is_end_time_and_nothing_else(self, renewing: Renewing, left: timedelta) -> None:
        asked = renewed(renewing, reserve(left), NOW)
        assert asked.changes.keys() in ({"end_time"}, set())
        assert (asked.options, bool(asked.remark)) == ({}, not asked.changes)

    @given(renewing=renewings(), left=lives)
    def test_never_makes_a_reserve_live_shorter(self, renewing: Renewing, left: timedelta) -> None:
        asked = renewed(renewing, reserve(left), NOW)
        assert not asked.changes or target_of(asked) > end_of(reserve(left))

    @given(renewing=renewings(), left=lives)
    def test_is_never_further_ahead_than_asked_for_and_allowed(
        self, renewing: Renewing, left: timedelta
    ) -> None:
        asked = renewed(renewing, reserve(left), NOW)
        furthest = min(renewing.extend_to, LONGEST_LIFE - MARGIN)
        assert not asked.changes or target_of(asked) <= NOW + furthest

    @given(renewing=renewings(untils), left=lives)
    def test_is_never_later_than_until(self, renewing: Renewing, left: timedelta) -> None:
        asked = renewed(renewing, reserve(left), NOW)
        assert not asked.changes or target_of(asked) <= (renewing.until or NOW)

    @given(renewing=renewings(), left=lives)
    def test_leaves_nothing_to_ask_for(self, renewing: Renewing, left: timedelta) -> None:
        asked = renewed(renewing, reserve(left), NOW)
        assert renewed(renewing, reserve(left) | dict(asked.changes), NOW).changes == {}

    def test_is_nothing_where_a_reserve_that_is_due_lives_longer_already(self) -> None:
        odd = Renewing(renew_within=20 * DAY, extend_to=5 * DAY)
        asked = renewed(odd, reserve(10 * DAY), NOW)
        assert (asked.changes, asked.remark[:29]) == ({}, "it lives until 2027-03-11 09:")

    def test_stays_a_margin_below_the_longest_life(self) -> None:
        asked = renewed(parse_renewing(20 * DAY, 30 * DAY), reserve(DAY), NOW)
        assert target_of(asked) == NOW + 30 * DAY - MARGIN

    def test_is_in_whole_seconds_rounded_down(self) -> None:
        now = NOW + timedelta(milliseconds=900)
        assert target_of(renewed(USUAL, reserve(DAY), now)) == NOW + 29 * DAY


class TestAnExpiredReserve:
    @pytest.mark.parametrize(
        "record",
        [reserve(timedelta(0)), reserve(-DAY), reserve(DAY, status=2)],
        ids=["now", "before", "says so"],
    )
    def test_is_lost(self, record: dict[str, Any]) -> None:
        with pytest.raises(InvalidInput, match="apply for a new reserve") as raised:
            renewed(USUAL, record, NOW)
        assert raised.value.reason == Reason.EXPIRED

    def test_is_lost_where_it_was_to_be_kept_for_longer(self) -> None:
        with pytest.raises(InvalidInput, match="expired at 2027-02-28 09:30:00Z"):
            renewed(until(NOW + DAY), reserve(-DAY), NOW)


class TestUntil:
    def test_is_where_the_last_renewal_ends(self) -> None:
        assert target_of(renewed(until(NOW + 5 * DAY), reserve(DAY), NOW)) == NOW + 5 * DAY

    def test_counts_in_whole_seconds(self) -> None:
        half = timedelta(milliseconds=500)
        asked = renewed(until(NOW + 5 * DAY + half), reserve(5 * DAY), NOW)
        assert asked.remark == "kept until 2027-03-06 09:30:00Z, as asked"

    @pytest.mark.parametrize("left", [5 * DAY, 6 * DAY], ids=str)
    def test_ends_it_where_a_reserve_lives_as_long(self, left: timedelta) -> None:
        asked = renewed(until(NOW + 5 * DAY), reserve(left), NOW)
        assert (asked.changes, asked.remark) == ({}, "kept until 2027-03-06 09:30:00Z, as asked")

    @pytest.mark.parametrize("left", [timedelta(0), DAY], ids=str)
    def test_ends_it_where_it_has_come(self, left: timedelta) -> None:
        asked = renewed(until(NOW), reserve(left), NOW)
        assert (asked.changes, asked.warnings) == ({}, ())
        assert asked.remark == "no longer kept alive: that was asked for until 2027-03-01 09:30:00Z"

    def test_that_has_passed_makes_an_expired_reserve_no_loss(self) -> None:
        asked = renewed(until(NOW - DAY), reserve(-DAY, status=2), NOW)
        assert (asked.changes, asked.warnings) == ({}, ())

    def test_that_has_passed_does_not_hide_that_a_reserve_died_before(self) -> None:
        asked = renewed(until(NOW - DAY), reserve(-2 * DAY, status=2), NOW)
        assert asked.warnings == ("it expired at 2027-02-27 09:30:00Z, before that",)

    def test_is_the_same_moment_in_any_zone(self) -> None:
        tokyo = (NOW + 5 * DAY).astimezone(timezone(timedelta(hours=9)))
        assert target_of(renewed(until(tokyo), reserve(DAY), NOW)) == NOW + 5 * DAY


class TestWhatAUserAsksFor:
    @pytest.mark.parametrize("given_", ["2027-04-01T00:00:00+09:00", datetime(2027, 3, 31, 15, tzinfo=UTC)])
    def test_until_is_a_time_with_an_offset(self, given_: Any) -> None:
        assert parse_renewing(DAY, 2 * DAY, given_).until == datetime(2027, 3, 31, 15, tzinfo=UTC)

    @pytest.mark.parametrize("given_", [None, ""])
    def test_no_until_is_for_ever(self, given_: Any) -> None:
        assert parse_renewing(DAY, 2 * DAY, given_).until is None

    @pytest.mark.parametrize(
        ("within", "to", "end", "problem"),
        [
            (20, 29 * DAY, None, "renew_within is a int"),
            (20 * DAY, "P29D", None, "extend_to is a str"),
            (timedelta(0), 29 * DAY, None, "renew_within is 0:00:00"),
            (20 * DAY, -DAY, None, "extend_to is -1 day"),
            (20 * DAY, 30 * DAY + SECOND, None, "extend_to is 30 days, 0:00:01"),
            (29 * DAY, 29 * DAY, None, "renew_within is not shorter than extend_to"),
            (30 * DAY - MARGIN, 30 * DAY, None, "renew_within is not shorter than extend_to"),
            (20 * DAY, 29 * DAY, "2027-04-01T00:00:00", "until has no time zone"),
            (20 * DAY, 29 * DAY, "soon", "until is not a time"),
            (20 * DAY, 29 * DAY, 7, "until is not a time"),
        ],
    )
    def test_is_refused_in_one_sentence_where_it_is_wrong(
        self, within: Any, to: Any, end: Any, problem: str
    ) -> None:
        with pytest.raises(InvalidInput, match=problem):
            parse_renewing(within, to, end)

    def test_a_reserve_that_shows_no_end_is_refused(self) -> None:
        with pytest.raises(InvalidInput, match="does not show when it expires"):
            renewed(USUAL, {"end_time": None}, NOW)


class TestTheVendorsClock:
    async def test_is_ours_before_the_first_answer(self, feishu: FeishuClient) -> None:
        assert abs(feishu.vendor_now() - datetime.now(UTC)) < timedelta(minutes=1)

    async def test_is_what_the_last_answer_told(self, sandbox: Sandbox, feishu: FeishuClient) -> None:
        await feishu.get_reserve(SAMPLE)
        told = sandbox.advance(3 * DAY.total_seconds())
        await feishu.get_reserve(SAMPLE)
        assert abs(feishu.vendor_now().timestamp() - told) < 60

    async def test_says_what_is_due(self, sandbox: Sandbox, feishu: FeishuClient) -> None:
        seed(sandbox, 25 * DAY)
        due = []
        for days in (0, 6):
            sandbox.advance(days * DAY.total_seconds())
            booking = await feishu.get_booking(OWN)
            due.append(bool(FeishuPlanning(feishu).renewing(USUAL, booking.raw).changes))
        assert due == [False, True]

    async def test_says_what_the_furthest_end_is(self, sandbox: Sandbox, feishu: FeishuClient) -> None:
        sandbox.advance(3 * DAY.total_seconds())
        seed(sandbox, DAY)
        longest = parse_renewing(20 * DAY, 30 * DAY)
        booking = await feishu.get_booking(OWN)
        await feishu.update_booking(OWN, FeishuPlanning(feishu).renewing(longest, booking.raw).changes)
        ends = int(sandbox.booking("feishu", OWN)["end_time"])
        assert 0 <= sandbox.now() + (LONGEST_LIFE - MARGIN).total_seconds() - ends < 60

"""Wall clocks of every zone around every change of its clock, judged by looking at the clock itself.

The judge knows nothing of gaps and folds: it goes through the moments that may be meant, and looks what the
clock of the zone shows at each.
"""

from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import assume, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from airflow_provider_booking.bookings import InvalidInput, Reason
from airflow_provider_booking.change_sets.wall_time import OnDst, moment_on, shifted
from airflow_provider_booking.vendors.zoho.wall_clock import check_happens_once

SECOND, HOUR, FORTNIGHT = timedelta(seconds=1), timedelta(hours=1), timedelta(days=14)
ZONES = st.sampled_from(sorted(available_timezones() - {"localtime"}))
YEARS = st.integers(1990, 2099)
WALLS = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1))  # noqa: DTZ001  (a wall clock)
Clock = tuple[datetime, ZoneInfo]


@cache
def changes_of(name: str, year: int) -> tuple[datetime, ...]:
    """Give the moments, to the second, at which the clock of a zone is changed in a year."""
    zone, at = ZoneInfo(name), datetime(year, 1, 1, tzinfo=UTC)
    found = []
    while at.year == year:
        after = at + FORTNIGHT
        if _offset(at, zone) != _offset(after, zone):
            found.append(_first_with_other_offset(at, after, zone))
        at = after
    return tuple(found)


def _first_with_other_offset(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    while after - before > SECOND:
        middle = before + timedelta(seconds=(after - before).total_seconds() // 2)
        if _offset(middle, zone) == _offset(before, zone):
            before = middle
        else:
            after = middle
    return after


def _offset(at: datetime, zone: ZoneInfo) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta(0)


def shows(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None, fold=0)


def moments_showing(wall: datetime, zone: ZoneInfo) -> list[datetime]:
    """Give every moment at which the clock shows this: none in a gap, two in a fold."""
    as_utc = wall.replace(tzinfo=UTC)
    offsets = {_offset(as_utc + HOUR * hours, zone) for hours in range(-40, 41)}
    return sorted(at for at in {as_utc - offset for offset in offsets} if shows(at, zone) == wall)


def forward(zone_and_year: tuple[str, int]) -> list[datetime]:
    """Give the moments at which the clock of a zone goes forward in a year."""
    zone = ZoneInfo(zone_and_year[0])
    return [at for at in changes_of(*zone_and_year) if _offset(at, zone) > _offset(at - SECOND, zone)]


@st.composite
def clocks(draw: st.DrawFn) -> Clock:
    """Draw what a clock may show: anything, or something about a change of that clock."""
    name, year = draw(ZONES), draw(YEARS)
    changes = changes_of(name, year)
    about_a_change: bool = draw(st.booleans())
    if changes and about_a_change:
        return shows(draw(st.sampled_from(changes)), ZoneInfo(name)) + draw(NEAR), ZoneInfo(name)
    return draw(WALLS), ZoneInfo(name)


@st.composite
def gaps(draw: st.DrawFn) -> tuple[datetime, ZoneInfo, timedelta]:
    """Draw what a clock never shows, and how much it leaves out there."""
    zone_and_year = draw(st.tuples(ZONES, YEARS).filter(forward))
    zone, change = ZoneInfo(zone_and_year[0]), draw(st.sampled_from(forward(zone_and_year)))
    left_out = _offset(change, zone) - _offset(change - SECOND, zone)
    into = draw(st.integers(1, int(left_out.total_seconds())))
    return shows(change, zone) - SECOND * into, zone, left_out


NEAR = st.integers(-3 * 3600, 3 * 3600).map(lambda seconds: SECOND * seconds) | st.sampled_from(
    [timedelta(0), -SECOND, timedelta(microseconds=-1), -HOUR, HOUR, -HOUR / 2, timedelta(days=-1)]
)
SHIFTS = st.builds(
    lambda number, unit: number * unit,
    st.integers(-800, 800).filter(bool),
    st.sampled_from([timedelta(days=1), HOUR, timedelta(minutes=1)]),
)
many = examples(max_examples=200, deadline=None)


def outcome(wall: datetime, zone: ZoneInfo, on_dst: OnDst = OnDst.REFUSE) -> datetime | Reason:
    try:
        return moment_on(wall, zone, on_dst, field="start")
    except InvalidInput as refused:
        return refused.reason


def judged(wall: datetime, zone: ZoneInfo) -> datetime | Reason:
    found = moments_showing(wall, zone)
    return found[0] if len(found) == 1 else Reason.TIME_FOLD if found else Reason.TIME_GAP


@many
@given(clocks())
def test_a_wall_clock_is_the_one_moment_that_shows_it_and_else_a_gap_or_a_fold(clock: Clock) -> None:
    assert outcome(*clock) == judged(*clock)


@many
@given(clocks())
def test_what_the_clock_shows_is_its_first_moment_or_its_last_as_is_asked(clock: Clock) -> None:
    found = moments_showing(*clock)
    assume(found)
    assert (outcome(*clock, OnDst.EARLIER), outcome(*clock, OnDst.LATER)) == (found[0], found[-1])


@many
@given(gaps())
def test_in_a_gap_earlier_and_later_lie_about_it_as_far_apart_as_the_clock_goes_forward(
    gap: tuple[datetime, ZoneInfo, timedelta],
) -> None:
    wall, zone, left_out = gap
    assert outcome(wall, zone) == Reason.TIME_GAP
    earlier, later = (outcome(wall, zone, policy) for policy in (OnDst.EARLIER, OnDst.LATER))
    assert isinstance(earlier, datetime)
    assert isinstance(later, datetime)
    assert later - earlier == left_out
    assert shows(earlier, zone) < wall < shows(later, zone)


@many
@given(clocks(), SHIFTS, st.sampled_from(OnDst))
def test_a_shift_moves_what_the_clock_shows_from_each_moment_and_never_silently(
    clock: Clock, by: timedelta, on_dst: OnDst
) -> None:
    wall, zone = clock
    for at in moments_showing(wall, zone):
        try:
            moved: datetime | Reason = shifted(at, by, zone, on_dst, field="start")
        except InvalidInput as refused:
            moved = refused.reason
        assert moved == outcome(wall + by, zone, on_dst)


@many
@given(clocks())
def test_zoho_is_sent_no_wall_clock_but_one_that_names_one_moment(clock: Clock) -> None:
    wall, zone = clock[0].replace(microsecond=0), clock[1]
    found = judged(wall, zone)
    reason = found if isinstance(found, Reason) else None
    assert _refusal_at_zoho(wall, zone) == reason


def _refusal_at_zoho(wall: datetime, zone: ZoneInfo) -> Reason | None:
    try:
        check_happens_once(wall, zone, "dateandtime.start")
    except InvalidInput as refused:
        return refused.reason
    return None

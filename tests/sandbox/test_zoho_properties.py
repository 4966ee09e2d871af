"""What holds for any Zoho booking and any update of it."""

from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_booking.sandbox.zoho import rooms, seeds
from airflow_provider_booking.sandbox.zoho.bookings import Booking, changed, edited, merged
from airflow_provider_booking.sandbox.zoho.calendar import months_after
from airflow_provider_booking.sandbox.zoho.content import Content, Member, Times
from airflow_provider_booking.sandbox.zoho.diary import Diary
from airflow_provider_booking.sandbox.zoho.directory import CAL1
from airflow_provider_booking.sandbox.zoho.recurrence import Repeat
from airflow_provider_booking.sandbox.zoho.rules import BookingData, Guest

DAYS = st.dates(date(2020, 1, 1), date(2090, 12, 31))
ZIDS = st.integers(1, 6)
MEMBERS = st.lists(
    st.builds(Member, zid=ZIDS, email=st.just("a@example.com"), permission=st.integers(0, 3)),
    unique_by=lambda member: member.zid,
).map(tuple)
GUESTS = st.lists(
    st.builds(
        Guest,
        zid=ZIDS,
        email=st.just("b@example.com"),
        permission=st.integers(0, 3),
        is_deleted=st.booleans(),
    ),
    unique_by=lambda guest: guest.zid,
).map(tuple)
NINE = datetime(2026, 7, 1, 9)  # noqa: DTZ001 - a local time; its zone stands beside it
TIMES = st.builds(
    lambda hours, minutes, zone: Times(
        NINE + timedelta(hours=hours), NINE + timedelta(hours=hours, minutes=minutes), zone
    ),
    st.integers(-48, 48),
    st.integers(5, 300),
    st.sampled_from(["Asia/Kolkata", "Europe/Berlin"]),
)
CONTENTS = st.builds(
    Content,
    title=st.text("ab", min_size=1),
    times=TIMES,
    resources=st.just((("1", 0),)),
    description=st.text("ab"),
    is_private=st.booleans(),
    attendees=MEMBERS,
    groups=MEMBERS,
)
UPDATES = st.builds(
    BookingData,
    title=st.text("cd", min_size=1),
    times=TIMES,
    resources=st.just((("2", 0),)),
    description=st.none() | st.text("cd"),
    is_private=st.none() | st.booleans(),
    repeat=st.none(),
    attendees=GUESTS,
    groups=GUESTS,
    notify=st.integers(0, 2),
    edit_type=st.just("all"),
    recurrence_id=st.none(),
)
WEEKLY = Repeat("weekly", 1, NINE.date() + timedelta(weeks=9))


def never(_room_id: str) -> bool:
    return False


@given(MEMBERS, GUESTS)
def test_people_who_are_not_named_stay_as_they_are(
    stored: tuple[Member, ...], sent: tuple[Guest, ...]
) -> None:
    named = {guest.zid for guest in sent}
    after = merged(stored, sent, notify_status=1)
    assert [one for one in after if one.zid not in named] == [one for one in stored if one.zid not in named]


@given(MEMBERS, GUESTS)
def test_people_who_are_named_are_there_unless_they_are_deleted(
    stored: tuple[Member, ...], sent: tuple[Guest, ...]
) -> None:
    after = {one.zid: one.permission for one in merged(stored, sent, notify_status=1)}
    assert {guest.zid: after.get(guest.zid) for guest in sent} == {
        guest.zid: None if guest.is_deleted else guest.permission for guest in sent
    }


@given(CONTENTS, UPDATES)
def test_an_update_keeps_what_it_leaves_out_and_sets_what_it_holds(
    content: Content, data: BookingData
) -> None:
    after = changed(content, data, data.times.start - content.times.start, never)
    assert (after.title, after.times, after.resources) == (data.title, data.times, data.resources)
    assert after.description == (content.description if data.description is None else data.description)
    assert after.is_private == (content.is_private if data.is_private is None else data.is_private)


@given(CONTENTS, UPDATES)
def test_the_same_update_twice_is_the_same_as_once(content: Content, data: BookingData) -> None:
    booking = Booking("1", "uid", CAL1, content)
    once = edited(booking, data, never)
    assert edited(once, data, never) == once


@given(st.integers(-500, 500), st.integers(0, 8), st.sampled_from(["only", "following"]))
def test_every_occurrence_moves_by_the_whole_shift_or_not_at_all(
    minutes: int, position: int, edit_type: str
) -> None:
    content = Content("x", Times(NINE, NINE + timedelta(hours=1), "Europe/Berlin"), (("1", 0),))
    booking = Booking("1", "uid", CAL1, content, WEEKLY)
    ids = [one for one in booking.occurrences if one is not None]
    shift = timedelta(minutes=minutes)
    named = booking.occurrences[ids[position]].times
    data = BookingData(
        title="x",
        times=named.starting(named.start + shift),
        resources=content.resources,
        description=None,
        is_private=None,
        repeat=None,
        attendees=(),
        groups=(),
        notify=0,
        edit_type=edit_type,
        recurrence_id=ids[position],
    )
    after = edited(booking, data, never)
    moves = [after.occurrences[one].times.start - booking.occurrences[one].times.start for one in ids]
    changed_from = position if edit_type == "only" else position + 1
    changed_to = position + 1 if edit_type == "only" else len(ids)
    assert moves == [
        shift if changed_from <= place < changed_to else timedelta(0) for place in range(len(ids))
    ]


@given(DAYS, st.integers(0, 2**32), st.integers(-13 * 24 * 60, 13 * 24 * 60))
def test_made_up_bookings_can_all_be_moved_by_up_to_13_days_one_after_the_other(
    today: date, seed: int, minutes: int
) -> None:
    diary, last = Diary(), months_after(today, 3)
    made = [seeds.generated(number, seed, today) for number in range(1, 12)]
    for booking in (*seeds.standing(today), *made):
        assert diary.has_room_for(booking, booking.occurrences)
        diary.enter(booking)
    for booking in made:
        times = booking.content.times
        content = booking.content.starting(times.start + timedelta(minutes=minutes))
        moved = Booking(booking.booking_id, booking.uid, booking.organizer, content)
        assert diary.has_room_for(moved, moved.occurrences)
        assert moved.content.times.end.date() <= last
        diary.enter(moved)


@given(DAYS, st.integers(0, 2**32))
def test_made_up_bookings_can_all_be_moved_onto_one_date(today: date, seed: int) -> None:
    diary = Diary()
    for number in range(1, 12):
        made = seeds.generated(number, seed, today)
        start = datetime.combine(today + timedelta(days=30), made.content.times.start.time())
        moved = Booking(made.booking_id, made.uid, made.organizer, made.content.starting(start))
        assert diary.has_room_for(moved, moved.occurrences)
        diary.enter(moved)


@given(DAYS)
def test_every_standing_booking_is_within_the_configured_months(today: date) -> None:
    last = months_after(today, 3)
    for booking in seeds.standing(today):
        assert booking.occurrences
        assert all(content.times.end.date() <= last for content in booking.occurrences.values())
        assert booking.repeat is None or booking.repeat.until <= last


@given(DAYS, st.integers(1, 12))
def test_months_later_is_the_same_day_or_the_last_of_its_month(today: date, months: int) -> None:
    later = months_after(today, months)
    assert (later.year * 12 + later.month) - (today.year * 12 + today.month) == months
    assert later.day == today.day or (later.day < today.day and (later + timedelta(days=1)).day == 1)


def test_every_made_up_room_has_another_name() -> None:
    names = {room.auto_gen_name for room in (*rooms.standing(), *map(rooms.generated, range(1, 500)))}
    assert len(names) == 502

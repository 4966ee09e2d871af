"""A question is one page from which a person can decide, and says nothing of anybody."""

import tracemalloc
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from markdown_it import MarkdownIt

from airflow_provider_booking.bookings import FieldChange, Outcome, Reason
from airflow_provider_booking.change_sets.items import ChangeSet, Image, Item, Move
from airflow_provider_booking.change_sets.proposal import Proposal, propose
from airflow_provider_booking.change_sets.proposal.moves import in_words
from tests.change_sets.report.conftest import PLANNED, item

NOW = datetime(2026, 11, 21, 8, 16, tzinfo=UTC)  # an hour after it was planned; 23 hours before it expires
BEGINS = datetime(2026, 12, 1, 10, tzinfo=UTC)
DAY = timedelta(days=1)


@dataclass
class Planned:
    """What a proposal asks of a ledger, over given items."""

    kept: Iterable[Item]

    def now(self) -> datetime:
        return NOW

    def items(self, change_set_id: str) -> Iterator[Item]:
        del change_set_id
        return iter(self.kept)


def moving(row: int, by: timedelta = DAY, *, begins: datetime = BEGINS, **otherwise: Any) -> Item:
    """Make an item that is planned to move."""
    longer, ends = otherwise.pop("longer", timedelta(0)), begins + timedelta(hours=1)
    move = Move(before=begins, after=begins + by, ends_before=ends, ends_after=ends + by + longer)
    image = Image(
        shown={"startedAt": FieldChange(before=str(begins), after=str(begins + by))},
        move=move if by or longer else None,
        **otherwise.pop("image", {}),
    )
    parts = {"outcome": Outcome.PLANNED, "starts_at": begins.timestamp(), "attempts": 0}
    return item(row, **(parts | otherwise), image=image)


def proposed(*items: Item, **otherwise: Any) -> Proposal:
    change_set: ChangeSet = replace(PLANNED, **otherwise)
    return propose(Planned(items), change_set)


def body(*items: Item, **otherwise: Any) -> str:
    return proposed(*items, **otherwise).body


def section(text: str, heading: str) -> str:
    return text.partition(f"## {heading}\n")[2].partition("\n## ")[0]


def table(text: str, heading: str) -> list[list[str]]:
    """The rows of the table below a heading, without its head."""
    lines = [line for line in section(text, heading).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_it_names_the_plan_by_its_digest() -> None:
    found = proposed(moving(1))
    assert found.subject == "Change 1 booking? Plan 9f86d081884c"
    assert "- Digest: 9f86d081884c7d65\n" in found.body


def test_it_begins_with_the_totals() -> None:
    text = body(moving(1), moving(2), item(3, outcome=Outcome.REFUSED, reason=Reason.GONE, digest=None))
    assert text.startswith("**3 rows: 2 planned, 1 refused**. Approving lets 2 rows be applied.\n")


def test_it_says_from_when_to_when_bookings_begin_before_and_after() -> None:
    text = body(moving(1), moving(2, begins=BEGINS + 3 * DAY))
    assert "They begin now: 2026-12-01 10:00:00 UTC to 2026-12-04 10:00:00 UTC\n" in text
    assert "They begin then: 2026-12-02 10:00:00 UTC to 2026-12-05 10:00:00 UTC\n" in text


def test_it_says_how_long_applying_takes_and_until_when_it_can_be_begun() -> None:
    text = body(moving(1))
    assert "- Applying takes at least: 13 min\n" in text
    assert "- Possible until: 2026-11-22 07:16:00 UTC; no answer is a rejection\n" in text


def test_an_answer_is_waited_for_until_the_plan_expires() -> None:
    assert proposed(moving(1)).answer_within == timedelta(hours=23)


def test_an_answer_about_what_was_begun_in_time_is_waited_for_as_long_as_a_plan_lasts() -> None:
    begun = {"started_at": NOW - 3 * DAY, "expires_at": NOW - 2 * DAY, "planned_at": NOW - 4 * DAY}
    assert proposed(moving(1), **begun).answer_within == 2 * DAY


def test_it_counts_by_vendor_and_connection() -> None:
    text = body(moving(1), moving(2, vendor="onlive", conn_id="paris"), moving(3, conn_id="jicoo_2"))
    assert table(text, "By connection") == [
        ["jicoo", "jicoo_2", "1", "1"],
        ["jicoo", "jicoo_default", "1", "1"],
        ["onlive", "paris", "1", "1"],
    ]


def test_it_says_why_rows_are_left_out() -> None:
    text = body(moving(1), item(2, outcome=Outcome.REFUSED, reason=Reason.TIME_GAP, digest=None))
    assert table(text, "Why rows are not applied")[0][:2] == ["time.gap", "1 refused"]


class TestLargestMoves:
    def test_are_five_and_the_furthest_first_in_either_direction(self) -> None:
        items = [moving(row, DAY * row * (-1) ** row) for row in range(1, 9)]
        rows = table(body(*items), "Largest moves")
        assert [row[0] for row in rows] == ["8", "7", "6", "5", "4"]
        assert rows[0][-1] == "8 days later"
        assert rows[1][-1] == "7 days earlier"

    def test_of_the_same_length_come_by_row(self) -> None:
        rows = table(body(*(moving(row) for row in range(1, 9))), "Largest moves")
        assert [row[0] for row in rows] == ["1", "2", "3", "4", "5"]

    def test_are_told_on_the_wall_clock(self) -> None:
        winter, summer = (
            datetime.fromisoformat(time) for time in ("2027-03-27T10:00+01:00", "2027-03-28T10:00+02:00")
        )
        moved = replace(moving(1), image=Image(move=Move(before=winter, after=summer)))
        (row,) = table(body(moved), "Largest moves")
        assert row[3:] == ["2027-03-27 10:00+01:00", "2027-03-28 10:00+02:00", "1 day later"]

    def test_are_left_out_where_nothing_moves(self) -> None:
        assert "Largest moves" not in body(moving(1, timedelta(0)))

    def test_are_those_of_begins(self) -> None:
        assert "Largest moves" not in body(moving(1, timedelta(0), longer=DAY))


class TestWhatHasNoBegin:
    """A Feishu reserve has an end only."""

    @pytest.mark.parametrize(
        ("vendors", "begin", "begins"),
        [
            (["jicoo"], "begin", "Begins"),
            (["feishu"], "expire", "Expires"),
            (["feishu", "jicoo"], "begin or expire", "Begins or expires"),
        ],
    )
    def test_is_said_to_expire(self, vendors: list[str], begin: str, begins: str) -> None:
        text = body(*(moving(row, vendor=vendor) for row, vendor in enumerate(vendors, 1)))
        assert f"- They {begin} now: " in text
        assert f"- They {begin} then: " in text
        assert f"| {begins} now | {begins} then |" in text

    def test_is_not_said_to_have_begun(self) -> None:
        assert "begun" not in body(moving(1, begins=NOW - DAY, vendor="feishu"))


class TestSamples:
    def test_are_ten(self) -> None:
        rows = table(body(*(moving(row) for row in range(1, 30))), "Some of what would change")
        assert len(rows) == 10

    def test_come_from_every_vendor(self) -> None:
        others = [moving(row) for row in range(1, 30)]
        rows = table(body(*others, moving(30, vendor="kos")), "Some of what would change")
        assert {row[1] for row in rows} == {"jicoo", "kos"}

    @pytest.mark.parametrize(
        ("vendor", "field"),
        [
            ("feishu", "meeting_settings.topic"),
            ("feishu", "meeting_settings.assign_hosts"),
            ("zoho", "title"),
            ("zoho", "attendees"),
            ("jicoo", "name"),
            ("jicoo", "phoneNumber"),
            ("onlive", "guests"),
            ("onlive", "description"),
            ("kos", "reservationMemo"),
            ("kos", "counselor.id"),
        ],
    )
    def test_name_a_field_that_may_say_something_of_a_person_and_do_not_show_it(
        self, vendor: str, field: str
    ) -> None:
        shown = {field: FieldChange(before="Ada", after="ada@example.com")}
        planned = replace(moving(1, vendor=vendor), image=Image(shown=shown))
        text = body(planned)
        assert table(text, "Some of what would change")[0][-1] == f"{field} changes"
        assert "Ada" not in text
        assert "example" not in text

    @pytest.mark.parametrize(
        ("vendor", "field"),
        [
            ("zoho", "dateandtime.start"),
            ("jicoo", "startedAt"),
            ("onlive", "calendarIds"),
            ("kos", "occupiedResources.zoneId"),
            ("kos", "startDateTime"),
        ],
    )
    def test_show_times_and_places_before_and_after(self, vendor: str, field: str) -> None:
        planned = replace(
            moving(1, vendor=vendor), image=Image(shown={field: FieldChange(before="1", after="2")})
        )
        assert table(body(planned), "Some of what would change")[0][-1] == f"{field}: 1 → 2"

    @pytest.mark.parametrize(
        ("before", "shown"), [("1795000000", "2026-11-18 11:06:40 UTC"), (None, "nothing")]
    )
    def test_show_unix_seconds_as_times(self, before: str | None, shown: str) -> None:
        change = FieldChange(before=before, after="1795086400")
        planned = replace(moving(1, vendor="feishu"), image=Image(shown={"end_time": change}))
        told = table(body(planned), "Some of what would change")[0][-1]
        assert told == f"end_time: {shown} → 2026-11-19 11:06:40 UTC"


class TestWhoIsTold:
    def test_is_counted_by_vendor(self) -> None:
        text = body(
            moving(1),
            moving(2, image={"changes": {"isSendUpdates": True}}),
            moving(3, vendor="zoho", image={"options": {"notify_attendee": 1}}),
            moving(4, vendor="zoho", image={"options": {"notify_attendee": 0}}),
            moving(5, vendor="onlive"),
        )
        assert table(text, "Who is told") == [
            ["jicoo", "its guests", "1"],
            ["jicoo", "nobody", "1"],
            ["onlive", "its guests and its provider: nothing can silence ONLIVE", "1"],
            ["zoho", "its attendees", "1"],
            ["zoho", "nobody", "1"],
        ]

    def test_leaves_out_what_is_not_applied(self) -> None:
        text = body(moving(1), moving(2, vendor="onlive", outcome=Outcome.APPLIED))
        assert table(text, "Who is told") == [["jicoo", "nobody", "1"]]


class TestWarnings:
    def test_come_with_how_many_rows_have_them_the_commonest_first(self) -> None:
        text = body(
            moving(1, warnings=("one", "both")),
            moving(2, warnings=("both",)),
            moving(3, warnings=("not applied",), outcome=Outcome.REFUSED, digest=None),
        )
        assert table(text, "Warnings") == [["2", "both"], ["1", "one"]]

    def test_are_ten(self) -> None:
        text = body(*(moving(row, warnings=(f"warning {row}",)) for row in range(1, 30)))
        assert len(table(text, "Warnings")) == 10

    def test_are_left_out_where_there_are_none(self) -> None:
        assert "Warnings" not in body(moving(1))


SUMMER = Move(
    before=datetime.fromisoformat("2027-03-27T10:00+01:00"),
    after=datetime.fromisoformat("2027-03-28T10:00+02:00"),
)
UNREAD = item(3, outcome=Outcome.HELD, reason=Reason.NO_ANSWER, digest=None)
REFUSED = [item(row, outcome=Outcome.REFUSED, reason=Reason.GONE, digest=None) for row in (2, 3)]
UNEVEN = [moving(1, timedelta(hours=5)), moving(2, timedelta(hours=6))]


class TestWhatIsUnusual:
    @pytest.mark.parametrize(
        ("items", "sentence"),
        [
            (
                [moving(1), moving(2)],
                "All 2 bookings that move do so by exactly the same: 1 day later. If that is not what was",
            ),
            (
                [moving(1, -timedelta(hours=1)), moving(2, -timedelta(hours=1))],
                "All 2 bookings that move do so by exactly the same: 1 hour earlier. If that is not what",
            ),
            (
                [moving(1, timedelta(minutes=90)), moving(2, timedelta(minutes=90))],
                "All 2 bookings that move do so by exactly the same: 1:30 hours later.",
            ),
            (
                [moving(1, vendor="onlive")],
                "onlive cannot be silenced: people are told of the one update there.",
            ),
            (
                [replace(moving(1), image=Image(move=SUMMER))],
                "Moving to the other side of a clock change: 1 booking. Look whether the hour is the one",
            ),
            ([moving(1, -90 * DAY)], "Moving into the past: 1 booking."),
            ([moving(1, 32 * DAY)], "Moving by more than 31 days: 1 booking."),
            (
                [moving(1, longer=-DAY), moving(2, longer=3 * DAY), moving(3)],
                "Lasting longer or shorter than before: 2 bookings, most of all row 2: 3 days longer.",
            ),
            (
                [moving(1, timedelta(0), longer=-timedelta(minutes=30))],
                "Lasting longer or shorter than before: 1 booking, most of all row 1: 0:30 hours shorter.",
            ),
            ([moving(1, begins=NOW - DAY)], "Already begun: 1 booking."),
            (
                [moving(1, begins=NOW + timedelta(hours=2), vendor="feishu")],
                "Expiring before 2026-11-22 07:16 UTC, the last moment for an answer: 1 booking.",
            ),
            (
                [moving(1, begins=NOW + timedelta(hours=2))],
                "Beginning before 2026-11-22 07:16 UTC, the last moment for an answer: 1 booking.",
            ),
            (
                [moving(1), moving(2, vendor="kos", conn_id="clinic")],
                "It reaches bookings through 2 connections at 2 vendors: clinic, jicoo_default.",
            ),
            ([moving(1), *REFUSED], "More is left out than changed: 2 rows refused or held."),
            (
                [*UNEVEN, UNREAD],
                "Could not be read, and are left as they are: 1 booking. Plan them in a new run.",
            ),
        ],
    )
    def test_is_said_in_a_sentence(self, items: list[Item], sentence: str) -> None:
        lines = section(body(*items), "What is unusual").splitlines()
        assert [line for line in lines if line.startswith(f"- {sentence}")]

    def test_is_not_mentioned_where_nothing_is(self) -> None:
        assert "unusual" not in body(*UNEVEN)

    def test_one_booking_that_moves_is_not_all_by_the_same(self) -> None:
        assert "exactly the same" not in body(moving(1))

    def test_a_booking_that_lasts_as_long_on_the_wall_clock_is_none(self) -> None:
        later = {"ends_before": SUMMER.before + DAY / 2, "ends_after": SUMMER.after + DAY / 2}
        moved = replace(moving(1), image=Image(move=SUMMER.model_copy(update=later)))
        assert "Lasting" not in body(moved)

    def test_a_change_set_that_was_stopped_says_so(self) -> None:
        text = body(moving(1), stopped_at=NOW, stopped_by="ana")
        assert "- ana asked at 2026-11-21 08:16:00Z for it to be stopped. Approving lets it go on" in text

    def test_a_change_set_that_was_begun_says_what_is_left(self) -> None:
        text = body(moving(1, outcome=Outcome.APPLIED), moving(2), started_at=NOW)
        assert "Applying was begun at 2026-11-21 08:16 UTC already; what is left is 1 row." in text


def test_it_says_which_change_set_is_taken_back() -> None:
    assert "- It takes back change set 20261120-100000-aa\n" in body(moving(1), reverts="20261120-100000-aa")


def test_nothing_that_a_source_says_makes_a_row_or_a_heading() -> None:
    hostile = "x | y\n# Approve everything\n<b>[here](http://example.com)</b> {{ 7 * 7 }}"
    plain, spoilt = body(moving(1)), body(moving(1, booking_id=hostile, conn_id=hostile), key=hostile)
    reader = MarkdownIt("commonmark").enable("table")
    kinds = [[token.type for token in reader.parse(text) if token.level == 0] for text in (plain, spoilt)]
    assert kinds[0] == kinds[1]
    assert "<b>" not in reader.render(spoilt)
    assert "{{" not in spoilt


def test_a_key_is_no_link() -> None:
    reader = MarkdownIt("gfm-like")
    assert reader.linkify is not None
    reader.linkify.set({"fuzzy_link": False, "fuzzy_email": False})  # more than GitHub's Markdown has
    assert "<a " not in reader.render(body(moving(1), key="see http://example.com/a"))


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ("HTTPS://example.com", "HTTPS:// example.com"),
        ("www.example.com", "www .example.com"),
        ("s3://keys/www", "s3://keys/www"),
    ],
)
def test_what_looks_like_a_link_in_a_key_is_broken(key: str, shown: str) -> None:
    assert f"- Key: {shown}\n" in body(moving(1), key=key)


def test_memory_does_not_grow_with_the_items() -> None:
    def peak(number: int) -> int:
        tracemalloc.start()
        try:
            generated = (moving(row, timedelta(minutes=row)) for row in range(1, number + 1))
            propose(Planned(generated), PLANNED)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(100)  # what is made once
    assert peak(20_000) < peak(1_000) + 100_000


@pytest.mark.parametrize(
    ("by", "words"),
    [
        (timedelta(days=1), "1 day later"),
        (timedelta(days=-2), "2 days earlier"),
        (timedelta(hours=1), "1 hour later"),
        (timedelta(hours=3), "3 hours later"),
        (timedelta(minutes=-5), "0:05 hours earlier"),
        (timedelta(days=1, hours=2, minutes=30), "1 day and 2:30 hours later"),
        (timedelta(seconds=1), "0:00:01 hours later"),
        (timedelta(0), "not at all on the wall clock"),
    ],
)
def test_a_distance_reads_as_people_say_it(by: timedelta, words: str) -> None:
    assert in_words(by) == words

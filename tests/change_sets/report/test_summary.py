"""A summary is one page that a tired person understands: what happened, what to do, where the rest is."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from markdown_it import MarkdownIt

from airflow_provider_booking.bookings import Outcome, Reason
from airflow_provider_booking.change_sets.items import Item, Kind, State
from airflow_provider_booking.change_sets.report import Books
from airflow_provider_booking.change_sets.report.markdown import escaped
from airflow_provider_booking.change_sets.report.words import MEANING, TELLING
from airflow_provider_booking.change_sets.report.writing import go_through
from airflow_provider_booking.vendors.planning import Notify
from tests.change_sets.report.conftest import CHANGE_SET_ID, PLANNED, BookedItems, item

Report = Callable[..., Books]
STARTED = replace(PLANNED, started_at=datetime(2026, 11, 21, 8, tzinfo=UTC))

APPLIED_SUMMARY = """\
# Change set 20261121-071500-3f9a2c

- Key: bulk_reschedule / manual__2026-11-21
- Digest: 9f86d081884c7d65
- Planned: 2026-11-21 07:16:00 UTC
- Begun to apply: 2026-11-21 08:00:00 UTC
- Notify: once, everybody concerned is told at most once, where the vendor tells people at all

**4 rows: 1 applied, 1 unchanged, 1 refused, 1 unknown**

The books balance: every row has exactly one outcome, and the counts add up.

1 row with warnings: see the column warnings.

All items: [items.csv](items.csv), [items.jsonl](items.jsonl), in URL

## What can be done next

- Applying again takes up 1 row. What is unknown is read back before anything is sent.
- Look at what is refused. When nothing is in the way any more, plan only these again, with the source \
`{"report": "20261121-071500-3f9a2c", "outcomes": ["refused"]}`.
- `airflow booking revert 20261121-071500-3f9a2c` takes back what was applied.

## By connection

| Vendor | Connection | applied | unchanged | refused | unknown | total |
|---|---|---:|---:|---:|---:|---:|
| jicoo | jicoo_default | 1 | 1 | 0 | 1 | 3 |
| kos | kos_default | 0 | 0 | 1 | 0 | 1 |

## Reasons

| Reason | Rows | What it means, and what to do |
|---|---|---|
| conflict.slot | 1 refused | The wanted time or place is taken: choose another one, or free it first. |
| net.timeout | 1 unknown | No usable answer came: run the task again. What is unknown is read back before \
anything is sent. |

## For a person to look at

| Row | Vendor | Booking | Outcome | Reason | Message |
|---:|---|---|---|---|---|
| 3 | jicoo | booking-3 | unknown | net.timeout | no answer |
| 2 | kos | 17 | refused | conflict.slot | taken by a\\|b |

## Warnings

| Rows | Warning |
|---:|---|
| 1 | one guest is unknown |

## What changed

| Row | Vendor | Booking | Before → after |
|---:|---|---|---|
| 1 | jicoo | booking-1 | name: Old → New; tags: \\["a"\\] → nothing |
"""


def test_of_an_applied_change_set_it_says_what_happened(report: Report) -> None:
    books = report(
        [
            item(
                1, shown={"name": ("Old", "New"), "tags": (["a"], None)}, warnings=("one guest is unknown",)
            ),
            item(
                2,
                vendor="kos",
                conn_id="kos_default",
                booking_id="17",
                outcome=Outcome.REFUSED,
                reason=Reason.SLOT_CONFLICT,
                message="taken by a|b",
            ),
            item(3, outcome=Outcome.UNKNOWN, reason=Reason.NO_ANSWER, message="no answer"),
            item(4, outcome=Outcome.UNCHANGED, shown={}),
        ],
        kept_set=STARTED,
    )
    assert books.summary == APPLIED_SUMMARY.replace("URL", escaped(books.url))


def test_of_a_plan_it_says_what_would_change_how_long_that_takes_and_until_when_it_may_begin(
    report: Report,
) -> None:
    text = report([item(1, outcome=Outcome.PLANNED), item(2, outcome=Outcome.UNCHANGED)]).summary
    assert "**2 rows: 1 planned, 1 unchanged**" in text
    assert "- Begun to apply: no; possible until 2026-11-22 07:16:00 UTC\n" in text
    assert "- Applying takes at least: 13 min\n" in text
    assert "## What would change" in text
    assert "Applying again" not in text


def test_of_a_plan_that_was_not_finished_it_says_so(report: Report) -> None:
    begun = replace(
        PLANNED, state=State.PLANNING, digest=None, eta_seconds=None, planned_at=None, expires_at=None
    )
    text = report([], kept_set=begun).summary
    assert "- Planned: not finished; begun 2026-11-21 07:15:00 UTC\n- Begun to apply: no\n- Notify" in text


def test_of_an_empty_change_set_it_says_that_there_is_nothing_to_do(report: Report) -> None:
    text = report([]).summary
    assert "**0 rows: there is nothing to do**" in text
    assert "\n## " not in text


def test_it_names_the_connection_that_it_is_narrowed_to(report: Report) -> None:
    text = report([item(1)], conn_id="jicoo_default").summary
    assert "- Connection: jicoo_default, this one only\n" in text


def test_rows_of_which_no_vendor_was_asked_stand_last(report: Report) -> None:
    text = report([item(1, vendor=None, conn_id="slip", outcome=Outcome.REFUSED), item(2)]).summary
    assert re.search(r"\| jicoo \| jicoo_default \|.*\n\| none asked \| – \| 0 \| 1 \| 1 \|\n", text)  # noqa: RUF001


def test_samples_are_ten_taken_from_all_vendors(report: Report) -> None:
    items = [*(item(row) for row in range(1, 31)), *(item(row, vendor="kos") for row in range(31, 34))]
    samples = report(items).summary.partition("## What changed")[2]
    assert re.findall(r"^\| (\d+) \| (\w+) ", samples, re.MULTILINE) == [
        *((str(row), "jicoo") for row in range(1, 8)),
        *((str(row), "kos") for row in range(31, 34)),
    ]


def test_samples_are_of_what_did_change_where_some_only_would(report: Report) -> None:
    text = report([item(1, outcome=Outcome.PLANNED), item(2)]).summary
    assert "## What changed" in text
    assert "## What would change" not in text


def test_the_first_twenty_for_a_person_begin_with_the_unknown_ones(report: Report) -> None:
    items: list[Item] = [
        *(item(row, outcome=Outcome.REFUSED, reason=Reason.INVALID_INPUT) for row in range(1, 31)),
        item(31, outcome=Outcome.HELD, reason=Reason.CHANGED_MEANWHILE),
        item(32, outcome=Outcome.UNKNOWN, reason=Reason.NO_ANSWER),
    ]
    needy = report(items).summary.partition("## For a person to look at")[2]
    rows = re.findall(r"^\| (\d+) ", needy, re.MULTILINE)
    assert rows == ["32", "31", *(str(row) for row in range(1, 19))]
    assert "And 12 more: see items.csv." in needy


def test_without_files_it_names_the_command_that_lists_the_rest() -> None:
    refused = [item(row, outcome=Outcome.REFUSED, reason=Reason.INVALID_INPUT) for row in range(1, 23)]
    books, _ = go_through(BookedItems(refused), CHANGE_SET_ID, lambda _: None)
    assert f"And 2 more: see `airflow booking report {CHANGE_SET_ID} --format csv`." in books.summary


def test_of_a_large_change_it_shows_the_beginning(report: Report) -> None:
    fields = {f"field{number}": ("a" * 100, {"b": "b" * 100}) for number in range(1, 8)}
    text = report([item(1, shown=fields)]).summary
    assert f"field1: {'a' * 59}… → {{" in text
    assert "field6" not in text
    assert "; and 2 more |" in text


@pytest.mark.parametrize(
    ("outcome", "reason", "counted"),
    [
        (Outcome.PLANNED, None, True),
        (Outcome.UNPROCESSED, Reason.STOPPED, True),
        (Outcome.UNKNOWN, None, True),
        (Outcome.HELD, Reason.THROTTLED, True),
        (Outcome.HELD, Reason.CHANGED_MEANWHILE, False),
        (Outcome.REFUSED, Reason.NO_ANSWER, False),
        (Outcome.APPLIED, None, False),
    ],
)
def test_it_says_how_many_another_apply_takes_up(
    report: Report, outcome: Outcome, reason: Reason | None, counted: bool
) -> None:
    text = report([item(1, outcome=outcome, reason=reason)], kept_set=STARTED).summary
    assert ("Applying again takes up 1 row." in text) is counted


@pytest.mark.parametrize(
    ("items", "named"),
    [
        ([item(1, outcome=Outcome.HELD, reason=Reason.CHANGED_MEANWHILE)], '["held"]'),
        ([item(1, outcome=Outcome.REFUSED, reason=Reason.NO_ANSWER)], '["refused"]'),
        (
            [item(1, outcome=Outcome.REFUSED), item(2, outcome=Outcome.HELD, reason=Reason.GONE)],
            '["held", "refused"]',
        ),
    ],
)
def test_it_names_the_source_that_asks_for_only_these_again(
    report: Report, items: list[Item], named: str
) -> None:
    text = report(items, kept_set=STARTED).summary
    assert f'`{{"report": "{CHANGE_SET_ID}", "outcomes": {named}}}`' in text


@pytest.mark.parametrize(
    ("items", "asked"),
    [
        ([item(1, outcome=Outcome.HELD, reason=Reason.THROTTLED)], {"kept_set": STARTED}),
        ([item(1, outcome=Outcome.UNCHANGED)], {"kept_set": STARTED}),
        ([item(1, outcome=Outcome.REFUSED)], {"kept_set": STARTED, "conn_id": "jicoo_default"}),
        ([item(1, outcome=Outcome.REFUSED)], {"kept_set": PLANNED}),
    ],
)
def test_it_names_none_where_another_apply_a_whole_report_or_a_first_apply_comes_first(
    report: Report, items: list[Item], asked: dict[str, Any]
) -> None:
    assert '{"report"' not in report(items, **asked).summary


@pytest.mark.parametrize(
    ("outcome", "named"), [(Outcome.APPLIED, True), (Outcome.REVERTED, False), (Outcome.UNCHANGED, False)]
)
def test_it_names_the_command_that_takes_back_what_was_applied(
    report: Report, outcome: Outcome, named: bool
) -> None:
    text = report([item(1, outcome=outcome)], kept_set=STARTED).summary
    assert (f"`airflow booking revert {CHANGE_SET_ID}`" in text) is named


def test_of_a_revert_it_says_what_it_takes_back_and_what_cannot_be_undone(report: Report) -> None:
    items = [
        item(1, warnings=("the password cannot be brought back",)),
        item(2, warnings=("guests were told", "the password cannot be brought back")),
        item(3),
    ]
    text = report(items, kept_set=replace(STARTED, kind=Kind.REVERT, reverts="20261120-1")).summary
    assert "- Kind: revert of change set 20261120-1\n" in text
    assert (
        "## What cannot be undone, and other warnings\n\n"
        "| Rows | Warning |\n|---:|---|\n"
        "| 2 | the password cannot be brought back |\n| 1 | guests were told |\n"
    ) in text


def test_of_a_revert_that_held_something_it_says_to_revert_again(report: Report) -> None:
    held = [item(1, outcome=Outcome.HELD, reason=Reason.CHANGED_MEANWHILE)]
    text = report(held, kept_set=replace(STARTED, kind=Kind.REVERT, reverts="20261120-1")).summary
    assert "`airflow booking revert 20261120-1` tries once more to take it back." in text
    assert '{"report"' not in text


def test_of_a_renewal_it_says_that_it_is_one(report: Report) -> None:
    text = report([item(1)], kept_set=replace(STARTED, kind=Kind.RENEWAL)).summary
    assert "- Kind: renewal\n" in text


def test_of_many_warnings_it_shows_the_ten_most_frequent(report: Report) -> None:
    items = [item(row, warnings=(f"warning {row % 20}",)) for row in range(1, 31)]
    warnings = report(items).summary.partition("## Warnings")[2]
    assert re.findall(r"^\| (\d) \| warning (\d+) ", warnings, re.MULTILINE) == [
        ("2", str(number)) for number in range(1, 11)
    ]


@pytest.mark.parametrize(
    ("count", "said"), [(1, "1 row had been applied and was"), (2, "2 rows had been applied and were")]
)
def test_it_says_how_many_were_taken_back_since(report: Report, count: int, said: str) -> None:
    items = [item(row, outcome=Outcome.REVERTED) for row in range(1, count + 1)]
    text = report(items, kept_set=STARTED).summary
    assert f"{said} taken back: the column message says by which change set." in text


def test_it_says_who_asked_for_it_to_be_stopped(report: Report) -> None:
    at = datetime(2026, 11, 21, 8, 1, tzinfo=UTC)
    text = report([], kept_set=replace(STARTED, stopped_at=at, stopped_by="m|ra")).summary
    assert "- Asked to stop: 2026-11-21 08:01:00 UTC, by m\\|ra\n" in text


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_one_sentence_that_says_what_to_do(reason: Reason) -> None:
    assert re.fullmatch(r"[A-Z][^:]+: .+\.", MEANING[reason])


@pytest.mark.parametrize("notify", Notify)
def test_it_says_who_is_told(report: Report, notify: Notify) -> None:
    text = report([], kept_set=replace(PLANNED, notify=notify)).summary
    assert f"- Notify: {notify}, {TELLING[notify]}\n" in text


def test_nothing_that_a_source_or_a_vendor_says_makes_a_row_or_a_heading(report: Report) -> None:
    hostile = "x |\n\n# Heading\n| `a` | <img src=x> ![i](http://127.0.0.1) {{ 7 * 7 }}"
    text = report(
        [
            item(1, shown={hostile: (hostile, hostile)}, booking_id=hostile),
            item(2, outcome=Outcome.REFUSED, message=hostile),
        ],
        kept_set=replace(PLANNED, key=hostile),
    ).summary
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    assert [token.type for token in tokens].count("heading_open") == 4
    assert [token.type for token in tokens].count("tr_open") == 6
    spans = Counter(span.type for token in tokens for span in token.children or ())
    assert {**spans} == {
        "text": spans["text"],
        "link_open": 2,
        "link_close": 2,
        "strong_open": 1,
        "strong_close": 1,
    }
    assert "{{" not in text

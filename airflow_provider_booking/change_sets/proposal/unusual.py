"""What a person should look at twice before agreeing: each in a sentence."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from airflow_provider_booking.bookings import Outcome
from airflow_provider_booking.change_sets.proposal.moves import FAR, in_words
from airflow_provider_booking.change_sets.report.figures import rows
from airflow_provider_booking.vendors.planning import Notify
from airflow_provider_booking.vendors.registry import planning_class

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from airflow_provider_booking.change_sets.items import ChangeSet
    from airflow_provider_booking.change_sets.proposal.survey import Survey

_NAMED = 5
"""So many connections are named."""
_LOOKS_LIKE: Mapping[timedelta, str] = {
    timedelta(days=1): "dates that were read in another time zone, or a list of another day",
    timedelta(hours=1): "a clock change that was forgotten, or an offset that is wrong by an hour",
}
"""What a slip looks like, by the distance that it makes."""


def unusual(survey: Survey, change_set: ChangeSet) -> list[str]:
    """The sentences; none where nothing is unusual."""
    return [sentence for look in _LOOKS for sentence in look(survey, change_set)]


def _all_by_the_same(survey: Survey, _: ChangeSet) -> Iterator[str]:
    moves = survey.moves
    if moves.count > 1 and len(moves.distances) == 1:
        (by,) = moves.distances
        sentence = f"All {moves.count} bookings that move do so by exactly the same: {in_words(by)}."
        if slip := _LOOKS_LIKE.get(abs(by)):
            sentence += f" If that is not what was asked for, it looks like {slip}."
        yield sentence


def _cannot_be_silenced(survey: Survey, _: ChangeSet) -> Iterator[str]:
    for vendor in sorted({vendor for vendor, _ in survey.connections}):
        if Notify.NONE not in planning_class(vendor).tellings:
            count = sum(count for (of, _), count in survey.connections.items() if of == vendor)
            yield f"{vendor} cannot be silenced: people are told of {_all_of(count, 'update')} there."


def _across_a_clock_change(survey: Survey, _: ChangeSet) -> Iterator[str]:
    if count := survey.moves.across_clock_change:
        yield (
            f"Moving to the other side of a clock change: {_bookings(count)}. Look whether the hour is the "
            "one that is meant there."
        )


def _begun(survey: Survey, _: ChangeSet) -> Iterator[str]:
    if count := survey.have_begun:
        yield f"Already begun: {_bookings(count)}."


def _begin_before_due(survey: Survey, _: ChangeSet) -> Iterator[str]:
    if count := survey.begin_before_due:
        yield (
            f"Beginning before {survey.due:%Y-%m-%d %H:%M} UTC, the last moment for an answer: "
            f"{_bookings(count)}. A booking that has begun by then is changed all the same."
        )


def _expire_before_due(survey: Survey, _: ChangeSet) -> Iterator[str]:
    if count := survey.expire_before_due:
        yield (
            f"Expiring before {survey.due:%Y-%m-%d %H:%M} UTC, the last moment for an answer: "
            f"{_bookings(count)}. Do not count on it that one which has expired by then can be brought back."
        )


def _stretched(survey: Survey, _: ChangeSet) -> Iterator[str]:
    most = survey.moves.most_stretched
    if most is not None:
        yield (
            f"Lasting longer or shorter than before: {_bookings(survey.moves.stretched)}, most of all row "
            f"{most.row}: {most.by_in_words}."
        )


def _into_the_past(survey: Survey, _: ChangeSet) -> Iterator[str]:
    if count := survey.moves.into_the_past:
        yield f"Moving into the past: {_bookings(count)}."


def _far(survey: Survey, _: ChangeSet) -> Iterator[str]:
    if count := survey.moves.far:
        yield f"Moving by more than {FAR.days} days: {_bookings(count)}."


def _several_connections(survey: Survey, _: ChangeSet) -> Iterator[str]:
    conn_ids = sorted(conn_id for _, conn_id in survey.connections)
    if len(conn_ids) > 1:
        named = ", ".join(conn_ids[:_NAMED]) + (" and more" if len(conn_ids) > _NAMED else "")
        vendors = len({vendor for vendor, _ in survey.connections})
        at = "one vendor" if vendors == 1 else f"{vendors} vendors"
        yield f"It reaches bookings through {len(conn_ids)} connections at {at}: {named}."


def _mostly_left_out(survey: Survey, _: ChangeSet) -> Iterator[str]:
    counts = survey.tally.counts()
    left_out = counts.get(Outcome.REFUSED, 0) + counts.get(Outcome.HELD, 0)
    if left_out > survey.tally.open:
        yield f"More is left out than changed: {rows(left_out)} refused or held."


def _unread(survey: Survey, _: ChangeSet) -> Iterator[str]:
    if count := survey.tally.unread:
        yield f"Could not be read, and are left as they are: {_bookings(count)}. Plan them in a new run."


def _is_begun(survey: Survey, change_set: ChangeSet) -> Iterator[str]:
    if change_set.started_at is not None:
        yield (
            f"Applying was begun at {change_set.started_at:%Y-%m-%d %H:%M} UTC already; what is left is "
            f"{rows(survey.tally.open)}."
        )


def _was_stopped(_: Survey, change_set: ChangeSet) -> Iterator[str]:
    if (stop := change_set.stop) is not None:
        yield f"{stop}. Approving lets it go on all the same."


_LOOKS: tuple[Callable[[Survey, ChangeSet], Iterator[str]], ...] = (
    _was_stopped,
    _is_begun,
    _all_by_the_same,
    _cannot_be_silenced,
    _across_a_clock_change,
    _into_the_past,
    _far,
    _stretched,
    _begun,
    _begin_before_due,
    _expire_before_due,
    _several_connections,
    _mostly_left_out,
    _unread,
)


def _bookings(count: int) -> str:
    return "1 booking" if count == 1 else f"{count} bookings"


def _all_of(count: int, what: str) -> str:
    return f"the one {what}" if count == 1 else f"all {count} {what}s"

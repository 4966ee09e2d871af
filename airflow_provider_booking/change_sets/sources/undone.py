"""What a change set left at the vendors, as rows that take it back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from airflow_provider_booking.bookings import InvalidInput, Outcome, Reason
from airflow_provider_booking.change_sets.rows import BadRow, Row, Undoing, Wish
from airflow_provider_booking.vendors.registry import planning_class

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import JsonValue

    from airflow_provider_booking.change_sets.items import Item, Trace
    from airflow_provider_booking.change_sets.ledger import Ledger


@dataclass(frozen=True)
class Undone:
    """The items of a change set of which something stands at the vendors.

    Attributes:
        change_set_id: The change set.
    """

    change_set_id: str


def rows_to_undo(ledger: Ledger, source: Undone) -> Iterator[Row | BadRow]:
    """Go through what a change set left; rows are numbered afresh."""
    for number, (item, trace) in enumerate(ledger.stand(source.change_set_id), start=1):
        try:
            wish = Wish(undo=_undoing(item, trace))
        except InvalidInput as problem:
            yield BadRow(number, item.conn_id, item.booking_id, problem.with_traceback(None))
        else:
            yield Row(number, item.conn_id, item.booking_id, wish)


def _undoing(item: Item, trace: Trace | None) -> Undoing:
    """How an item is taken back.

    Raises:
        InvalidInput: It cannot be, as can be told without looking at its booking.
    """
    if item.outcome is Outcome.UNKNOWN:
        raise InvalidInput(
            f"it is not known whether row {item.row} was applied",
            hint="apply the change set again, which reads the booking back, and take it back then",
            reason=Reason.NO_ANSWER,
        )
    if trace is None and item.outcome is Outcome.HELD:
        raise InvalidInput(
            f"row {item.row} was sent, and how it left the booking is not known",
            hint="look at the booking at the vendor; its row says what was found",
            reason=Reason.VENDOR_ERROR,
        )
    if trace is None or not trace.before:
        hidden = f": the vendor does not show {', '.join(trace.hidden)}" if trace and trace.hidden else ""
        raise InvalidInput(
            f"what row {item.row} changed cannot be taken back{hidden}",
            hint="look at the booking at the vendor",
        )
    return Undoing(
        item_id=item.item_id,
        before=trace.before,
        left=trace.left,
        hidden=trace.hidden,
        options=item.image.options,
        telling=_telling(item),
    )


def _telling(item: Item) -> dict[str, JsonValue]:
    """What the change itself said of who is told, where the vendor wants that among the changed fields."""
    tellings = planning_class(str(item.vendor)).tellings.values()
    return {
        name: item.image.changes[name]
        for telling in tellings
        for name in telling.changes
        if name in item.image.changes
    }

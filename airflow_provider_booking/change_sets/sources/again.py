"""What a change set left over, as rows that ask for the same once more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_provider_booking.bookings import InvalidInput, Outcome
from airflow_provider_booking.change_sets.items import State
from airflow_provider_booking.change_sets.rows import BadRow, Row, Wish
from airflow_provider_booking.vendors.registry import planning_class

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import JsonValue

    from airflow_provider_booking.change_sets.items import ChangeSet, Item
    from airflow_provider_booking.change_sets.ledger import Ledger
    from airflow_provider_booking.change_sets.sources import Again


def rows_again(ledger: Ledger, source: Again, change: Wish | None) -> Iterator[Row | BadRow]:
    """Go through the items that are wanted, by their rows; they are numbered afresh.

    Args:
        ledger: Where the change set is.
        source: Which one, and which of its items.
        change: What is wished of each booking instead of what was asked for; None: the same again.

    Raises:
        InvalidInput: There is no such change set, it is not planned yet, or it takes another one back.
    """
    found = ledger.change_set(source.change_set_id)
    if found.state is not State.PLANNED:
        raise InvalidInput(
            f"change set {found.change_set_id} is still in planning",
            hint="wait until its plan task is done, or run that again",
        )
    if found.reverts is not None and change is None:
        # Only a revert can turn what it takes back into reverted.
        raise InvalidInput(
            f"change set {found.change_set_id} takes back {found.reverts}",
            hint="revert that one again, which takes back what is still to be taken back; or give change",
        )
    wanted = (item for item in ledger.items(found.change_set_id) if item.outcome in source.outcomes)
    for number, item in enumerate(wanted, start=1):
        try:
            wish = change or _asked(found, item)
        except InvalidInput as problem:
            yield BadRow(number, item.conn_id, item.booking_id, problem.with_traceback(None))
        else:
            yield Row(number, item.conn_id, item.booking_id, wish)


def _asked(found: ChangeSet, item: Item) -> Wish:
    """What was asked for, so that asking for it once more never moves a booking twice.

    Raises:
        InvalidInput: That cannot be told.
    """
    if not item.image.wish:
        raise InvalidInput(
            f"row {item.row} of change set {found.change_set_id} could not be read",
            hint="mend it in the source that it came from, or give change",
        )
    wish = Wish.model_validate(item.image.wish)
    if wish.close or wish.replace_host or wish.renew or wish.values:
        return wish  # it says how the booking shall be, and is judged by how it is then
    if item.image.changes:
        return Wish(changes=_without_telling(found, item, wish))
    if wish.shift is not None and item.outcome is Outcome.UNCHANGED:
        raise InvalidInput(
            f"row {item.row} of change set {found.change_set_id} asked for the same move as another row",
            hint="take the other row's outcome; to move the booking once more, give change",
        )
    return wish


def _without_telling(found: ChangeSet, item: Item, wish: Wish) -> dict[str, JsonValue]:
    """The absolute target without what planning added on who is told: that is the new plan's to say."""
    told = planning_class(str(item.vendor)).tellings[found.notify].changes
    return {
        name: value for name, value in item.image.changes.items() if name not in told or name in wish.changes
    }

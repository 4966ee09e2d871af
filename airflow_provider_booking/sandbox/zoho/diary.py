"""When each room is taken, so that a clash is found without looking at every booking."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from airflow_provider_booking.sandbox.zoho.bookings import Booking

_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """A time that a room is taken, in epoch milliseconds, and by which occurrence of which booking."""

    start: int
    end: int
    booking_id: str
    recurrence_id: int | None


class Diary:
    """The slots of every room, kept by room and UTC day."""

    def __init__(self) -> None:
        self._slots: dict[tuple[str, int], set[Slot]] = {}
        self._pages: dict[str, set[tuple[str, int]]] = {}  # where a booking has slots

    def enter(self, booking: Booking) -> None:
        """Write a booking in, in place of what was there of it."""
        self.erase(booking.booking_id)
        pages = self._pages[booking.booking_id] = set()
        for room_id, slot in slots(booking):
            for day in _days(slot.start, slot.end):
                self._slots.setdefault((room_id, day), set()).add(slot)
                pages.add((room_id, day))

    def erase(self, booking_id: str) -> None:
        """Take a booking out, if it is there."""
        for page in self._pages.pop(booking_id, ()):
            self._slots[page] = {slot for slot in self._slots[page] if slot.booking_id != booking_id}

    def taken(self, room_id: str, start: int, end: int) -> set[Slot]:
        """Give the slots of a room that overlap a time; touching ends do not.

        docs/vendors/zoho.md, rule 22.
        """
        return {
            slot
            for day in _days(start, end)
            for slot in self._slots.get((room_id, day), ())
            if slot.start < end and start < slot.end
        }

    def has_room_for(self, booking: Booking, occurrences: Iterable[int | None]) -> bool:
        """Say whether these occurrences clash with no other booking; a booking never clashes with itself."""
        wanted = set(occurrences)
        return not any(
            slot.recurrence_id in wanted
            and any(
                other.booking_id != booking.booking_id for other in self.taken(room_id, slot.start, slot.end)
            )
            for room_id, slot in slots(booking)
        )


def slots(booking: Booking) -> Iterator[tuple[str, Slot]]:
    """Give each room and time that a booking wants."""
    for recurrence_id, content in booking.occurrences.items():
        slot = Slot(content.times.start_ms, content.times.end_ms, booking.booking_id, recurrence_id)
        for room_id in content.room_ids:
            yield room_id, slot


def _days(start: int, end: int) -> range:
    return range(start // _DAY_MS, (end - 1) // _DAY_MS + 1)

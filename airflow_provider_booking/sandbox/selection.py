"""What a list call selects, kept for the pages that follow: bookings are sorted once, not for each page."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Asked = TypeVar("Asked")
One = TypeVar("One")


class LastSelection(Generic[Asked, One]):
    """The bookings that the last list call asked for, in order. Whoever changes a booking lets it forget."""

    def __init__(self) -> None:
        self._last: tuple[Asked, Sequence[One]] | None = None

    def of(self, asked: Asked, select: Callable[[], Sequence[One]]) -> Sequence[One]:
        """Give what is asked for; `select` finds it, unless it was asked for last, with no change since."""
        if self._last is None or self._last[0] != asked:
            self._last = asked, select()
        return self._last[1]

    def forget(self) -> None:
        """Select anew next time."""
        self._last = None

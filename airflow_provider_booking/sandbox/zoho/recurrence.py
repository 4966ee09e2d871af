"""How a booking repeats: docs/vendors/zoho.md, "Update"."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

_DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")  # as `date.weekday` counts
_NTH_DAY = re.compile(r"([1-5])(Mo|Tu|We|Th|Fr|Sa|Su)")
_WEEK = timedelta(days=7)
_LONGEST_INTERVAL = 366


@dataclass(frozen=True, slots=True)
class Repeat:
    """A repeat rule; `days` are Mo to Su, `nth_day` is such as (2, "Mo")."""

    freq: str
    interval: int
    until: date
    days: tuple[str, ...] = ()
    nth_day: tuple[int, str] | None = None
    month_day: int | None = None

    @classmethod
    def read(
        cls, freq: str, interval: int, until: date, byday: str | None, bymonthday: str | None
    ) -> "Repeat":
        """Make one from Zoho's members.

        Raises:
            ValueError: With the name of the member that makes no sense.
        """
        days: tuple[str, ...] = ()
        nth_day, month_day = None, None
        if freq not in _STARTS:
            raise ValueError("freq")
        if not 1 <= interval <= _LONGEST_INTERVAL:
            raise ValueError("interval")
        if byday and freq == "weekly":
            days = tuple(byday.split(","))
            if not set(days) <= set(_DAYS):
                raise ValueError("byday")
        if byday and freq == "monthly":
            found = _NTH_DAY.fullmatch(byday)
            if found is None:
                raise ValueError("byday")
            nth_day = int(found[1]), found[2]
        if bymonthday and freq == "monthly":
            if not re.fullmatch(r"[1-9]|[12]\d|3[01]", bymonthday):
                raise ValueError("bymonthday")
            month_day = int(bymonthday)
        return cls(freq, interval, until, days, nth_day, month_day)

    def view(self) -> dict[str, Any]:
        """Show it in the form that `read` takes, as a booking sends it."""
        shown: dict[str, Any] = {
            "freq": self.freq,
            "interval": self.interval,
            "until": f"{self.until:%Y%m%d}",
        }
        if self.days:
            shown["byday"] = ",".join(self.days)
        if self.nth_day is not None:
            shown["byday"] = "{}{}".format(*self.nth_day)
        if self.month_day is not None:
            shown["bymonthday"] = str(self.month_day)
        return shown

    def starts(self, first: datetime) -> Iterator[datetime]:
        """Give every start, in order, from the local time `first` to the end of the day `until`."""
        for start in _STARTS[self.freq](self, first):
            if start.date() > self.until:
                return
            if start >= first:
                yield start


def _daily(repeat: Repeat, first: datetime) -> Iterator[datetime]:
    while True:
        yield first
        first += timedelta(days=repeat.interval)


def _weekly(repeat: Repeat, first: datetime) -> Iterator[datetime]:
    monday = first - timedelta(days=first.weekday())
    days = sorted(_DAYS.index(day) for day in repeat.days) or [first.weekday()]
    while True:
        for day in days:
            yield monday + timedelta(days=day)
        monday += repeat.interval * _WEEK


def _monthly(repeat: Repeat, first: datetime) -> Iterator[datetime]:
    month = first.replace(day=1)
    while month.date() <= repeat.until:
        day = _day_of(repeat, month, first.day)
        if day is not None:
            yield day
        count = month.year * 12 + month.month - 1 + repeat.interval
        month = month.replace(year=count // 12, month=count % 12 + 1)


def _day_of(repeat: Repeat, month: datetime, first_day: int) -> datetime | None:
    """Give the day that is meant in a month, which begins at `month`; None if it has no such day."""
    if repeat.nth_day is not None:
        nth, day = repeat.nth_day
        ahead = (_DAYS.index(day) - month.weekday()) % 7 + 7 * (nth - 1)
    else:
        ahead = (repeat.month_day or first_day) - 1
    found = month + timedelta(days=ahead)
    return found if found.month == month.month else None


_STARTS: dict[str, Callable[[Repeat, datetime], Iterator[datetime]]] = {
    "daily": _daily,
    "weekly": _weekly,
    "monthly": _monthly,
}

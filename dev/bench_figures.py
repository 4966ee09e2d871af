"""What the benchmark of change sets measured: figures, tables and verdicts."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich import box
from rich.table import Table

from dev.bench_planning import Peak

WANTED_SPEED = 0.8  # of the bare loop's
MOST_GROWTH = 1.5  # of the peak with the fewest rows
MB = 1e6

HTTP_OPERATOR = "mapped HttpOperator tasks"
APPLY = "change set, apply task"
BARE = "bare httpx loop"


@dataclass(frozen=True)
class Way:
    """One way to update bookings.

    Attributes:
        name: How it is called.
        bookings: How many it updated.
        seconds: How long that took.
        calls: How many calls the sandbox answered.
    """

    name: str
    bookings: int
    seconds: float
    calls: int

    @property
    def each(self) -> float:
        """Seconds a booking."""
        return self.seconds / self.bookings


@dataclass(frozen=True)
class Speed:
    """What updating came to.

    Attributes:
        mapped: The mapped tasks; from the start of their run to its end.
        applied: The apply task, from its start to its end.
        bare_before: The bare loop before that.
        bare_after: The bare loop after that.
        plan_seconds: How long the plan task took.
        at_once: How many requests the change set and the bare loop had under way.
        latency: Seconds that the sandbox takes for each call.
    """

    mapped: Way
    applied: Way
    bare_before: Way
    bare_after: Way
    plan_seconds: float
    at_once: int
    latency: float

    @property
    def bare_each(self) -> float:
        """Seconds a booking of the bare loop: the mean of its two runs."""
        return (self.bare_before.each + self.bare_after.each) / 2

    @property
    def ratio(self) -> float:
        """What part of the bare loop's speed applying had."""
        return self.bare_each / self.applied.each

    @property
    def passed(self) -> bool:
        """Whether that is enough."""
        return self.ratio >= WANTED_SPEED

    @property
    def verdict(self) -> str:
        """What it comes to, for a reader."""
        return (
            f"Applied {self.applied.bookings:,} bookings in {self.applied.seconds:.1f} s, after "
            f"{self.plan_seconds:.1f} s of planning. Beside the bare loop: {self.ratio:.2f} of its speed. "
            f"{judged(f'{WANTED_SPEED:.2f} or more', is_reached=self.passed)}\n"
            f"A mapped task a booking takes {self.mapped.each / self.applied.each:.0f} times as long."
        )


@dataclass(frozen=True)
class Memory:
    """What memory planning took, from the fewest rows to the most."""

    peaks: Sequence[Peak]

    @property
    def growth(self) -> float:
        """The peak with the most rows, in parts of that with the fewest."""
        return self.peaks[-1].peak / self.peaks[0].peak

    @property
    def passed(self) -> bool:
        """Whether it grows as little as it should."""
        return self.growth < MOST_GROWTH

    @property
    def verdict(self) -> str:
        """What it comes to, for a reader."""
        most, fewest = self.peaks[-1], self.peaks[0]
        return (
            f"Peak memory with {most.rows:,} rows beside {fewest.rows:,}: {self.growth:.2f} times as much. "
            f"{judged(f'under {MOST_GROWTH:.2f}', is_reached=self.passed)}"
        )


def judged(wanted: str, *, is_reached: bool) -> str:
    """Say what was wanted, and whether that is so."""
    return f"Wanted: {wanted}. {'Reached.' if is_reached else 'NOT reached.'}"


def speed_table(speed: Speed) -> Table:
    """Draw a line for each way."""
    title = (
        f"Updates of Jicoo bookings, {speed.latency * 1000:.0f} ms a call, {speed.at_once} requests at once"
    )
    drawn = _table(title, "way", "bookings", "calls", "seconds", "ms a booking", "bookings/s")
    for way in (speed.mapped, speed.applied, speed.bare_before, speed.bare_after):
        rate = f"{way.bookings / way.seconds:.1f}"
        cells = (f"{way.bookings:,}", f"{way.calls:,}", f"{way.seconds:.1f}", f"{way.each * 1000:.1f}", rate)
        drawn.add_row(way.name, *cells)
    return drawn


def memory_table(memory: Memory) -> Table:
    """Draw a line for each number of rows."""
    title = "Planning Jicoo bookings, memory in MB"
    drawn = _table(title, "rows", "Airflow loaded", "peak", "seconds", "rows/s")
    for peak in memory.peaks:
        rate = f"{peak.rows / peak.seconds:,.0f}"
        cells = (f"{peak.before / MB:.0f}", f"{peak.peak / MB:.0f}", f"{peak.seconds:.1f}", rate)
        drawn.add_row(f"{peak.rows:,}", *cells)
    return drawn


def _table(title: str, first: str, *others: str) -> Table:
    drawn = Table(box=box.SIMPLE, title=title, title_justify="left", title_style="bold")
    drawn.add_column(first, no_wrap=True)
    for column in others:
        drawn.add_column(column, justify="right")
    return drawn

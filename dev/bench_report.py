"""What the benchmark measured, as figures, a table and a verdict."""

import importlib.metadata
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from rich import box
from rich.table import Table

from dev.bench_contenders import Contender

WANTED = 0.9  # of the bare loop's updates per second
PACKAGES = ("httpx", "httpcore", "lark-oapi", "requests", "pydantic", "tenacity", "pyrate-limiter", "uvicorn")


@dataclass(frozen=True)
class Slice:
    """What one contender did in one round.

    Attributes:
        updates: How many were done.
        seconds: How long that took.
        cpu_seconds: What this process spent on it, in all its threads; the sandbox has a process of its own.
    """

    updates: int
    seconds: float
    cpu_seconds: float

    @property
    def rate(self) -> float:
        """Updates per second."""
        return self.updates / self.seconds


Round = Mapping[str, Slice]


def ratios(rounds: Sequence[Round], ours: str, bare: str) -> list[float]:
    """Return what part of the bare loop's rate ours had, in each round."""
    return [each[ours].rate / each[bare].rate for each in rounds]


def passed(compared: Sequence[float]) -> bool:
    """Whether ours is fast enough."""
    return median(compared) >= WANTED


def table(
    field: Sequence[Contender], rounds: Sequence[Round], calls: Mapping[str, float], most_calls: float
) -> Table:
    """Draw a line for each contender.

    Args:
        field: The contenders, in the order of the lines.
        rounds: What they did.
        calls: How many calls an update of each made.
        most_calls: Calls per second that the latency allows.
    """
    drawn = Table(
        box=box.SIMPLE, title="Updates of Feishu reserves", title_justify="left", title_style="bold"
    )
    for column in ("client", "how"):
        drawn.add_column(column, no_wrap=True)
    for column in (
        "calls an update",
        "updates/s",
        "lowest",
        "highest",
        "of what latency allows",
        "CPU ms a call",
    ):
        drawn.add_column(column, justify="right")
    for contender in field:
        slices = [each[contender.name] for each in rounds]
        rates = [each.rate for each in slices]
        each_makes = calls[contender.name]
        cpu = median(each.cpu_seconds / each.updates for each in slices) / each_makes
        drawn.add_row(
            contender.name,
            contender.how,
            f"{each_makes:.2f}",
            f"{median(rates):.0f}",
            f"{min(rates):.0f}",
            f"{max(rates):.0f}",
            f"{median(rates) * each_makes / most_calls:.0%}",
            f"{cpu * 1000:.2f}",
        )
    return drawn


def verdict(compared: Sequence[float], at_once: int, latency: float) -> str:
    """Say what the latency allows, and how ours did beside the bare loop."""
    return (
        f"{at_once} at once and {latency * 1000:.0f} ms a call allow {at_once / latency:.0f} calls/s.\n"
        f"Ours / bare loop, round by round: median {median(compared):.2f}, "
        f"lowest {min(compared):.2f}, highest {max(compared):.2f}, over {len(compared)} rounds. "
        f"Wanted: {WANTED:.2f}. {'Reached.' if passed(compared) else 'NOT reached.'}"
    )


def machine() -> list[str]:
    """Name the machine, its cores, and how busy it is with other things."""
    busy = f", load {os.getloadavg()[0]:.2f}" if hasattr(os, "getloadavg") else ""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return [f"{python} on {platform.system()} {platform.machine()}, {os.cpu_count()} cores{busy}"]


def versions() -> list[str]:
    """Name the packages that matter, with their versions."""
    return [", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)]

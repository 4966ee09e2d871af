"""All that one sandbox holds: the clock, the simulators, the faults and the journal."""

from dataclasses import dataclass

from airflow_provider_booking.sandbox.clock import Clock
from airflow_provider_booking.sandbox.faults import Faults
from airflow_provider_booking.sandbox.journal import Journal
from airflow_provider_booking.sandbox.registry import SIMULATORS
from airflow_provider_booking.sandbox.simulator import Simulator


@dataclass(frozen=True, slots=True)
class Start:
    """What a sandbox begins with, and a reset goes back to.

    Attributes:
        bookings: How many made-up bookings, spread evenly over the vendors.
        seed: What they are made up from; the same seed gives the same ones on the same day.
        latency_ms: How long every vendor call takes at least, in milliseconds.
    """

    bookings: int = 0
    seed: int = 7
    latency_ms: float = 0


class World:
    """The state of a sandbox. It lives in one event loop, so nothing in it is locked."""

    clock: Clock
    journal: Journal
    faults: Faults
    latency_ms: float
    simulators: dict[str, Simulator]

    def __init__(self, start: Start) -> None:
        self._start = start
        self.reset()

    def reset(self) -> None:
        """Begin again, as after a restart."""
        self.clock = Clock()
        self.journal = Journal()
        self.faults = Faults()
        self.latency_ms = self._start.latency_ms
        self.simulators = {
            kind.vendor: kind(self.clock, self.journal, self._start.seed) for kind in SIMULATORS
        }
        each, over = divmod(self._start.bookings, len(self.simulators))
        for position, simulator in enumerate(self.simulators.values()):
            simulator.generate(each + (position < over))

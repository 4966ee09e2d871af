"""The pace of one credential: separate budgets for reads and writes, and the vendor's own "wait"."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyrate_limiter import AbstractBucket, InMemoryBucket, Limiter, RateItem, SingleBucketFactory

from airflow_provider_booking.bookings import Throttled
from airflow_provider_booking.vendors import waiting
from airflow_provider_booking.vendors.settings import rates

if TYPE_CHECKING:
    from airflow_provider_booking.vendors.settings import VendorSettings


@dataclass
class Pause:
    """Until when nobody with a credential may call: a moment of this process's monotonic clock."""

    until: float = 0.0


class Throttle:
    """Holds calls back until they may go.

    Args:
        settings: The connection, which says the rates.
        pause: The credential's, shared by all its throttles.
    """

    def __init__(self, settings: VendorSettings, pause: Pause) -> None:
        self._vendor = settings.vendor
        self._pause = pause
        self._writes = Limiter(_Budget(InMemoryBucket(rates(settings.rate_limit))), buffer_ms=1)
        self._reads = Limiter(_Budget(InMemoryBucket(rates(settings.read_rate_limit))), buffer_ms=1)

    def pause(self, seconds: float) -> None:
        """Let nobody with this credential call for ``seconds``: the vendor said so to one of us."""
        self._pause.until = max(self._pause.until, time.monotonic() + seconds)

    async def pass_through(self, *, writes: bool, longest_wait: float) -> None:
        """Return once a call may be sent.

        Args:
            writes: Whether the call takes from the budget of writes or from that of reads.
            longest_wait: Seconds.

        Raises:
            Throttled: The vendor's pause is longer than ``longest_wait``.
        """
        if not waiting.enabled():
            return
        await self._wait_out_pause(longest_wait)
        limiter = self._writes if writes else self._reads
        await limiter.try_acquire_async(self._vendor)
        # Somebody may have been told to wait while this call queued for its turn.
        await self._wait_out_pause(longest_wait)

    async def _wait_out_pause(self, longest_wait: float) -> None:
        while (left := self._pause.until - time.monotonic()) > 0:
            if left > longest_wait:
                raise Throttled(
                    "the vendor asked this credential to wait",
                    vendor=self._vendor,
                    retry_after=left,
                    hint="try again after that; nothing was sent",
                )
            await waiting.sleep(left)


class _Budget(SingleBucketFactory):
    """A bucket that forgets old calls as new ones come; the library's own way is a thread for each bucket."""

    def __init__(self, bucket: InMemoryBucket) -> None:
        super().__init__(bucket, schedule_leak=False)

    def get(self, item: RateItem) -> AbstractBucket:
        """The bucket, without what is too old to count."""
        self.bucket.leak(item.timestamp)
        return self.bucket

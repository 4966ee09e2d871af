"""Keeps httpx's own log lines about our requests out of every log.

httpx logs each request's whole URL at INFO, and Zoho's URLs carry attendees' addresses; httpcore logs answer
headers at DEBUG. :mod:`~airflow_provider_booking.vendors.transport` logs its own line instead. Requests that
other code of the same process makes are logged as ever.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_ours: ContextVar[bool] = ContextVar("booking_request_under_way", default=False)


@contextmanager
def own_request() -> Iterator[None]:
    """Mark what happens in the block as ours."""
    token = _ours.set(True)
    try:
        yield
    finally:
        _ours.reset(token)


def _not_ours(_: logging.LogRecord) -> bool:
    return not _ours.get()


for _name in ("httpx", "httpcore.connection", "httpcore.http11", "httpcore.proxy"):
    logging.getLogger(_name).addFilter(_not_ours)

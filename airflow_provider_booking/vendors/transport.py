"""One way to the wire for all vendors: pace, authentication, retries, and the certain-or-unknown rule.

A vendor adds its :class:`Dialect` (how it says "no"), an ``httpx.Auth`` (how it is shown who calls) and its
operations. Whether a failed write is *certain not to have been applied* or *unknown* is decided here, once,
because resending a write that may have been applied is what tells people twice:

* certain: no connection was made; 401, 403, 429; the vendor's own "no" in a body that can be read;
* unknown: anything that failed after the request left, 408, any 5xx, an answer that cannot be read.

A call that is certain not to have been applied is tried again where that makes sense. A write whose outcome
is unknown is never sent again from here: :mod:`~airflow_provider_booking.vendors.updating` reads back first.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
import time
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol
from urllib.parse import quote
from urllib.request import getproxies
from weakref import WeakValueDictionary

import httpx
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_after_attempt,
    stop_after_delay,
    wait_random_exponential,
)

from airflow_provider_booking import __version__
from airflow_provider_booking.bookings import (
    BookingError,
    InvalidInput,
    NotApplied,
    OutcomeUnknown,
    Reason,
    Refused,
    Throttled,
    VendorNotReached,
    VendorUnavailable,
)
from airflow_provider_booking.vendors import waiting
from airflow_provider_booking.vendors.before_sending import Departure
from airflow_provider_booking.vendors.connections import Connections
from airflow_provider_booking.vendors.meanings import FROM_ANYBODY, Failure, Meaning
from airflow_provider_booking.vendors.quiet import own_request
from airflow_provider_booking.vendors.settings import is_loopback
from airflow_provider_booking.vendors.token_auth import BEFORE_AGAIN
from airflow_provider_booking.vendors.wait_headers import believed, http_date, retry_after

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from airflow_provider_booking.vendors.patience import Patience
    from airflow_provider_booking.vendors.settings import VendorSettings
    from airflow_provider_booking.vendors.throttle import Throttle

log = logging.getLogger(__name__)

USER_AGENT = f"airflow-provider-booking/{__version__}"
_UNREADABLE = object()

# Nothing reached the vendor: no connection, no free one, no proxy, or bytes that httpx would not write.
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


@dataclass(frozen=True)
class Operation:
    """One call of a vendor's API.

    Attributes:
        name: As the client's method is called; stands in every error and log line.
        method: HTTP method.
        path: Path below the base URL, with ``{placeholders}``.
        kind: ``read`` changes nothing and may be sent again at will; ``write`` may not; ``token`` fetches an
            access token on behalf of another call, which already holds its place in the queue.
    """

    name: str
    method: str
    path: str
    kind: Literal["read", "write", "token"]


@dataclass(frozen=True)
class Answer:
    """A vendor's "yes"."""

    status: int
    body: Any = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    request_id: str | None
    operation: Operation

    @property
    def vendor_time(self) -> datetime | None:
        """The vendor's own clock, from the ``Date`` header."""
        return http_date(self.headers.get("date", ""))


class Dialect(Protocol):
    """How one vendor speaks."""

    def failure(self, status: int, body: Any) -> Failure | None:
        """The vendor's "no" in a readable body, or None where the body does not hold one."""

    def request_id(self, headers: Mapping[str, str], body: Any) -> str | None:
        """The id that the vendor's support asks for."""

    def wait(self, headers: Mapping[str, str]) -> float | None:
        """Seconds that a throttled caller is told to wait, in a header of the vendor's own."""


# Of the task that calls. A call within a call, to look again before a write, must not wait for a second slot
# while it holds one: if all did, none would go on.
_slot_in_hand: ContextVar[bool] = ContextVar("booking_slot_in_hand", default=False)


class Transport:
    """Sends one credential's calls. Made and shared by :mod:`~airflow_provider_booking.vendors.sessions`."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        settings: VendorSettings,
        throttle: Throttle,
        slots: asyncio.Semaphore,
    ) -> None:
        self.http = http
        self.throttle = throttle
        self._vendor = settings.vendor
        self._base_url = settings.host
        self._slots = slots
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def turn(self, booking_id: str) -> asyncio.Lock:
        """What whoever updates a booking holds, from the read to the last look.

        Two updates of one booking at once would each see it as it was, send, and have people told twice.
        """
        return self._turns.setdefault(booking_id, asyncio.Lock())

    async def call(
        self,
        operation: Operation,
        dialect: Dialect,
        *,
        path: Mapping[str, str] | None = None,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        form: Mapping[str, str] | None = None,
        base_url: str | None = None,
        auth: httpx.Auth | None = None,
        patience: Patience,
    ) -> Answer:
        """Send a call and return the vendor's answer.

        Args:
            operation: What to call.
            dialect: How the vendor says "no".
            path: Values of the placeholders in the path; they are URL-encoded here.
            query: Query parameters; those that are None are left out.
            body: JSON body.
            form: Form-encoded body, in its place.
            base_url: Where the operation's path begins; None for the connection's host.
            auth: How to show who calls; None for calls that need nobody.
            patience: How long to go on trying where that is safe.

        Raises:
            NotApplied: It is certain that nothing changed; its subclasses say why.
            OutcomeUnknown: A write was sent and no answer tells what became of it.
        """
        url = (base_url or self._base_url) + operation.path.format_map(
            {name: quote(value, safe="") for name, value in (path or {}).items()}
        )
        parameters = {name: value for name, value in (query or {}).items() if value is not None}
        retrying = AsyncRetrying(
            stop=stop_after_attempt(patience.attempts) | stop_after_delay(patience.seconds),
            wait=_wait,
            retry=retry_if_exception(lambda error: _may_try_again(error, patience)),
            before_sleep=_say_so,
            sleep=waiting.sleep,
            reraise=True,
        )

        async def attempt() -> Answer:
            request = self._written(operation, url, params=parameters or None, json=body, data=form)
            if operation.kind != "token":
                writes = operation.kind == "write"
                departure = Departure(self.throttle, auth, patience, writes=writes)
                await departure.prepare()
                request.extensions[BEFORE_AGAIN] = departure.prepare
                request.extensions["trace"] = departure.on_the_way
            return await self._send(operation, dialect, request, auth)

        if operation.kind == "token" or _slot_in_hand.get():
            return await retrying(attempt)
        async with self._slots:
            in_hand = _slot_in_hand.set(True)
            try:
                return await retrying(attempt)
            finally:
                _slot_in_hand.reset(in_hand)

    def _written(self, operation: Operation, url: str, **parts: Any) -> httpx.Request:
        with contextlib.suppress(ValueError, RecursionError):
            return self.http.build_request(operation.method, url, **parts)
        raise self._unwritable(operation, "odd characters or numbers in it")

    def _unwritable(self, operation: Operation, why: str) -> InvalidInput:
        return InvalidInput(
            f"the request cannot be written ({why})",
            hint="look for line breaks or other odd characters in the connection and in what is sent",
            vendor=self._vendor,
            operation=operation.name,
        )

    async def _send(
        self, operation: Operation, dialect: Dialect, request: httpx.Request, auth: httpx.Auth | None
    ) -> Answer:
        started = time.monotonic()
        try:
            with own_request():
                response = await self.http.send(request, auth=auth)
        except httpx.HTTPError as error:
            failed = self._no_answer(operation, error)
        else:
            answer = self._judge(operation, dialect, response)
            log.debug(
                "%s %s: HTTP %d in %.0f ms%s",
                self._vendor,
                operation.name,
                answer.status,
                (time.monotonic() - started) * 1000,
                f", request id {answer.request_id}" if answer.request_id else "",
            )
            return answer
        # Out of the except block: httpx's error holds the request, with its URL, body and credential.
        raise failed

    def _no_answer(self, operation: Operation, error: httpx.HTTPError) -> BookingError:
        where: dict[str, Any] = {"vendor": self._vendor, "operation": operation.name}
        kind = type(error).__name__
        if isinstance(error, _NOT_SENT):
            return VendorNotReached(
                f"no connection to the vendor ({kind})", hint="check the host and the network", **where
            )
        if isinstance(error, httpx.LocalProtocolError | httpx.UnsupportedProtocol):
            return self._unwritable(operation, kind)
        if operation.kind == "write":
            return OutcomeUnknown(
                f"the request was sent and no answer came ({kind})",
                hint="read the booking before sending it again",
                **where,
            )
        return VendorUnavailable(f"no answer came ({kind})", hint="try again", **where)

    def _judge(self, operation: Operation, dialect: Dialect, response: httpx.Response) -> Answer:
        body = _json(response)
        readable = body is not _UNREADABLE
        request_id = dialect.request_id(response.headers, body if readable else None)
        failure = dialect.failure(response.status_code, body) if readable else None
        if response.is_success and readable and failure is None:
            return Answer(response.status_code, body, response.headers, request_id, operation)
        raise self._no(operation, dialect, response, failure, request_id=request_id)

    def _no(
        self,
        operation: Operation,
        dialect: Dialect,
        response: httpx.Response,
        failure: Failure | None,
        *,
        request_id: str | None,
    ) -> BookingError:
        status = response.status_code
        meaning = _certain_meaning(status, failure)
        where: dict[str, Any] = {
            "vendor": self._vendor,
            "operation": operation.name,
            "status": status,
            "code": failure.code if failure else None,
            "request_id": request_id,
        }
        if meaning is None:
            wait = believed(retry_after(response.headers))
            if wait and _gave_up(status):
                self.throttle.pause(wait)
            return _uncertain(operation, failure, where, wait)
        error = meaning.error(
            _problem(meaning, failure),
            hint=meaning.hint,
            reason=meaning.reason,
            retryable=meaning.retryable,
            **where,
        )
        if isinstance(error, Throttled) and error.retryable:
            error.retry_after = believed(dialect.wait(response.headers) or retry_after(response.headers))
            if error.retry_after:
                self.throttle.pause(error.retry_after)
        return error


def _certain_meaning(status: int, failure: Failure | None) -> Meaning | None:
    """The meaning of an answer by which it is certain that nothing changed, else None."""
    if _gave_up(status):
        return None
    if failure is not None and issubclass(failure.meaning.error, NotApplied):
        return failure.meaning
    return FROM_ANYBODY.get(status) if failure is None else None


def _uncertain(
    operation: Operation, failure: Failure | None, where: dict[str, Any], wait: float | None
) -> BookingError:
    """For a write the outcome is unknown; a read has changed nothing, whatever came back."""
    status = where["status"]
    problem = "the answer is not the vendor's own"
    if failure is not None:
        certain = issubclass(failure.meaning.error, NotApplied)
        # What a status or code means otherwise ("refused") it does not mean here.
        problem = "the vendor failed on the way" if certain else _problem(failure.meaning, failure)
    if operation.kind == "write":
        return OutcomeUnknown(
            problem, reason=Reason.VENDOR_ERROR, hint="read the booking before sending it again", **where
        )
    if failure is None and status >= 300 and not _gave_up(status):  # noqa: PLR2004
        # Whoever this is, it is not the vendor: a 404 from it does not say that the booking is gone.
        return Refused(problem, hint="check the connection's host", **where)
    return VendorUnavailable(problem, reason=Reason.VENDOR_ERROR, hint="try again", retry_after=wait, **where)


def _problem(meaning: Meaning, failure: Failure | None) -> str:
    return f"{meaning.problem}: {failure.detail}" if failure and failure.detail else meaning.problem


def _gave_up(status: int) -> bool:
    """Whether somebody on the way, or the vendor, broke off in the middle: what was done by then is open."""
    return status == 408 or status >= 500  # noqa: PLR2004


def unreadable(vendor: str, what: str, answer: Answer) -> BookingError:
    """The error for a "yes" in which something is missing: of a write, it proves nothing."""
    error = OutcomeUnknown if answer.operation.kind == "write" else VendorUnavailable
    return error(
        f"the vendor's answer lacks {what}",
        vendor=vendor,
        operation=answer.operation.name,
        status=answer.status,
        request_id=answer.request_id,
        reason=Reason.VENDOR_ERROR,
        hint="read the booking before sending it again" if error is OutcomeUnknown else "try again",
    )


def _json(response: httpx.Response) -> Any:
    if not response.content:
        return None
    try:
        return response.json()
    except (ValueError, RecursionError):
        return _UNREADABLE


def _may_try_again(error: BaseException, patience: Patience) -> bool:
    return (
        isinstance(error, NotApplied)
        and error.retryable
        and (error.retry_after or 0) <= patience.longest_wait
    )


_back_off = wait_random_exponential(multiplier=0.5, max=20)


def _wait(state: RetryCallState) -> float:
    """The vendor's own wait where it named one, else a random one that grows."""
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, NotApplied) and error.retry_after:
        return error.retry_after
    return _back_off(state)


def _say_so(state: RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    wait = state.next_action.sleep if state.next_action else 0
    log.warning("%s; trying again in %.1f s (attempt %d)", error, wait, state.attempt_number)


def make_http(settings: VendorSettings) -> httpx.AsyncClient:
    """An HTTP client for one credential: keep-alive, no redirects.

    It makes as many connections as there are requests under way; :class:`Transport` bounds these.
    """
    # A proxy from the environment is for the way out; a sandbox on this machine is not out there.
    trust_env = not is_loopback(httpx.URL(settings.host).host)
    tls = _tls(settings.verify, trust_env=trust_env)
    return httpx.AsyncClient(
        headers={"User-Agent": USER_AGENT, "Accept": "application/json"},
        timeout=settings.timeout,
        verify=tls,
        # httpx looks for proxies only where it keeps the connections itself.
        transport=None if trust_env and getproxies() else Connections(tls),
        limits=httpx.Limits(
            max_connections=settings.max_concurrency, max_keepalive_connections=settings.max_concurrency
        ),
        trust_env=trust_env,
        follow_redirects=False,
    )


def _tls(verify: bool | str, *, trust_env: bool) -> ssl.SSLContext:
    if isinstance(verify, str):
        return ssl.create_default_context(cafile=verify)
    return httpx.create_ssl_context(verify=verify, trust_env=trust_env)

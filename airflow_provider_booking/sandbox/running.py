"""A sandbox in a thread of this process, and a handle on it, with the standard library's HTTP client."""

import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from starlette.types import ASGIApp

from airflow_provider_booking.sandbox.app import sandbox_app
from airflow_provider_booking.sandbox.server import LOOPBACK, Server, listen
from airflow_provider_booking.sandbox.world import Start, World

Record = dict[str, Any]


class ControlError(Exception):
    """The control interface refused something; the text says what."""


class Sandbox:
    """A handle on a sandbox that listens on a port of this machine.

    Attributes:
        port: Its port.
        url: Its address; a vendor is under `url + "/feishu"` and so on.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self.url = f"http://{LOOPBACK}:{port}"

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Call the control interface, such as `control("POST", "/clock", {"advance": 60})`.

        Raises:
            ControlError: If it refuses.
        """
        connection = http.client.HTTPConnection(LOOPBACK, self.port, timeout=30)
        try:
            connection.request(method, f"/_control{path}", None if body is None else json.dumps(body))
            response = connection.getresponse()
            reply = json.loads(response.read())
        finally:
            connection.close()
        if response.status != http.HTTPStatus.OK:
            raise ControlError(reply["error"])
        return reply

    def reset(self) -> None:
        """Begin again: the bookings, clock, rates and switches of the start; no faults, an empty log."""
        self.control("POST", "/reset")

    def seed(
        self, vendor: str, count: int | None = None, *, bookings: list[Record] | None = None
    ) -> list[str]:
        """Add `count` made-up bookings, or these, and give their ids."""
        what = {"count": count} if bookings is None else {"bookings": bookings}
        ids: list[str] = self.control("POST", "/seed", {"vendor": vendor, **what})["ids"]
        return ids

    def bookings(self, vendor: str) -> list[Record]:
        """Give the stored bookings of a vendor, raw."""
        found: list[Record] = self.control("GET", f"/bookings?vendor={vendor}")
        return found

    def booking(self, vendor: str, booking_id: str) -> Record:
        """Give one stored booking, raw.

        Raises:
            KeyError: If there is none with that id.
        """
        for record in self.bookings(vendor):
            if booking_id in (record.get("booking_id"), record.get("id"), record.get("uid")):
                return record
        raise KeyError(booking_id)

    def requests(self, vendor: str | None = None) -> list[Record]:
        """Give what was received since the last reset, in order; of all vendors, or one."""
        return self._journal("requests", vendor)

    def notifications(self, vendor: str | None = None) -> list[Record]:
        """Give who would have been told, and about which booking."""
        return self._journal("notifications", vendor)

    def webhooks(self, vendor: str | None = None) -> list[Record]:
        """Give the events that the vendors would have posted."""
        return self._journal("webhooks", vendor)

    def now(self) -> float:
        """Give the sandbox's time: unix seconds."""
        return float(self.control("GET", "/health")["now"])

    def advance(self, seconds: float) -> float:
        """Move the sandbox's clock ahead and give its new time."""
        return float(self.control("POST", "/clock", {"advance": seconds})["now"])

    def freeze(self) -> float:
        """Stop the sandbox's clock, but for `advance`, and give its time."""
        return float(self.control("POST", "/clock", {"freeze": True})["now"])

    def fault(
        self,
        vendor: str,
        action: Record,
        *,
        method: str = "*",
        path: str = "*",
        skip: int = 0,
        times: int | None = 1,
    ) -> None:
        """Spoil matching requests: let `skip` pass, then `times` (None: all that follow) meet `action`."""
        matching = {"vendor": vendor, "method": method, "path": path, "skip": skip, "times": times}
        self.control("POST", "/faults", [matching | {"action": action}])

    def clear_faults(self) -> None:
        """Forget all fault rules."""
        self.control("DELETE", "/faults")

    def limits(self, vendor: str, rates: list[str] | dict[str, list[str]] | None) -> None:
        """Set a vendor's rates, such as `["50/second"]`; None is unlimited.

        ONLIVE also takes `{"read": [...], "write": [...]}`.
        """
        self.control("POST", "/limits", {"vendor": vendor, "limits": rates})

    def switch(self, vendor: str, **positions: Any) -> None:
        """Turn switches of a vendor, such as `switch("feishu", legacy_throttle=True)`."""
        self.control("POST", "/switches", {"vendor": vendor, **positions})

    def latency(self, ms: float) -> None:
        """Make every vendor call take this many milliseconds longer."""
        self.control("POST", "/latency", {"ms": ms})

    def expire_tokens(self, vendor: str) -> None:
        """Let every token of a vendor expire now."""
        self.control("POST", "/tokens", {"vendor": vendor, "action": "expire"})

    def revoke_tokens(self, vendor: str) -> None:
        """Revoke every token of a vendor now."""
        self.control("POST", "/tokens", {"vendor": vendor, "action": "revoke"})

    def start_meeting(self, vendor: str, booking_id: str) -> None:
        """Start the meeting of a booking."""
        self.control("POST", "/meetings", {"vendor": vendor, "booking_id": booking_id, "running": True})

    def end_meeting(self, vendor: str, booking_id: str) -> None:
        """End the meeting of a booking."""
        self.control("POST", "/meetings", {"vendor": vendor, "booking_id": booking_id, "running": False})

    def _journal(self, what: str, vendor: str | None) -> list[Record]:
        entries: list[Record] = self.control("GET", f"/{what}" + (f"?vendor={vendor}" if vendor else ""))
        return entries


@contextmanager
def running(
    bookings: int = 0, seed: int = 7, *, root: str | None = None, latency_ms: float = 0, port: int = 0
) -> Iterator[Sandbox]:
    """Serve a sandbox from a thread of this process, on loopback, until the block ends.

    Args:
        bookings: How many made-up bookings it starts with, over all vendors.
        seed: What they are made up from.
        root: A vendor to serve at `/` as well, for clients whose address may have no path.
        latency_ms: How long every vendor call takes at least.
        port: The port; 0 takes a free one.

    Yields:
        A handle on it.

    Raises:
        OSError: If the port is taken.
    """
    with serving(sandbox_app(World(Start(bookings, seed, latency_ms)), root), port) as sandbox:
        yield sandbox


@contextmanager
def serving(app: ASGIApp, port: int = 0) -> Iterator[Sandbox]:
    """Serve a sandbox's app from a thread of this process, on loopback, until the block ends.

    Args:
        app: As `sandbox_app` makes it, or around that.
        port: The port; 0 takes a free one.

    Yields:
        A handle on it.

    Raises:
        OSError: If the port is taken.
    """
    listener = listen(port)
    sandbox = Sandbox(listener.getsockname()[1])
    ready = threading.Event()
    server = Server(app, listener, ready.set)
    thread = threading.Thread(target=server.serve_until_stopped, name="sandbox", daemon=True)
    thread.start()
    if not ready.wait(timeout=30):
        raise RuntimeError("The sandbox did not start; see the error above.")
    try:
        yield sandbox
    finally:
        server.stop()
        thread.join()

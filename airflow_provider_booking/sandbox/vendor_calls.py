"""The way of a vendor call through the sandbox: log, latency, fault, simulator, answer."""

import asyncio
import contextlib
from email.utils import formatdate

from starlette.types import Receive, Scope, Send

from airflow_provider_booking.sandbox.faults import (
    Action,
    CutJson,
    Delay,
    Drop,
    Fail,
    Html,
    Throttle,
    Timeout,
)
from airflow_provider_booking.sandbox.journal import Received
from airflow_provider_booking.sandbox.server import HeaderName, hang_up
from airflow_provider_booking.sandbox.simulator import Answer, Call, Simulator, html_answer, json_answer
from airflow_provider_booking.sandbox.world import World


class VendorCalls:
    """The ASGI app that is mounted once for each part of a vendor (`/feishu`, `/jicoo`)."""

    def __init__(self, world: World, vendor: str, mount: str) -> None:
        self._world = world
        self._vendor = vendor
        self._mount = mount

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        with contextlib.suppress(asyncio.CancelledError):  # the server stops, and has cut the connection
            await self._take(scope, receive, send)

    async def _take(self, scope: Scope, receive: Receive, send: Send) -> None:
        call = await self._read(scope, receive)
        if call is None:
            return
        world = self._world
        simulator = world.simulators[self._vendor]
        entry = self._log(call, simulator)
        if world.latency_ms:
            await asyncio.sleep(world.latency_ms / 1000)
        action = world.faults.strike(self._vendor, call.method, call.path)
        if action is None:
            answer: Answer | None = self._done(call, entry)
        else:
            entry.fault = action.model_dump(exclude_defaults=True)
            answer = await self._spoilt(action, call, entry, receive)
        if answer is None:
            await hang_up(scope, receive)
            return
        entry.status = answer.status
        await self._send(answer, send)

    async def _read(self, scope: Scope, receive: Receive) -> Call | None:
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":  # half a request is none
                return None
            body += message["body"]
            more = message["more_body"]
        return Call(
            mount=self._mount,
            scheme=scope["scheme"],
            method=scope["method"],
            path=scope["path"].removeprefix(scope["root_path"]),
            wire_path=scope["raw_path"].decode("latin-1"),
            query_string=scope["query_string"],
            headers=dict(scope["headers"]),
            body=body,
        )

    def _log(self, call: Call, simulator: Simulator) -> Received:
        requests = self._world.journal.requests
        entry = Received(
            seq=requests[-1].seq + 1 if requests else 1,
            at=self._world.clock.now(),
            vendor=self._vendor,
            method=call.method,
            path=call.path,
            query=call.query_string.decode("latin-1"),
            body=call.body,
            credential=simulator.caller(call),
        )
        requests.append(entry)
        return entry

    def _done(self, call: Call, entry: Received) -> Answer:
        """Let the vendor do what was asked, in one step, and log which bookings that changed."""
        answer = self._world.simulators[self._vendor].answer(call)
        entry.changed = self._world.journal.take_changed()
        return answer

    async def _spoilt(self, action: Action, call: Call, entry: Received, receive: Receive) -> Answer | None:
        """Carry out a fault: the spoilt answer, or None for a connection to be closed without one."""
        if action.written:
            self._done(call, entry)
        match action:
            case Drop():
                return None
            case Timeout():
                await _wait_for_disconnect(receive, action.timeout)
                return None
            case Delay():
                await asyncio.sleep(action.delay_ms / 1000)
                return self._done(call, entry)
            case CutJson():
                whole = self._done(call, entry)
                return Answer(whole.status, whole.body[: len(whole.body) // 2], whole.headers)
            case Fail() | Html() | Throttle():
                return _bad_answer(action, self._world.simulators[self._vendor])

    async def _send(self, answer: Answer, send: Send) -> None:
        headers = {
            "Date": formatdate(self._world.clock.now(), usegmt=True),
            **answer.headers,
            "Content-Length": str(len(answer.body)),
        }
        raw = [(HeaderName.of(name), value.encode("latin-1")) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": answer.status, "headers": raw})
        await send({"type": "http.response.body", "body": answer.body})


def _bad_answer(action: Fail | Html | Throttle, simulator: Simulator) -> Answer:
    match action:
        case Html():
            return html_answer(action.html)
        case Throttle():
            return simulator.throttled(action.throttle)
        case Fail(body=None):
            answer = simulator.failure(action.status, action.code, action.message)
            return Answer(answer.status, answer.body, {**answer.headers, **action.headers})
        case Fail():
            return json_answer(action.status, action.body, action.headers)


async def _wait_for_disconnect(receive: Receive, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while (await receive())["type"] != "http.disconnect":
                pass

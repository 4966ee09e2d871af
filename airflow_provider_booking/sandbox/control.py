"""The control interface under `/_control`: seed, look, move the clock, set faults, limits and switches.

| call | body | reply |
|---|---|---|
| `POST /reset` | | health; all is as at the start |
| `POST /seed` | `{"vendor", "count"}` or `{"vendor", "bookings": [...]}` | `{"ids": [...]}` |
| `GET /bookings?vendor=` | | the stored bookings, raw |
| `GET /requests[?vendor=]` | | what was received, in order, how it was answered, and what it changed |
| `GET /notifications[?vendor=]` | | who would have been told, about which booking |
| `GET /webhooks[?vendor=]` | | the events that would have been posted |
| `GET /health` | | `{"status": "ok", "now": unix seconds, "now_iso"}` |
| `GET /state` | | health, limits, switches, faults |
| `POST /clock` | `{"advance": seconds, "freeze": true}`, each optional; a reset thaws | health |
| `POST /faults` | a list of `faults.FaultRule` | how many rules there are |
| `DELETE /faults` | | none |
| `POST /limits` | `{"vendor", "limits": ["50/second"]}`, null is unlimited; see below | the limits |
| `POST /switches` | `{"vendor", switch: value}` | all switches of the vendor |
| `POST /latency` | `{"ms": 50}` | the latency |
| `POST /tokens` | `{"vendor", "action": "expire" or "revoke"}` | how many tokens that hit |
| `POST /meetings` | `{"vendor", "booking_id", "running": bool}` | whether it runs |

A vendor that counts reads and writes apart also takes `{"read": [...], "write": [...]}` as its limits.
Lists are bare JSON lists. Bad input is answered with 400 and `{"error": "one sentence"}`; it changes nothing.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from airflow_provider_booking.sandbox.faults import FaultRule
from airflow_provider_booking.sandbox.journal import iso
from airflow_provider_booking.sandbox.simulator import Simulator
from airflow_provider_booking.sandbox.world import World


class _Order(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class _Seed(_Order):
    vendor: str
    count: int | None = Field(default=None, ge=1, le=1_000_000)
    bookings: list[dict[str, Any]] | None = None


class _ClockOrder(_Order):
    advance: float = Field(default=0, ge=0)
    freeze: bool = False


class _Limits(_Order):
    vendor: str
    limits: list[str] | dict[str, list[str]] | None


class _Latency(_Order):
    ms: float = Field(ge=0)


class _Tokens(_Order):
    vendor: str
    action: Literal["expire", "revoke"]


class _MeetingOrder(_Order):
    vendor: str
    booking_id: str
    running: bool


T = TypeVar("T")


class BadOrder(HTTPException):
    """Control input that makes no sense; the detail is a sentence for a person."""

    def __init__(self, sentence: str) -> None:
        super().__init__(400, sentence)


async def explain(_request: Request, error: Exception) -> Response:
    """Answer an error of the control interface as JSON."""
    status, detail = (
        (error.status_code, error.detail) if isinstance(error, HTTPException) else (500, "Broken.")
    )
    return JSONResponse({"error": detail}, status)


def control_routes(world: World) -> list[Route]:
    """Make the routes over one world."""
    control = _Control(world)
    table: list[tuple[str, str, Callable[[Request], Awaitable[Any]]]] = [
        ("POST", "/reset", control.reset),
        ("POST", "/seed", control.seed),
        ("GET", "/bookings", control.bookings),
        ("GET", "/requests", control.requests),
        ("GET", "/notifications", control.notifications),
        ("GET", "/webhooks", control.webhooks),
        ("GET", "/health", control.health),
        ("GET", "/state", control.state),
        ("POST", "/clock", control.clock),
        ("POST", "/faults", control.add_faults),
        ("DELETE", "/faults", control.clear_faults),
        ("POST", "/limits", control.limits),
        ("POST", "/switches", control.switches),
        ("POST", "/latency", control.latency),
        ("POST", "/tokens", control.tokens),
        ("POST", "/meetings", control.meetings),
    ]
    return [Route(path, _as_json(work), methods=[method]) for method, path, work in table]


def _as_json(work: Callable[[Request], Awaitable[Any]]) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            return JSONResponse(await work(request))
        except ValueError as error:
            raise BadOrder(str(error)) from error

    return endpoint


class _Control:
    def __init__(self, world: World) -> None:
        self._world = world

    async def reset(self, _request: Request) -> dict[str, Any]:
        self._world.reset()
        return self._health()

    async def seed(self, request: Request) -> dict[str, Any]:
        order = await _read(request, _Seed)
        if (order.count is None) == (order.bookings is None):
            raise BadOrder('Give either "count" or "bookings".')
        simulator = self._simulator(order.vendor)
        ids = simulator.generate(order.count) if order.count else simulator.store(order.bookings or [])
        return {"ids": ids}

    async def bookings(self, request: Request) -> list[dict[str, Any]]:
        return self._simulator(_query(request, "vendor", needed=True) or "").records()

    async def requests(self, request: Request) -> list[dict[str, Any]]:
        return self._of_vendor(request, self._world.journal.requests)

    async def notifications(self, request: Request) -> list[dict[str, Any]]:
        return self._of_vendor(request, self._world.journal.notifications)

    async def webhooks(self, request: Request) -> list[dict[str, Any]]:
        return self._of_vendor(request, self._world.journal.webhooks)

    async def health(self, _request: Request) -> dict[str, Any]:
        return self._health()

    async def state(self, _request: Request) -> dict[str, Any]:
        vendors = {
            name: {
                "bookings": simulator.size,
                "limits": simulator.limits,
                "switches": simulator.switchboard.positions,
            }
            for name, simulator in self._world.simulators.items()
        }
        return self._health() | {
            "frozen": self._world.clock.frozen,
            "latency_ms": self._world.latency_ms,
            "faults": [rule.model_dump(exclude_defaults=True) for rule in self._world.faults.rules],
            "vendors": vendors,
        }

    async def clock(self, request: Request) -> dict[str, Any]:
        order = await _read(request, _ClockOrder)
        clock = self._world.clock
        clock.advance(order.advance)
        if order.freeze:
            clock.freeze()
        return self._health()

    async def add_faults(self, request: Request) -> dict[str, Any]:
        rules = await _read(request, list[FaultRule])
        for rule in rules:
            self._simulator(rule.vendor)
        self._world.faults.add(rules)
        return {"faults": len(self._world.faults.rules)}

    async def clear_faults(self, _request: Request) -> dict[str, Any]:
        self._world.faults.clear()
        return {"faults": 0}

    async def limits(self, request: Request) -> dict[str, Any]:
        order = await _read(request, _Limits)
        simulator = self._simulator(order.vendor)
        simulator.limit(order.limits or [])
        return {"limits": simulator.limits}

    async def switches(self, request: Request) -> dict[str, Any]:
        order = await _read(request, dict[str, Any])
        simulator = self._simulator(order.pop("vendor", None))
        simulator.switchboard.turn(order)
        return simulator.switchboard.positions

    async def latency(self, request: Request) -> dict[str, Any]:
        self._world.latency_ms = (await _read(request, _Latency)).ms
        return {"ms": self._world.latency_ms}

    async def tokens(self, request: Request) -> dict[str, Any]:
        order = await _read(request, _Tokens)
        return {"tokens": self._simulator(order.vendor).void_tokens(order.action)}

    async def meetings(self, request: Request) -> dict[str, Any]:
        order = await _read(request, _MeetingOrder)
        self._simulator(order.vendor).hold_meeting(order.booking_id, is_running=order.running)
        return {"running": order.running}

    def _health(self) -> dict[str, Any]:
        now = self._world.clock.now()
        return {"status": "ok", "now": now, "now_iso": iso(now)}

    def _simulator(self, vendor: Any) -> Simulator:
        known = self._world.simulators
        if not isinstance(vendor, str) or vendor not in known:
            raise BadOrder(f"There is no vendor {vendor!r}; there are: {', '.join(known)}.")
        return known[vendor]

    def _of_vendor(self, request: Request, entries: Any) -> list[dict[str, Any]]:
        vendor = _query(request, "vendor")
        if vendor is not None:
            self._simulator(vendor)
        return [entry.shown() for entry in entries if vendor in (None, entry.vendor)]


def _query(request: Request, name: str, *, needed: bool = False) -> str | None:
    value = request.query_params.get(name)
    if needed and value is None:
        raise BadOrder(f"Say which {name}: ?{name}=…")
    return value


async def _read(request: Request, shape: type[T]) -> T:
    try:
        return TypeAdapter(shape).validate_json(await request.body())
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the body"
        raise BadOrder(f"{where}: {first['msg']}.") from error

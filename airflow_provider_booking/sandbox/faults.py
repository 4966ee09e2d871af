"""Faults on demand: which requests they hit, and what goes wrong with those."""

from fnmatch import fnmatchcase
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

# What a header's value can be on the wire: Latin-1 without control characters.
HeaderValue = Annotated[str, Field(pattern=r"^[\t\x20-\x7e\u00a0-\u00ff]*$")]


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    @property
    def written(self) -> bool:
        """Whether the vendor does what was asked, and its answer is then thrown away."""
        return getattr(self, "applied", False)


class Fail(_Shape):
    """An error answer: the vendor's own for `status` and `code`, or exactly `body`."""

    status: int = Field(ge=200, le=599)
    code: int | str | None = None
    message: str | None = None
    body: Any = None
    headers: dict[str, HeaderValue] = {}
    applied: bool = False


class Html(_Shape):
    """A gateway's HTML page with this status."""

    html: int = Field(ge=200, le=599)
    applied: bool = False


class Drop(_Shape):
    """The connection is closed without any byte of an answer, before or after the work was done."""

    drop: Literal["before", "after"]

    @property
    def written(self) -> bool:
        """Whether the vendor does what was asked, and its answer is then thrown away."""
        return self.drop == "after"


class Timeout(_Shape):
    """Silence for so many seconds of real time, then the connection is closed."""

    timeout: float = Field(gt=0)
    applied: bool = False


class CutJson(_Shape):
    """The work is done and answered with 200, but half of the body is missing."""

    cut_json: Literal[True]


class Wait(_Shape):
    """What a throttle answer says about waiting; null leaves the header out."""

    status: Literal[400, 429] = 429
    retry_after: HeaderValue | None = None
    reset: HeaderValue | None = None


class Throttle(_Shape):
    """The vendor's "too many requests"; nothing is done."""

    throttle: Wait


class Delay(_Shape):
    """The normal answer, so many milliseconds late."""

    delay_ms: float = Field(gt=0)


KINDS: dict[str, type[_Shape]] = {
    "status": Fail,
    "html": Html,
    "drop": Drop,
    "timeout": Timeout,
    "cut_json": CutJson,
    "throttle": Throttle,
    "delay_ms": Delay,
}


def _kind(action: Any) -> str | None:
    if isinstance(action, _Shape):
        return next(kind for kind, shape in KINDS.items() if type(action) is shape)
    named = [kind for kind in KINDS if isinstance(action, dict) and kind in action]
    return named[0] if len(named) == 1 else None


Action = Annotated[
    Annotated[Fail, Tag("status")]
    | Annotated[Html, Tag("html")]
    | Annotated[Drop, Tag("drop")]
    | Annotated[Timeout, Tag("timeout")]
    | Annotated[CutJson, Tag("cut_json")]
    | Annotated[Throttle, Tag("throttle")]
    | Annotated[Delay, Tag("delay_ms")],
    Discriminator(
        _kind,
        custom_error_type="action",
        custom_error_message=f"name exactly one of {', '.join(KINDS)}",
    ),
]


class FaultRule(BaseModel):
    """Of the requests that match, let `skip` pass, then spoil `times` (null: all that follow).

    Attributes:
        vendor: Whose requests.
        method: An HTTP method, or `*`.
        path: A glob on the path below the vendor's mount, such as `*/reserves/*`.
        skip: How many matching requests pass unharmed first.
        times: How many are then spoilt.
        action: What goes wrong.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    vendor: str
    method: str = "*"
    path: str = "*"
    skip: int = Field(default=0, ge=0)
    times: int | None = Field(default=1, ge=1)
    action: Action


class Faults:
    """The rules in force, each with the number of requests it has seen."""

    def __init__(self) -> None:
        self._seen: list[tuple[FaultRule, list[int]]] = []

    @property
    def rules(self) -> list[FaultRule]:
        """The rules in force, in order."""
        return [rule for rule, _ in self._seen]

    def add(self, rules: list[FaultRule]) -> None:
        """Put rules behind those that are there; the first one that bites wins."""
        self._seen.extend((rule, [0]) for rule in rules)

    def clear(self) -> None:
        """Forget every rule."""
        self._seen.clear()

    def strike(self, vendor: str, method: str, path: str) -> Action | None:
        """Show a request to the rules, in order, until one spoils it."""
        for rule, seen in self._seen:
            if rule.vendor != vendor or rule.method not in ("*", method) or not fnmatchcase(path, rule.path):
                continue
            seen[0] += 1
            if seen[0] > rule.skip and (rule.times is None or seen[0] <= rule.skip + rule.times):
                return rule.action
        return None

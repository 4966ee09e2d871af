"""Who exists at the simulated Zoho, and with which refresh token. Nothing here is secret.

All refresh tokens belong to the client `1000.SANDBOX` / `sandbox-secret`.

| refresh token | whose | what for |
|---|---|---|
| `1000.sandbox.refresh` | cal1 | may do everything; organizes the sample booking and the made-up ones |
| `1000.sandbox.viewer` | cal2 | attends the sample booking with permission 1 |
| `1000.sandbox.editor` | cal4 | attends `1598000000000000005` with permission 3 |
| `1000.sandbox.admin` | admin | a Resource Admin: may change every booking |
| `1000.sandbox.stranger` | stranger | organizes `1598000000000000005` to `7`; is on no other booking |
| `1000.sandbox.no_plan` | noplan | has no plan with Resource Booking |
| `1000.sandbox.no_scope` | cal1 | may read free/busy only |
| `1000.sandbox.read_only` | cal1 | may read everything and change nothing |
| `1000.sandbox.revoked` | cal1 | revoked |

People have the address of their name at `example.com`; `staff01` to `staff20` are there to be invited.
The groups are the two of the vendor's sample.
"""

from dataclasses import dataclass

CLIENT_ID = "1000.SANDBOX"
CLIENT_SECRET = "sandbox-secret"  # noqa: S105 - published

_EVERYTHING = frozenset(
    f"ZohoCalendar.{family}.ALL" for family in ("bookings", "branches", "freebusy", "resources")
)
_READING = frozenset(scope.replace(".ALL", ".READ") for scope in _EVERYTHING)
_FREE_BUSY = frozenset({"ZohoCalendar.freebusy.READ"})


@dataclass(frozen=True, slots=True)
class Person:
    """A user of the organization; `zid` is the user's id."""

    zid: int
    email: str
    is_admin: bool = False
    has_plan: bool = True


@dataclass(frozen=True, slots=True)
class Grant:
    """A refresh token: who consented to which scopes."""

    refresh_token: str
    person: Person
    scopes: frozenset[str] = _EVERYTHING
    is_revoked: bool = False


def _person(zid: int, name: str, *, is_admin: bool = False, has_plan: bool = True) -> Person:
    return Person(zid, f"{name}@example.com", is_admin, has_plan)


CAL1 = _person(61130355, "cal1")
CAL2 = _person(61130357, "cal2")
CAL3 = _person(61130359, "cal3")
CAL4 = _person(61130361, "cal4")
CAL5 = _person(61298182, "cal5")
ADMIN = _person(61130300, "admin", is_admin=True)
STRANGER = _person(61130390, "stranger")
NO_PLAN = _person(61130391, "noplan", has_plan=False)
STAFF = tuple(_person(61140000 + number, f"staff{number:02d}") for number in range(1, 21))
PEOPLE = {person.zid: person for person in (CAL1, CAL2, CAL3, CAL4, CAL5, ADMIN, STRANGER, NO_PLAN, *STAFF)}
GROUPS = {62219540: "v399", 61178943: "v400"}  # id: name

GRANTS = (
    Grant("1000.sandbox.refresh", CAL1),
    Grant("1000.sandbox.viewer", CAL2),
    Grant("1000.sandbox.editor", CAL4),
    Grant("1000.sandbox.admin", ADMIN),
    Grant("1000.sandbox.stranger", STRANGER),
    Grant("1000.sandbox.no_plan", NO_PLAN),
    Grant("1000.sandbox.no_scope", CAL1, _FREE_BUSY),
    Grant("1000.sandbox.read_only", CAL1, _READING),
    Grant("1000.sandbox.revoked", CAL1, is_revoked=True),
)

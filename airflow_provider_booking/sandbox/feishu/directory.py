"""Who exists at the simulated Feishu. Nothing here is secret.

| what | where | values |
|---|---|---|
| apps | `tenant_sandbox` | `cli_sandbox` / `sandbox-secret`: every scope |
| | | `cli_readonly` / `readonly-secret`, `cli_writeonly` / `writeonly-secret`: one scope each |
| | `tenant_other` | `cli_other` / `other-secret`: every scope |
| users | `tenant_sandbox` | 1 to 20: `ou_` and `on_` with 32 digits, `staff0001`; the one of the samples |
| | `tenant_other` | 901 to 905 |
| user tokens | user 1 | `u-sandbox` / `ur-sandbox`: all granted |
| | user 1 | `u-sandbox-no-grant` / `ur-sandbox-no-grant`: only reading granted |

A person has one open_id for all apps here; at Feishu it differs from app to app.
"""

import re
from dataclasses import dataclass

RESERVE = "vc:reserve"
RESERVE_READ = "vc:reserve:readonly"
EMPLOYEE_ID = "contact:user.employee_id:readonly"
OFFLINE = "offline_access"

ID_KINDS = ("open_id", "union_id", "user_id")
_WELL_FORMED = {
    "open_id": re.compile(r"ou_[0-9a-f]{32}"),
    "union_id": re.compile(r"on_[0-9a-f]{32}"),
    "user_id": re.compile(r"[0-9A-Za-z_-]{1,64}"),
}


@dataclass(frozen=True, slots=True)
class App:
    """A self-built app and the scopes it was given."""

    app_id: str
    secret: str
    tenant: str
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class User:
    """A person of a tenant, under the three kinds of id."""

    open_id: str
    union_id: str
    user_id: str
    tenant: str

    def as_kind(self, kind: str) -> str:
        """Give the id of this kind, one of `ID_KINDS`."""
        found: str = getattr(self, kind)
        return found


def user(number: int, tenant: str) -> User:
    """Make the user with this number: `ou_000…1`, `on_000…1`, `staff0001`."""
    return User(f"ou_{number:032d}", f"on_{number:032d}", f"staff{number:04d}", tenant)


_ALL = frozenset({RESERVE, RESERVE_READ, EMPLOYEE_ID, OFFLINE})
APPS = {
    app.app_id: app
    for app in (
        App("cli_sandbox", "sandbox-secret", "tenant_sandbox", _ALL),
        App("cli_readonly", "readonly-secret", "tenant_sandbox", frozenset({RESERVE_READ})),
        App("cli_writeonly", "writeonly-secret", "tenant_sandbox", frozenset({RESERVE})),
        App("cli_other", "other-secret", "tenant_other", _ALL),
    )
}

SAMPLE_USER = User(  # the user of the vendor's own samples
    "ou_3ec3f6a28a0d08c45d895276e8e5e19b", "on_3ec3f6a28a0d08c45d895276e8e5e19b", "3ec3f6a2", "tenant_sandbox"
)
USERS = (
    SAMPLE_USER,
    *(user(number, "tenant_sandbox") for number in range(1, 21)),
    *(user(number, "tenant_other") for number in range(901, 906)),
)
TOKEN_USER = USERS[1]  # who `u-sandbox` stands for
_BY_ID = {(kind, person.as_kind(kind)): person for person in USERS for kind in ID_KINDS}


def find_user(user_id: str, kind: str) -> User | None:
    """Look a person up by an id of this kind."""
    return _BY_ID.get((kind, user_id))


def is_well_formed(user_id: str, kind: str) -> bool:
    """Say whether an id looks like one of its kind, whether or not it belongs to somebody."""
    return _WELL_FORMED[kind].fullmatch(user_id) is not None


def convert(user_id: str, have: str, want: str) -> str:
    """Turn one kind of id into another; an id of nobody stays as it is."""
    if have == want:
        return user_id
    person = find_user(user_id, have)
    return user_id if person is None else person.as_kind(want)

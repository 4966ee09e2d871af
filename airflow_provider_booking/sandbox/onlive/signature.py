"""Who calls: access keys, the date header and the signature (docs/vendors/onlive.md, rules 1 to 3).

| access key id | secret | what it may do |
|---|---|---|
| `SANDBOXKEY` | `sandbox-secret` | everything in its organisation |
| `SANDBOXREADONLY` | `readonly-secret` | read in the same organisation |
| `SANDBOXOTHER` | `other-secret` | everything in another organisation |
"""

import contextlib
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from airflow_provider_booking.sandbox.onlive.refusals import Refused, as_shown
from airflow_provider_booking.sandbox.simulator import Call

ORGANIZATION = "0a000000-0000-4000-8000-000000000001"
OTHER_ORGANIZATION = "0a000000-0000-4000-8000-000000000002"
DATE_HEADER = "x-onlive-site-date"
LARGEST_SKEW = 900  # seconds: rule 1
_DATE = re.compile(r"\d{8}T\d{6}Z", re.ASCII)
_AUTHORIZATION = re.compile(r"ONLIVESITE Credential:(?P<key>[^\s,]+), Signature=(?P<signature>\S+)")


@dataclass(frozen=True, slots=True)
class Key:
    """An access key, whose it is, and whether it may write."""

    key_id: str
    secret: str
    organization: str
    may_write: bool = True

    @property
    def label(self) -> str:
        """Its name in the request log."""
        return f"key:{self.key_id}"


KEYS = {
    key.key_id: key
    for key in (
        Key("SANDBOXKEY", "sandbox-secret", ORGANIZATION),
        Key("SANDBOXREADONLY", "readonly-secret", ORGANIZATION, may_write=False),
        Key("SANDBOXOTHER", "other-secret", OTHER_ORGANIZATION),
    )
}


def sign(secret: str, *, method: str, path: str, query: str, date: str, body: bytes) -> str:
    """Sign by the assumed scheme `onlive-assumed-1`; the vendor's own could not be read.

    Args:
        secret: The secret access key.
        method: GET, PUT and so on.
        path: The path on the wire, percent-encoded; of the simulator its mount is a part.
        query: The query on the wire, encoded, in any order; empty if there is none.
        date: The value of the date header.
        body: The exact bytes sent.

    Returns:
        64 hexadecimal digits.
    """
    pairs = sorted(query.split("&"), key=lambda pair: pair.partition("=")[0])
    lines = (
        method.upper(),
        path,
        "&".join(pairs),
        f"{DATE_HEADER}:{date}",
        hashlib.sha256(body).hexdigest(),
    )
    return hmac.new(secret.encode(), "\n".join(lines).encode(), hashlib.sha256).hexdigest()


def authenticate(call: Call, now: float, *, any_signature: bool) -> Key:
    """Give the key that signed a call, at unix time `now`.

    Raises:
        Refused: 401 if the date, the header, the key or the signature is not right.
    """
    date = call.header(DATE_HEADER)
    sent = _AUTHORIZATION.fullmatch(call.header("authorization"))
    key = KEYS.get(sent["key"]) if sent else None
    if sent is None or key is None or not _is_recent(date, now):
        raise _unauthorized()
    if not any_signature:
        right = sign(
            key.secret,
            method=call.method,
            path=call.wire_path,
            query=call.query_string.decode("latin-1"),
            date=date,
            body=call.body,
        )
        if not hmac.compare_digest(right.encode(), sent["signature"].encode()):
            raise _unauthorized()
    return key


def caller(call: Call) -> str:
    """Name the key that a call claims to have."""
    header = call.header("authorization")
    sent = _AUTHORIZATION.fullmatch(header)
    if sent and sent["key"] in KEYS:
        return KEYS[sent["key"]].label
    return "unknown" if header else "none"


def _is_recent(date: str, now: float) -> bool:
    if not _DATE.fullmatch(date):
        return False
    with contextlib.suppress(ValueError):  # the 31st of February
        then = datetime.strptime(date, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        return abs(int(now) - then.timestamp()) <= LARGEST_SKEW  # the header has whole seconds
    return False


def _unauthorized() -> Refused:
    return as_shown(401)

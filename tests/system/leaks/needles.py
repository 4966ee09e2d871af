"""What must not be found: every secret of a run, and every value of a person, in every form it could take."""

import base64
import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import quote, quote_plus, unquote_plus

from tests.system.leaks.tape import Exchange

Kind = Literal["secret", "personal", "misplaced"]

SHORTEST = 8  # characters; a shorter value stands in a log by chance, as six digits in its microseconds
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_SECRET = (
    "tenant_access_token",
    "access_token",
    "refresh_token",
    "token",
    "cancellationToken",
    "password",
)
_PERSONAL = (
    *("description", "desc", "reservationMemo", "updateMessage", "agentComment"),
    *("phone", "phoneNumber", "main_address", "mobile"),
)
_SENSITIVE: dict[str, Kind] = {**dict.fromkeys(_SECRET, "secret"), **dict.fromkeys(_PERSONAL, "personal")}


@dataclass(frozen=True)
class Needle:
    """One value that must not be found, and what it is to whom, which may be printed in its place.

    What is misplaced was put where a host or an id goes. Hosts and ids are stored; they are not logged.
    """

    kind: Kind
    name: str
    value: str = field(repr=False)


def forms(value: str) -> set[bytes]:
    """Return a value as it could stand in a file: plain, escaped for JSON, URL and HTML, and in base64."""
    escaped = json.dumps(value)[1:-1]
    at_sign = {each.replace("@", "\\u0040") for each in (value, escaped)}
    texts = {value, escaped, quote(value, safe=""), quote_plus(value), quote(value), html.escape(value)}
    texts |= (
        at_sign
        | {json.dumps(value, ensure_ascii=False)[1:-1]}
        | {repr(value)[1:-1], json.dumps(escaped)[1:-1]}
    )
    return {text.encode() for text in texts} | _in_base64(value.encode())


def _in_base64(value: bytes) -> set[bytes]:
    """Return a value in base64, wherever in the encoded bytes it begins, without its mixed ends."""
    found = set()
    for before in range(3):
        whole = (len(value) + before) // 3 * 3 - before
        encoded = base64.b64encode(bytes(before) + value[:whole])[4 if before else 0 :]
        found |= {encoded, encoded.translate(bytes.maketrans(b"+/", b"-_"))}
    return found


def on_the_wire(exchanges: Iterable[Exchange]) -> set[Needle]:
    """Return what went over the wire: every credential and token, and what belongs to people."""
    found: set[Needle] = set()
    for exchange in exchanges:
        vendor = exchange.path.split("/")[1]
        found |= _credentials(vendor, exchange.headers)
        for body in (exchange.asked, exchange.answered):
            found |= _of_text(vendor, body.decode(errors="replace"))
        found |= _of_text(vendor, unquote_plus(exchange.query.decode("latin-1")))
    return _long_enough(found)


def of_records(vendor: str, records: Iterable[Mapping[str, Any]]) -> set[Needle]:
    """Return what a vendor's bookings hold that is a secret or belongs to people."""
    return _long_enough({each for record in records for each in _of_value(vendor, record)})


def _credentials(vendor: str, headers: Mapping[bytes, bytes]) -> set[Needle]:
    value = headers.get(b"authorization", b"").decode("latin-1")
    parts = re.split(r"[\s,=:]+", value)
    # Of ONLIVE.SITE's header, only the signature: the key's id is a name, as a login is.
    words = parts[-1:] if vendor == "onlive" else parts[1:]
    return {Needle("secret", f"{vendor} Authorization", word) for word in words}


def _of_text(vendor: str, text: str) -> set[Needle]:
    try:
        found = set(_of_value(vendor, json.loads(text)))
    except ValueError:
        found = set()
    return found | {Needle("personal", f"{vendor} e-mail", each) for each in _ADDRESS.findall(text)}


def _of_value(vendor: str, value: Any, name: str = "") -> Iterator[Needle]:
    if isinstance(value, Mapping):
        for member, inner in value.items():
            yield from _of_value(vendor, inner, str(member))
    elif isinstance(value, list):
        for inner in value:
            yield from _of_value(vendor, inner, name)
    elif isinstance(value, str):
        if name in _SENSITIVE:
            yield Needle(_SENSITIVE[name], f"{vendor} {name}", value)
        for address in _ADDRESS.findall(value):
            yield Needle("personal", f"{vendor} e-mail", address)


def _long_enough(needles: set[Needle]) -> set[Needle]:
    return {each for each in needles if len(each.value) >= SHORTEST}

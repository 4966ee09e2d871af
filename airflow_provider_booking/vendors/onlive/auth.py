"""How ONLIVE is shown who calls: each request is signed as it leaves (docs/vendors/onlive.md, "Signature").

The vendor's signing scheme could not be read. What we assume about it is one function here, and any other
function can take its place: its dotted path goes into extra ``signer`` of the connection.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any

import httpx

from airflow_provider_booking.bookings import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Generator

    from pydantic import SecretStr

DATE_HEADER = "x-onlive-site-date"
ASSUMED_SCHEME = "onlive-assumed-1"


@dataclass(frozen=True)
class SignedRequest:
    """What there is to sign: the request exactly as it is on the wire.

    Attributes:
        method: The HTTP method in upper case.
        path: The path, percent-encoded, with the path prefix of the connection's host if it has one.
        query: The query, encoded and sorted by name; empty if there is none.
        date: The value of the date header: UTC, such as ``20250526T143022Z``.
        body: The bytes of the body; empty if there is none.
    """

    method: str
    path: str
    query: str = field(repr=False)
    date: str
    body: bytes = field(repr=False)


Signer = Callable[[SignedRequest, str], str]
"""Takes a request and the secret access key, returns what stands behind ``Signature=``."""


def sign_assumed_1(request: SignedRequest, secret: str) -> str:
    """Sign by the scheme ``onlive-assumed-1``, which nobody has verified.

    Returns:
        64 hexadecimal digits.
    """
    lines = (
        request.method,
        request.path,
        request.query,
        f"{DATE_HEADER}:{request.date}",
        hashlib.sha256(request.body).hexdigest(),
    )
    return hmac.new(secret.encode(), "\n".join(lines).encode(), hashlib.sha256).hexdigest()


def signer_named(name: str) -> Signer:
    """Find a signer.

    Args:
        name: ``onlive-assumed-1``, or the dotted path of a callable such as ``package.module.function``.

    Raises:
        ValueError: There is no such signer, or it cannot be called.
    """
    if name == ASSUMED_SCHEME:
        return sign_assumed_1
    module, _, attribute = name.rpartition(".")
    try:
        found = getattr(import_module(module), attribute)
    except Exception as error:  # noqa: BLE001  (whatever a user's module raises while it is loaded)
        raise ValueError(
            f"cannot be imported ({type(error).__name__}); give {ASSUMED_SCHEME}, or package.module.function"
        ) from None
    if not callable(found):
        raise ValueError("cannot be called; give a function of a request and the secret")  # noqa: TRY004  (as pydantic wants)
    signer: Signer = found
    return signer


class SignatureAuth(httpx.Auth):
    """Dates and signs a request each time that it is sent (pitfalls 1 to 4).

    Args:
        key_id: The access key id.
        secret: The secret access key.
        signer: What signs.
    """

    requires_request_body = True

    def __init__(self, key_id: str, secret: SecretStr, signer: Signer) -> None:
        self._key_id = key_id
        self._secret = secret
        self._signer = signer

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the headers that the vendor wants, then send.

        Raises:
            InvalidInput: The signer fails or returns what a header cannot carry; nothing is sent.
        """
        date = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        path, _, query = request.url.raw_path.decode("ascii").partition("?")
        signature = self._signature(SignedRequest(request.method, path, query, date, request.content))
        request.headers[DATE_HEADER] = date
        request.headers["Authorization"] = f"ONLIVESITE Credential:{self._key_id}, Signature={signature}"
        # Wanted on every call, those without a body included.
        request.headers["Content-Type"] = "application/json"
        yield request

    def _signature(self, request: SignedRequest) -> str:
        try:
            signature = self._signer(request, self._secret.get_secret_value())
        except Exception as error:  # noqa: BLE001  (whatever a user's signer raises)
            failure = type(error).__name__
        else:
            return _checked(signature)
        # Out of the except block: the original error may quote the secret.
        raise _bad_signer(f"failed ({failure})")


def _checked(signature: Any) -> str:
    if not isinstance(signature, str) or not signature:
        raise _bad_signer("returned no text")
    if not (signature.isascii() and signature.isprintable()) or " " in signature:
        raise _bad_signer("returned text that a header cannot carry")
    return signature


def _bad_signer(problem: str) -> InvalidInput:
    return InvalidInput(
        f"the connection's signer {problem}",
        hint="mend the function that extra signer names; nothing was sent",
        vendor="onlive",
    )

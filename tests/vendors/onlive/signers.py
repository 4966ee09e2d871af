"""What a user might name as `signer`, good and bad."""

from airflow_provider_booking.vendors.onlive.auth import SignedRequest, sign_assumed_1

NOT_A_FUNCTION = "signature"
seen: list[SignedRequest] = []


def watched(request: SignedRequest, secret: str) -> str:
    """Sign as assumed, and keep what was signed."""
    seen.append(request)
    return sign_assumed_1(request, secret)


def own_scheme(request: SignedRequest, secret: str) -> str:
    """Sign in a way of its own."""
    return f"{request.method.lower()}-{len(secret)}"


def telling(request: SignedRequest, secret: str) -> str:
    """Fail, and quote the secret."""
    raise KeyError(request.method, secret)


def silent(request: SignedRequest, secret: str) -> None:
    """Return nothing."""


def broken(request: SignedRequest, secret: str) -> str:
    """Return what no header can carry."""
    return f"{request.method}\r\n{secret}"


def wordy(request: SignedRequest, secret: str) -> str:
    """Return more than one word."""
    return f"{request.method} {secret}"

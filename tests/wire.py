"""What a vendor's simulator received from our clients."""

from typing import Any

from airflow_provider_booking.sandbox import Sandbox

Request = dict[str, Any]


def reads(sandbox: Sandbox, vendor: str) -> list[Request]:
    """Return the requests that change nothing, in order."""
    return [request for request in sandbox.requests(vendor) if request["method"] == "GET"]


def writes(sandbox: Sandbox, vendor: str) -> list[Request]:
    """Return the requests that may change a booking, in order; those for tokens are not among them."""
    return [
        request
        for request in sandbox.requests(vendor)
        if request["method"] != "GET" and not _is_for_a_token(request)
    ]


def token_fetches(sandbox: Sandbox, vendor: str) -> list[Request]:
    """Return the requests for access tokens, in order."""
    return [request for request in sandbox.requests(vendor) if _is_for_a_token(request)]


def _is_for_a_token(request: Request) -> bool:
    return "/auth/" in request["path"]

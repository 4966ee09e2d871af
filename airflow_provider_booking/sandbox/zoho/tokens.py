"""Zoho's accounts service: access tokens for refresh tokens, and how many of them there may be."""

import hashlib
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from airflow_provider_booking.sandbox.clock import Clock
from airflow_provider_booking.sandbox.zoho.directory import CLIENT_ID, CLIENT_SECRET, GRANTS, Grant
from airflow_provider_booking.sandbox.zoho.refusals import Refused

TOKEN_LIFE = 3600  # seconds: docs/vendors/zoho.md, rule 5
MOST_REFRESHES = 10  # for one refresh token in REFRESH_WINDOW: rule 3
REFRESH_WINDOW = 600  # seconds
MOST_LIVE = 15  # access tokens of one refresh token: rule 4
_SCHEMES = ("Zoho-oauthtoken ", "Bearer ")  # the second is not documented; public code sends it
_TOO_MANY = {
    "error_description": ("You have made too many requests continuously. Please try again after some time."),
    "error": "Access Denied",
    "status": "failure",
}


@dataclass(slots=True)
class Access:
    """An access token that was issued."""

    value: str
    grant: Grant
    expires_at: float


@dataclass(slots=True)
class Refresh:
    """A refresh token: its live access tokens, oldest first, and when it was lately used."""

    grant: Grant
    is_revoked: bool
    live: deque[Access] = field(default_factory=deque)
    refreshed_at: deque[float] = field(default_factory=lambda: deque(maxlen=MOST_REFRESHES))
    refused_at: float | None = None  # the last refusal for asking too often; None: it may ask


class Tokens:
    """Every token of the sandbox."""

    def __init__(self, clock: Clock, seed: int) -> None:
        self._clock = clock
        self._seed = seed
        self._minted = 0
        self._issued: dict[str, Access] = {}
        self._refreshes = {grant.refresh_token: Refresh(grant, grant.is_revoked) for grant in GRANTS}

    def refresh(self, form: Mapping[str, str], throttle_status: int) -> tuple[int, dict[str, Any]]:
        """Answer the token call with HTTP status and body (docs/vendors/zoho.md, rules 1 to 4).

        Most failures come with status 200.
        """
        if form.get("client_id") != CLIENT_ID:
            return 200, {"error": "invalid_client"}
        if form.get("client_secret") != CLIENT_SECRET:
            return 200, {"error": "invalid_client_secret"}
        refresh = self._refreshes.get(form.get("refresh_token", ""))
        # The sandbox has no consent page, so every grant code is a bad one too.
        if form.get("grant_type") != "refresh_token" or refresh is None or refresh.is_revoked:
            return 200, {"error": "invalid_code"}
        now = self._clock.now()
        if _asks_too_often(refresh, now):
            return throttle_status, _TOO_MANY
        return 200, {
            "access_token": self._issue(refresh, now).value,
            "scope": ",".join(sorted(refresh.grant.scopes)),
            "api_domain": "https://www.zohoapis.example",  # never the Calendar host, and nobody's
            "token_type": "Bearer",
            "expires_in": TOKEN_LIFE,
        }

    def revoke(self, token: str) -> dict[str, Any]:
        """Answer the revoke call: the refresh token and its access tokens end."""
        refresh = self._refreshes.get(token)
        if refresh is None or refresh.is_revoked:
            return {"error": "invalid_code"}
        refresh.is_revoked = True
        self._end(refresh)
        return {"status": "success"}

    def authenticate(self, authorization: str) -> Access:
        """Give the token behind an Authorization header.

        Raises:
            Refused: INVALID_OAUTHTOKEN if there is none, or none that is live (rules 6 and 8).
        """
        token = self._of_header(authorization)
        if token is None or token.expires_at <= self._clock.now():
            raise Refused("INVALID_OAUTHTOKEN")
        return token

    def label(self, authorization: str) -> str:
        """Name the user behind an Authorization header, for the request log."""
        if not authorization:
            return "none"
        token = self._of_header(authorization)
        return "unknown" if token is None else f"user:{token.grant.person.zid}"

    def void(self, action: str) -> int:
        """Expire all access tokens; with `revoke`, end all refresh tokens as well. Give how many that hit."""
        hit = sum(self._end(refresh) for refresh in self._refreshes.values())
        if action == "revoke":
            for refresh in self._refreshes.values():
                hit += not refresh.is_revoked
                refresh.is_revoked = True
        return hit

    def _of_header(self, authorization: str) -> Access | None:
        scheme = next((scheme for scheme in _SCHEMES if authorization.startswith(scheme)), None)
        return None if scheme is None else self._issued.get(authorization.removeprefix(scheme))

    def _issue(self, refresh: Refresh, now: float) -> Access:
        self._minted += 1
        text = f"{self._seed}:{refresh.grant.refresh_token}:{self._minted}"
        digest = hashlib.sha256(text.encode()).hexdigest()
        token = Access(f"1000.{digest[:32]}.{digest[32:]}", refresh.grant, now + TOKEN_LIFE)
        self._issued[token.value] = token
        refresh.refreshed_at.append(now)
        while refresh.live and refresh.live[0].expires_at <= now:
            refresh.live.popleft()
        refresh.live.append(token)
        if len(refresh.live) > MOST_LIVE:
            refresh.live.popleft().expires_at = now
        return token

    def _end(self, refresh: Refresh) -> int:
        now = self._clock.now()
        ended = [token for token in refresh.live if token.expires_at > now]
        for token in ended:
            token.expires_at = now
        return len(ended)


def _asks_too_often(refresh: Refresh, now: float) -> bool:
    if refresh.refused_at is not None:
        # docs/vendors/zoho.md, rule 3: only ten minutes without a call end it
        is_over = now - refresh.refused_at >= REFRESH_WINDOW
    else:
        times = refresh.refreshed_at
        is_over = len(times) < MOST_REFRESHES or now - times[0] >= REFRESH_WINDOW
    refresh.refused_at = None if is_over else now
    return not is_over

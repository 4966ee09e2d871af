"""Feishu's tokens: tenant tokens for apps, and user tokens with their refresh tokens."""

import hashlib
from dataclasses import dataclass
from typing import Any

from airflow_provider_booking.sandbox.clock import Clock
from airflow_provider_booking.sandbox.feishu.directory import (
    APPS,
    OFFLINE,
    RESERVE_READ,
    TOKEN_USER,
    App,
    User,
)
from airflow_provider_booking.sandbox.feishu.refusals import OAuthRefused, Refused

TOKEN_LIFE = 7200  # seconds
RENEWABLE_BELOW = 1800  # seconds left under which a tenant token is replaced: rules 3 and 4
REFRESH_LIFE = 604_800
GRACE = 60  # seconds that an access token outlives its refresh: rule 39
CONSENT_LIFE = 365 * 86400

# What an unknown bearer value is taken for, by how it starts; anything else is refused for its shape.
_UNKNOWN = {"t-": 99991663, "u-": 99991668, "eyJ": 99991668, "a-": 99991664}


@dataclass(slots=True)
class Access:
    """A token that was issued: to an app, or to an app for a user with what that user granted."""

    value: str
    app: App
    expires_at: float
    user: User | None = None
    granted: frozenset[str] = frozenset()
    revoked: bool = False

    @property
    def label(self) -> str:
        """Name the holder without the token."""
        return f"app:{self.app.app_id}" if self.user is None else f"user:{self.user.open_id}"


@dataclass(slots=True)
class Refresh:
    """A refresh token, good for one use."""

    value: str
    app: App
    access: Access
    expires_at: float
    consented_at: float
    used: bool = False
    revoked: bool = False


class Tokens:
    """Every token ever issued, so that each is refused for the right reason."""

    def __init__(self, clock: Clock, seed: int) -> None:
        self._clock = clock
        self._seed = seed
        self._issued: dict[str, Access] = {}
        self._newest: dict[str, Access] = {}  # the current tenant token, by app
        self._refreshes: dict[str, Refresh] = {}
        app, granted = APPS["cli_sandbox"], APPS["cli_sandbox"].scopes
        self._start("u-sandbox", "ur-sandbox", app, granted)
        self._start("u-sandbox-no-grant", "ur-sandbox-no-grant", app, frozenset({RESERVE_READ, OFFLINE}))

    def tenant_token(self, app_id: str, secret: str) -> dict[str, Any]:
        """Answer the tenant token call.

        Its failures come with HTTP 200 (docs/vendors/feishu.md, rules 1 to 5).
        """
        if not app_id or not secret:
            return {"code": 10003, "msg": "invalid param"}
        app = APPS.get(app_id)
        if app is None:
            return {"code": 99991543, "msg": "app_id or app_secret is not exist"}
        if secret != app.secret:
            return {"code": 10014, "msg": "app secret invalid"}
        now = self._clock.now()
        token = self._newest.get(app_id)
        if token is None or token.revoked or token.expires_at - now < RENEWABLE_BELOW:
            token = self._keep(Access(self._mint("t-"), app, now + TOKEN_LIFE))
            self._newest[app_id] = token
        return {
            "code": 0,
            "msg": "ok",
            "tenant_access_token": token.value,
            "expire": round(token.expires_at - now),
        }

    def refresh(self, form: dict[str, str]) -> dict[str, Any]:
        """Answer the OAuth v2 call with a new pair of user tokens (docs/vendors/feishu.md, rule 39).

        Raises:
            OAuthRefused: If the client or the refresh token is not accepted.
        """
        for name in ("grant_type", "client_id", "client_secret"):
            if not form.get(name):
                raise OAuthRefused(20001, f"The request is missing a required parameter: {name}.")
        if form["grant_type"] != "refresh_token":  # the sandbox has no consent page, so no codes either
            raise OAuthRefused(20036, "The specified grant_type is not supported.")
        if not form.get("refresh_token"):
            raise OAuthRefused(20001, "The request is missing a required parameter: refresh_token.")
        app = APPS.get(form["client_id"])
        if app is None:
            raise OAuthRefused(20048, "The specified app does not exist.")
        if form["client_secret"] != app.secret:
            raise OAuthRefused(20002, "The client secret is invalid.")
        old = self._usable_refresh(form["refresh_token"], app)
        now = self._clock.now()
        old.used = True
        old.access.expires_at = min(old.access.expires_at, now + GRACE)
        return self._rotate(old, now)

    def authenticate(self, authorization: str) -> Access:
        """Give the token behind an Authorization header.

        Raises:
            Refused: For each way in which it is not good (docs/vendors/feishu.md, rules 6 to 8).
        """
        value = authorization.removeprefix("Bearer ").strip()
        if not authorization.startswith("Bearer ") or not value:
            raise Refused(99991661)
        token = self._issued.get(value)
        if token is None:
            raise Refused(
                next((code for start, code in _UNKNOWN.items() if value.startswith(start)), 99991671)
            )
        expired = token.expires_at <= self._clock.now()
        if token.user is None and (token.revoked or expired):
            raise Refused(99991663)
        if token.revoked:
            raise Refused(99991668)
        if expired:
            raise Refused(99991677)
        return token

    def label(self, authorization: str) -> str:
        """Name the caller for the request log."""
        if not authorization:
            return "none"
        token = self._issued.get(authorization.removeprefix("Bearer ").strip())
        return "unknown" if token is None else token.label

    def void(self, action: str) -> int:
        """Expire or revoke every access token now, and say how many.

        Revoking takes the refresh tokens along.
        """
        now = self._clock.now()
        good = [token for token in self._issued.values() if not token.revoked and token.expires_at > now]
        for token in good:
            if action == "revoke":
                token.revoked = True
            else:
                token.expires_at = now
        if action == "revoke":
            for refresh in self._refreshes.values():
                refresh.revoked = True
        return len(good)

    def _start(self, access: str, refresh: str, app: App, granted: frozenset[str]) -> None:
        now = self._clock.now()
        token = self._keep(Access(access, app, now + TOKEN_LIFE, TOKEN_USER, granted))
        self._refreshes[refresh] = Refresh(refresh, app, token, now + REFRESH_LIFE, now)

    def _usable_refresh(self, value: str, app: App) -> Refresh:
        refresh = self._refreshes.get(value)
        if refresh is None:
            raise OAuthRefused(20026, "The refresh token is invalid.")
        now = self._clock.now()
        last_use = min(refresh.expires_at, refresh.consented_at + CONSENT_LIFE)
        for is_so, code, description in (
            (refresh.app is not app, 20024, "The refresh token does not belong to this client."),
            (OFFLINE not in app.scopes, 20074, "The app may not refresh user tokens."),
            (refresh.used, 20073, "The refresh token has already been used."),
            (refresh.revoked, 20064, "The refresh token has been revoked."),
            (now >= last_use, 20037, "The refresh token has expired."),
        ):
            if is_so:
                raise OAuthRefused(code, description)
        return refresh

    def _rotate(self, old: Refresh, now: float) -> dict[str, Any]:
        access = self._keep(
            # v2 user tokens start like this; a client must not go by prefixes
            Access(self._mint("eyJ"), old.app, now + TOKEN_LIFE, old.access.user, old.access.granted)
        )
        new = Refresh(self._mint("eyJr"), old.app, access, now + REFRESH_LIFE, old.consented_at)
        self._refreshes[new.value] = new
        return {
            "code": 0,
            "access_token": access.value,
            "expires_in": TOKEN_LIFE,
            "refresh_token": new.value,
            "refresh_token_expires_in": REFRESH_LIFE,
            "scope": " ".join(sorted(access.granted)),
            "token_type": "Bearer",
        }

    def _keep(self, token: Access) -> Access:
        self._issued[token.value] = token
        return token

    def _mint(self, prefix: str) -> str:
        text = f"{self._seed}:{prefix}:{len(self._issued)}:{len(self._refreshes)}"
        return prefix + hashlib.sha256(text.encode()).hexdigest()[:40]


def _code_of_unknown(bearer: str) -> int:
    return next((code for start, code in _UNKNOWN.items() if bearer.startswith(start)), 99991671)

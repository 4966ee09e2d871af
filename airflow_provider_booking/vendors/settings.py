"""What an Airflow connection says, checked before anything is sent."""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Self

import httpx
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
)
from pyrate_limiter import Duration, Rate, validate_rate_list

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.bookings.wording import first_problem
from airflow_provider_booking.vendors.tokens import TokenBudget

_UNITS = {"second": Duration.SECOND, "minute": Duration.MINUTE, "hour": Duration.HOUR, "day": Duration.DAY}


def _base_url(value: str) -> str:
    try:
        url = httpx.URL(value)
    except httpx.InvalidURL:
        raise ValueError("is not a URL; write it whole, such as https://api.example.com") from None
    host = url.host.removesuffix(".")
    if url.scheme not in ("http", "https") or not host:
        raise ValueError("has no scheme; write the whole URL, such as https://api.example.com")
    if url.userinfo or "?" in value or "#" in value:
        raise ValueError("holds more than scheme, host, port and path; leave the rest out")
    if url.scheme == "http" and not is_loopback(host):
        raise ValueError("is plain http, which would send the credential in clear; use https")
    # One spelling, so that all who call it share its pace and its bookings. httpx has put the host into lower
    # case and left out a port that goes without saying; the path is as it was given.
    _, slash, path = value.partition("://")[2].partition("/")
    authority = url.copy_with(host=host).netloc.decode()
    return f"{url.scheme}://{authority}{slash}{path}".rstrip("/")


def is_loopback(host: str) -> bool:
    """Whether a URL's host is this machine, so that plain http never leaves it."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _rates(value: Any) -> Any:
    given = [part.strip() for part in value.split(",")] if isinstance(value, str) else value
    if not isinstance(given, list | tuple) or not given:
        raise ValueError('is not a rate; write "50/second", or a list such as ["50/second", "1000/minute"]')
    rates = [_rate(each) for each in given]
    rates.sort(key=lambda rate: rate.interval)
    if not validate_rate_list(rates):
        raise ValueError(
            "contradicts itself; a longer window must allow more in all and less a second than a shorter"
        )
    return tuple(f"{rate.limit}/{_unit(rate.interval)}" for rate in rates)


def _rate(text: Any) -> Rate:
    count, _, unit = str(text).partition("/")
    unit = unit.strip().removesuffix("s")
    if not count.strip().isdecimal() or int(count) < 1 or unit not in _UNITS:
        raise ValueError('is not a rate; write a count and second, minute, hour or day, such as "50/second"')
    return Rate(int(count), _UNITS[unit])


def _unit(interval: int) -> str:
    return next(name for name, duration in _UNITS.items() if duration == interval)


def rates(texts: tuple[str, ...]) -> list[Rate]:
    """The limiter's form of checked rates."""
    return [_rate(each) for each in texts]


def _verify(value: Any) -> Any:
    if isinstance(value, str):
        if value.lower() in ("true", "false"):
            return value.lower() == "true"
        if not Path(value).is_file():
            raise ValueError("names no file; give true, false or the path of a CA file")
    elif not isinstance(value, bool):
        raise ValueError("must be true or false; or give the path of a CA file")  # noqa: TRY004  (as pydantic wants)
    return value


def _header_value(value: SecretStr) -> SecretStr:
    text = value.get_secret_value()
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise ValueError("holds characters that a header cannot carry; paste it again without line breaks")
    return value


BaseUrl = Annotated[str, AfterValidator(_base_url)]
Rates = Annotated[tuple[str, ...], BeforeValidator(_rates)]
HeaderSecret = Annotated[SecretStr, AfterValidator(_header_value)]


class VendorSettings(BaseModel):
    """A connection to one vendor.

    Fields bear the names that the connection form shows (``login``, ``password``, ``host`` and extras);
    a vendor's subclass says with ``title`` what each is called there.

    Attributes:
        conn_id: The Airflow connection's id.
        host: Base URL in one spelling, with an optional path prefix, without a trailing slash.
        rate_limit: Budget of writes, such as ``("50/second", "1000/minute")``.
        read_rate_limit: Budget of reads.
        max_concurrency: How many requests may be under way at once.
        timeout: Seconds to wait for each step of a request: connect, send, receive.
        verify: Whether to check the server's certificate, or the path of a CA file.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    vendor: ClassVar[str]
    token_budget: ClassVar[TokenBudget | None] = None
    """How many access tokens the vendor hands out; None where it counts none, or has no tokens."""

    conn_id: str
    host: BaseUrl
    rate_limit: Rates
    read_rate_limit: Rates
    max_concurrency: int = Field(default=16, ge=1, le=1000)
    timeout: float = Field(default=30, gt=0, le=3600)
    verify: Annotated[bool | str, BeforeValidator(_verify)] = True

    @classmethod
    def from_connection(
        cls,
        conn_id: str,
        *,
        login: str | None = None,
        password: str | None = None,
        host: str | None = None,
        port: int | None = None,
        schema: str | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> Self:
        """Read the parts of an Airflow connection.

        Args:
            conn_id: The connection's id.
            login: As the connection has it; empty counts as not given. So for the others.
            password: The secret.
            host: A whole URL.
            port: Refused: it belongs into ``host``.
            schema: Refused: it belongs into ``host``.
            extra: The connection's extra, as a mapping. Null and empty members count as not given.

        Raises:
            InvalidInput: A part is missing, unknown or wrong; the text names it and says what to do, and
                never shows a value.
        """
        for name, value in (("port", port), ("schema", schema)):
            if value:
                raise InvalidInput(
                    f"connection {conn_id}: {name} is not used",
                    hint="write the whole URL into host, such as https://api.example.com:8443",
                )
        if extra is not None and not isinstance(extra, Mapping):
            raise InvalidInput(f"connection {conn_id}: extra is no object", hint="write it as a JSON object")
        if misplaced := sorted({"login", "password", "host", "conn_id"} & set(extra or {})):
            raise InvalidInput(
                f"connection {conn_id}: extra holds {misplaced[0]}", hint="fill in the field of that name"
            )
        given = {"login": login, "password": password, "host": host, **(extra or {})}
        given = {name: value for name, value in given.items() if value not in (None, "")}
        try:
            return cls.model_validate({**given, "conn_id": conn_id})
        except ValidationError as error:
            problem, hint = first_problem(error, cls)
        # Out of the except block: the original error knows the values.
        raise InvalidInput(f"connection {conn_id}: {cls._titled(problem)}", hint=hint)

    @classmethod
    def _titled(cls, problem: str) -> str:
        name, space, rest = problem.partition(" ")
        field = cls.model_fields.get(name)
        return f"{name} ({field.title}){space}{rest}" if field and field.title else problem

    def credential(self) -> str:
        """A digest of who calls whom: two connections with the same one share token, pause and budgets."""
        return self._digest(self.credential_fields())

    def account(self) -> str:
        """A digest of whose account it is; a new secret makes no other where something else names it."""
        return self._digest(self.account_fields())

    def _digest(self, fields: frozenset[str]) -> str:
        values = [
            value.get_secret_value() if isinstance(value, SecretStr) else value
            for name, value in self
            if name in fields
        ]
        text = "\0".join([self.vendor, self.host, *(str(each) for each in values)])
        return hashlib.sha256(text.encode()).hexdigest()

    @classmethod
    def credential_fields(cls) -> frozenset[str]:
        """The fields that say who calls."""
        return frozenset({"login", "password"})

    @classmethod
    def account_fields(cls) -> frozenset[str]:
        """The fields that say whose account it is; secrets only where nothing else does."""
        return cls.credential_fields()

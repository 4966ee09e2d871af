"""What a KOS connection says: docs/vendors/kos.md, "Connection"."""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field, SecretStr, model_validator

from airflow_provider_booking.bookings.time import zone_name
from airflow_provider_booking.vendors.settings import BaseUrl, Rates, VendorSettings

NO_PREFIX = "none"
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


def _api_key(value: SecretStr) -> SecretStr:
    key = value.get_secret_value()
    if not key.isprintable() or " " in key:
        raise ValueError("holds white space; paste it again without spaces and line breaks")
    return value


def _header_name(value: str) -> str:
    if not _HEADER_NAME.fullmatch(value):
        raise ValueError("is not a header's name; give one such as Authorization or X-Auth-Token")
    return value


def _prefix(value: str) -> str:
    """Airflow's form may drop the space at the end, and takes an empty field as not given."""
    if not (value.isascii() and value.isprintable()):
        raise ValueError("holds characters that a header cannot carry; give plain text, such as Bearer")
    prefix = value.lstrip()
    if prefix.strip().lower() == NO_PREFIX:
        return ""
    return f"{prefix} " if prefix[-1:].isalnum() else prefix


class KosSettings(VendorSettings):
    """A clinic at KOS by its API key.

    Attributes:
        password: The API key, which is exchanged for a token.
        auth_header: The header that carries the token.
        auth_prefix: What stands before the token there, with its space; ``none`` is read as nothing.
        time_zone: IANA name of the clinic's zone, in which KOS is taken to judge dates.
    """

    vendor: ClassVar[str] = "kos"

    password: Annotated[SecretStr, AfterValidator(_api_key)] = Field(title="API key")
    # None of the three is published (pitfall 14): host has no default, the others are assumed.
    host: BaseUrl
    auth_header: Annotated[str, AfterValidator(_header_name)] = "Authorization"
    auth_prefix: Annotated[str, AfterValidator(_prefix)] = "Bearer "
    time_zone: Annotated[str, AfterValidator(zone_name)] = "Asia/Seoul"
    # The vendor publishes no numbers: these are our own, careful ones (docs/vendors/kos.md, "Rate limits").
    rate_limit: Rates = ("10/second",)
    read_rate_limit: Rates = ("10/second",)

    @model_validator(mode="before")
    @classmethod
    def _host_is_given(cls, data: Any) -> Any:
        if isinstance(data, dict) and "host" not in data:
            raise ValueError("host is missing; fill in the base URL that KOS gave you, none is published")
        return data

    @classmethod
    def credential_fields(cls) -> frozenset[str]:
        """The fields that say who calls; also how, since a header that hides a token does not make it bad."""
        return super().credential_fields() | {"auth_header", "auth_prefix"}

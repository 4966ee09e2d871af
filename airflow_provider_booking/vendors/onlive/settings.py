"""What an ONLIVE connection says: docs/vendors/onlive.md, "Connection"."""

from __future__ import annotations

import re
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field, SecretStr

from airflow_provider_booking.vendors.onlive.auth import ASSUMED_SCHEME, signer_named
from airflow_provider_booking.vendors.settings import BaseUrl, Rates, VendorSettings

_KEY_ID = re.compile(
    r"[!-+\--~]+"
)  # printable ASCII without blanks and commas: a comma ends it in the header


def _key_id(value: str) -> str:
    if not _KEY_ID.fullmatch(value):
        raise ValueError("holds a blank, a comma or another odd character; paste it again")
    return value


def _printable(value: SecretStr) -> SecretStr:
    # It only signs and is in no header, so that any letters will do.
    if not value.get_secret_value().isprintable():
        raise ValueError("holds line breaks or other control characters; paste it again")
    return value


def _signer(value: str) -> str:
    signer_named(value)
    return value


class OnliveSettings(VendorSettings):
    """An organisation at ONLIVE.SITE by an access key.

    Attributes:
        login: The access key id.
        password: The secret access key.
        signer: How requests are signed: ``onlive-assumed-1``, or the dotted path of a callable; see
            :mod:`~airflow_provider_booking.vendors.onlive.auth`.
    """

    vendor: ClassVar[str] = "onlive"

    login: Annotated[str, AfterValidator(_key_id)] = Field(title="access key id")
    password: Annotated[SecretStr, AfterValidator(_printable)] = Field(title="secret access key")
    host: BaseUrl = "https://openapi.onlive.site"
    signer: Annotated[str, AfterValidator(_signer)] = ASSUMED_SCHEME
    # docs/vendors/onlive.md, "Rate limits": of one key, reads and writes apart.
    rate_limit: Rates = ("100/minute",)
    read_rate_limit: Rates = ("1000/minute",)

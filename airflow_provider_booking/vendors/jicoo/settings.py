"""What a Jicoo connection says: docs/vendors/jicoo.md, "Connection"."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from airflow_provider_booking.vendors.settings import BaseUrl, HeaderSecret, Rates, VendorSettings


class JicooSettings(VendorSettings):
    """A Jicoo account by its API key.

    Attributes:
        password: The API key.
    """

    vendor: ClassVar[str] = "jicoo"

    password: HeaderSecret = Field(title="API key")
    host: BaseUrl = "https://api.jicoo.com"
    # The vendor publishes no numbers: these are our own, careful ones (docs/vendors/jicoo.md, "Rate limits").
    rate_limit: Rates = ("5/second",)
    read_rate_limit: Rates = ("10/second",)

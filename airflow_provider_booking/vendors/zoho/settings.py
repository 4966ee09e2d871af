"""What a Zoho Calendar connection says: docs/vendors/zoho.md, "Connection"."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Self

import httpx
from pydantic import AfterValidator, Field, SecretStr, model_validator

from airflow_provider_booking.vendors.settings import BaseUrl, HeaderSecret, Rates, VendorSettings
from airflow_provider_booking.vendors.tokens import TokenBudget

# docs/vendors/zoho.md, "Connection": the hosts of one data centre. Those below the line are assumed.
_ACCOUNTS = {
    "calendar.zoho.com": "accounts.zoho.com",
    "calendar.zoho.eu": "accounts.zoho.eu",
    "calendar.zoho.in": "accounts.zoho.in",
    "calendar.zoho.com.au": "accounts.zoho.com.au",
    "calendar.zoho.com.cn": "accounts.zoho.com.cn",
    # - - - - - - - - - - - - - - - - - - - - - - -
    "calendar.zoho.jp": "accounts.zoho.jp",
    "calendar.zoho.sa": "accounts.zoho.sa",
    "calendar.zoho.uk": "accounts.zoho.uk",
    "calendar.zohocloud.ca": "accounts.zohocloud.ca",
}
_CALENDARS = {accounts: calendar for calendar, accounts in _ACCOUNTS.items()}
_HOST = "https://calendar.zoho.com"
_ACCOUNTS_URL = "https://accounts.zoho.com"


def _calendar(url: str) -> str:
    name = httpx.URL(url).host
    if name.startswith("www.zohoapis."):
        raise ValueError("is the api_domain of other Zoho products; give the Calendar host, such as " + _HOST)
    if name in _CALENDARS:
        raise ValueError("is an accounts host; give the Calendar host, and this one as accounts_url in extra")
    return url


def _accounts(url: str) -> str:
    if httpx.URL(url).host in _ACCOUNTS:
        raise ValueError(f"is a Calendar host; give the accounts host, such as {_ACCOUNTS_URL}")
    return url


class ZohoSettings(VendorSettings):
    """A Zoho user, by the refresh token that they gave to an OAuth client.

    Attributes:
        login: The OAuth client's id.
        password: The OAuth client's secret.
        host: The Calendar host of the user's data centre.
        refresh_token: What access tokens are fetched with.
        accounts_url: Where they are fetched; left out, it is the accounts host of the same data centre.
        send_as: Whether bookings travel in the query, as the vendor documents, or in a form.
    """

    vendor: ClassVar[str] = "zoho"
    # docs/vendors/zoho.md, "Tokens": the eleventh within ten minutes locks the refresh token out.
    token_budget: ClassVar[TokenBudget | None] = TokenBudget(tokens=10, seconds=600)

    login: str = Field(title="client id")
    password: SecretStr = Field(title="client secret")
    host: Annotated[BaseUrl, AfterValidator(_calendar)] = _HOST
    refresh_token: HeaderSecret
    accounts_url: Annotated[BaseUrl, AfterValidator(_accounts)] = _ACCOUNTS_URL
    send_as: Literal["query", "form"] = "query"
    # The vendor publishes no numbers and locks out whoever exceeds them: docs/vendors/zoho.md, "Rate limits".
    rate_limit: Rates = ("20/minute",)
    read_rate_limit: Rates = ("30/minute",)

    @model_validator(mode="before")
    @classmethod
    def _accounts_of_the_same_data_centre(cls, given: Any) -> Any:
        if isinstance(given, dict) and "accounts_url" not in given:
            name = _host_name(given.get("host"))
            if name in _ACCOUNTS:
                return {**given, "accounts_url": f"https://{_ACCOUNTS[name]}"}
        return given

    @model_validator(mode="after")
    def _one_data_centre(self) -> Self:
        accounts = _ACCOUNTS.get(httpx.URL(self.host).host)
        given = httpx.URL(self.accounts_url).host
        if accounts and given in _CALENDARS and given != accounts:
            # Pitfall 12.
            raise ValueError(
                "host and accounts_url are of different data centres, and tokens do not cross; "
                f"give https://{accounts} or another host"
            )
        return self

    @classmethod
    def credential_fields(cls) -> frozenset[str]:
        """The fields that say who calls: a new consent is another caller (pitfall 21)."""
        return super().credential_fields() | {"refresh_token", "accounts_url"}

    @classmethod
    def account_fields(cls) -> frozenset[str]:
        """The fields that say whose account it is: a new consent is to go on with what the old one began."""
        return frozenset({"login", "accounts_url"})


def _host_name(url: Any) -> str | None:
    try:
        return httpx.URL(url).host
    except (httpx.InvalidURL, TypeError):
        return None  # said by the field's own check

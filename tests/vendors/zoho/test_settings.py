"""docs/vendors/zoho.md, "Connection": what a Zoho Calendar connection must say."""

from typing import Any

import pytest

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.vendors.zoho.settings import ZohoSettings

USER: dict[str, Any] = {
    "login": "1000.CLIENT",
    "password": "client-secret",
    "extra": {"refresh_token": "1000.refresh"},
}


def read(conn_id: str = "zoho_1", *, extra: dict[str, Any] | None = None, **parts: Any) -> ZohoSettings:
    return ZohoSettings.from_connection(conn_id, **USER | parts | {"extra": USER["extra"] | (extra or {})})


def test_a_client_and_a_refresh_token_are_enough() -> None:
    settings = read()
    assert settings.host == "https://calendar.zoho.com"
    assert settings.accounts_url == "https://accounts.zoho.com"
    assert settings.send_as == "query"
    assert (settings.rate_limit, settings.read_rate_limit) == (("20/minute",), ("30/minute",))


@pytest.mark.parametrize(
    ("calendar", "accounts"),
    [
        ("calendar.zoho.com", "accounts.zoho.com"),
        ("calendar.zoho.eu", "accounts.zoho.eu"),
        ("calendar.zoho.in", "accounts.zoho.in"),
        ("calendar.zoho.com.au", "accounts.zoho.com.au"),
        ("calendar.zoho.com.cn", "accounts.zoho.com.cn"),
        ("calendar.zoho.jp", "accounts.zoho.jp"),
        ("calendar.zoho.sa", "accounts.zoho.sa"),
        ("calendar.zoho.uk", "accounts.zoho.uk"),
        ("calendar.zohocloud.ca", "accounts.zohocloud.ca"),
        ("calendar.example.com", "accounts.zoho.com"),
    ],
)
def test_accounts_url_follows_from_the_host(calendar: str, accounts: str) -> None:
    assert read(host=f"https://{calendar}/").accounts_url == f"https://{accounts}"


def test_accounts_url_may_be_any_for_a_host_that_is_not_zohos() -> None:
    settings = read(host="https://zoho.example.com", extra={"accounts_url": "https://accounts.zoho.eu"})
    assert settings.accounts_url == "https://accounts.zoho.eu"


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"login": None}, r"login \(client id\) is missing: give it"),
        ({"password": ""}, r"password \(client secret\) is missing"),
        ({"extra": {"refresh_token": ""}}, "refresh_token is missing"),
        ({"extra": {"refresh_token": "1000.a b"}}, "refresh_token holds characters that a header cannot"),
        ({"host": "calendar.zoho.com"}, "host has no scheme"),
        ({"host": "https://calendar.zoho.com:port"}, "host is not a URL"),
        ({"host": "http://calendar.zoho.com"}, "host is plain http"),
        ({"host": "https://www.zohoapis.com"}, "host is the api_domain .*https://calendar.zoho.com"),
        ({"host": "https://www.zohoapis.eu"}, "host is the api_domain"),
        ({"host": "https://accounts.zoho.eu"}, "host is an accounts host"),
        ({"extra": {"accounts_url": "https://calendar.zoho.eu"}}, "accounts_url is a Calendar host"),
        ({"extra": {"accounts_url": "http://accounts.zoho.com"}}, "accounts_url is plain http"),
        (
            {"host": "https://calendar.zoho.in", "extra": {"accounts_url": "https://accounts.zoho.com"}},
            "different data centres, and tokens do not cross: give https://accounts.zoho.in",
        ),
        ({"extra": {"send_as": "json"}}, "send_as must be 'query' or 'form'"),
        ({"extra": {"account_url": "https://accounts.zoho.eu"}}, "did you mean accounts_url"),
        ({"extra": {"rate_limit": "often"}}, "rate_limit is not a rate"),
        ({"port": 443}, "port is not used"),
    ],
)
def test_what_is_missing_or_wrong_is_named_in_one_sentence(parts: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidInput, match=f"^connection zoho_1: .*{said}") as refused:
        read(**parts)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("secret", ["client-secret", "1000.refresh"])
def test_no_secret_is_shown_in_repr(secret: str) -> None:
    assert secret not in repr(read())


@pytest.mark.parametrize("secret", ["client-secret", "1000.a b"])
def test_no_secret_is_shown_in_a_refusal(secret: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read(extra={"refresh_token": "1000.a b"})
    assert secret not in str(refused.value)


@pytest.mark.parametrize(
    "other",
    [
        {"login": "1000.OTHER"},
        {"password": "new-secret"},
        {"host": "https://calendar.zoho.eu"},
        {"extra": {"refresh_token": "1000.consent"}},
        {"host": "https://zoho.example.com", "extra": {"accounts_url": "https://accounts.example.com"}},
    ],
)
def test_another_client_secret_data_centre_or_consent_is_another_credential(other: dict[str, Any]) -> None:
    assert read(**other).credential() != read().credential()


def test_another_accounts_url_alone_is_another_credential() -> None:
    one, other = (
        read(host="https://zoho.example.com", extra={"accounts_url": f"https://{name}.example.com"})
        for name in ("accounts", "login")
    )
    assert one.credential() != other.credential()


@pytest.mark.parametrize("extra", [{"timeout": 5}, {"accounts_url": "https://accounts.zoho.com"}])
def test_two_connections_of_one_consent_are_one_credential(extra: dict[str, Any]) -> None:
    assert read("zoho_2", extra=extra).credential() == read().credential()


@pytest.mark.parametrize("other", [{"password": "new-secret"}, {"extra": {"refresh_token": "1000.consent"}}])
def test_a_new_client_secret_or_consent_is_the_same_account(other: dict[str, Any]) -> None:
    assert read(**other).account() == read().account()


@pytest.mark.parametrize("other", [{"login": "1000.OTHER"}, {"host": "https://calendar.zoho.eu"}])
def test_another_client_or_data_centre_is_another_account(other: dict[str, Any]) -> None:
    assert read(**other).account() != read().account()

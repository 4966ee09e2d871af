"""docs/vendors/kos.md, "Connection": what a KOS connection must say."""

from typing import Any

import pytest

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.vendors.kos.settings import KosSettings

CLINIC: dict[str, Any] = {"password": "key-1", "host": "https://api.example.com"}


def read(*, extra: dict[str, Any] | None = None, **parts: Any) -> KosSettings:
    return KosSettings.from_connection("kos_1", **parts, extra=extra)


def test_a_key_and_a_host_are_all_that_is_needed() -> None:
    settings = read(**CLINIC)
    assert (settings.auth_header, settings.auth_prefix) == ("Authorization", "Bearer ")
    assert settings.time_zone == "Asia/Seoul"
    assert settings.rate_limit == settings.read_rate_limit == ("10/second",)


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("Bearer ", "Bearer "),
        ("Bearer", "Bearer "),
        (" Token", "Token "),
        ("none", ""),
        ("None ", ""),
        ("token=", "token="),
        ("Key: ", "Key: "),
    ],
)
def test_a_prefix_gets_the_space_that_a_form_drops(given: str, taken: str) -> None:
    assert read(**CLINIC, extra={"auth_prefix": given}).auth_prefix == taken


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"host": CLINIC["host"]}, r"password \(API key\) is missing"),
        ({"password": "key-1"}, "host is missing: fill in the base URL that KOS gave you"),
        ({"password": "key-1", "host": ""}, "host is missing: fill in the base URL that KOS gave you"),
        ({**CLINIC, "password": "key-1\n"}, r"password \(API key\) holds white space"),
        ({**CLINIC, "login": "jane"}, "login is not a known field"),
        ({**CLINIC, "host": "api.example.com"}, "host has no scheme"),
        ({**CLINIC, "host": "http://api.example.com"}, "host is plain http"),
        ({**CLINIC, "extra": {"auth_header": "X Auth"}}, "auth_header is not a header's name"),
        ({**CLINIC, "extra": {"auth_header": "Authorization:"}}, "auth_header is not a header's name"),
        ({**CLINIC, "extra": {"auth_prefix": "Bearer\n"}}, "auth_prefix holds characters"),
        ({**CLINIC, "extra": {"auth_prefix": "토큰"}}, "auth_prefix holds characters"),
        ({**CLINIC, "extra": {"time_zone": "Seoul"}}, "time_zone is not a time zone"),
        ({**CLINIC, "extra": {"timezone": "Asia/Seoul"}}, "did you mean time_zone"),
    ],
)
def test_what_is_missing_or_wrong_is_named_in_one_sentence(parts: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidInput, match=f"^connection kos_1: .*{said}|{said}") as refused:
        read(**parts)
    assert "\n" not in str(refused.value)


def test_the_key_is_not_shown_in_repr() -> None:
    assert "key-1" not in repr(read(**CLINIC))


def test_the_key_is_not_shown_in_a_refusal() -> None:
    with pytest.raises(InvalidInput) as refused:
        read(**CLINIC | {"password": "key-1 key-2"})
    assert "key-" not in str(refused.value)


@pytest.mark.parametrize(
    "other",
    [
        {"password": "key-2"},
        {"host": "https://kos.example.com"},
        {"extra": {"auth_header": "X-Auth"}},
        {"extra": {"auth_prefix": "none"}},
    ],
)
def test_another_key_host_or_way_to_show_a_token_is_another_credential(other: dict[str, Any]) -> None:
    assert read(**CLINIC | other).credential() != read(**CLINIC).credential()


def test_two_connections_of_one_clinic_are_one_credential() -> None:
    twin = KosSettings.from_connection("kos_2", **CLINIC, extra={"timeout": 5, "time_zone": "Asia/Tokyo"})
    assert twin.credential() == read(**CLINIC).credential()

"""docs/vendors/jicoo.md, "Connection": what a Jicoo connection must say."""

from typing import Any

import pytest

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.vendors.jicoo.settings import JicooSettings

KEY: dict[str, Any] = {"password": "sk_live_1"}


def read(*, extra: dict[str, Any] | None = None, **parts: Any) -> JicooSettings:
    return JicooSettings.from_connection("jicoo_1", **parts, extra=extra)


def test_a_key_is_all_that_is_needed() -> None:
    settings = read(**KEY)
    assert settings.host == "https://api.jicoo.com"
    assert (settings.rate_limit, settings.read_rate_limit) == (("5/second",), ("10/second",))


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({}, r"password \(API key\) is missing"),
        ({"password": "sk_live_1\n"}, r"password \(API key\) holds characters"),
        ({**KEY, "login": "jane"}, "login is not a known field"),
        ({**KEY, "host": "api.jicoo.com"}, "host has no scheme"),
        ({**KEY, "host": "http://api.jicoo.com"}, "host is plain http"),
        ({**KEY, "extra": {"rate_limits": "5/second"}}, "did you mean rate_limit"),
    ],
)
def test_what_is_missing_or_wrong_is_named_in_one_sentence(parts: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidInput, match=f"^connection jicoo_1: {said}|{said}") as refused:
        read(**parts)
    assert "\n" not in str(refused.value)


def test_the_key_is_not_shown_in_repr() -> None:
    assert "sk_live_1" not in repr(read(**KEY))


def test_the_key_is_not_shown_in_a_refusal() -> None:
    with pytest.raises(InvalidInput) as refused:
        read(password="sk_live_1 sk_live_2")
    assert "sk_live" not in str(refused.value)


def test_another_key_is_another_credential() -> None:
    assert read(password="sk_live_2").credential() != read(**KEY).credential()


def test_another_key_is_another_account_as_nothing_else_names_it() -> None:
    assert read(password="sk_live_2").account() != read(**KEY).account()

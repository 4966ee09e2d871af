"""docs/vendors/onlive.md, "Connection": what an ONLIVE connection must say."""

from typing import Any

import pytest

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.vendors.onlive.settings import OnliveSettings

KEY: dict[str, Any] = {"login": "AK1", "password": "secret-1"}
SIGNERS = "tests.vendors.onlive.signers"


def read(*, extra: dict[str, Any] | None = None, **parts: Any) -> OnliveSettings:
    return OnliveSettings.from_connection("onlive_1", **parts, extra=extra)


def test_an_access_key_is_all_that_is_needed() -> None:
    settings = read(**KEY)
    assert settings.host == "https://openapi.onlive.site"
    assert settings.signer == "onlive-assumed-1"


def test_reads_and_writes_have_the_documented_budgets() -> None:
    settings = read(**KEY)
    assert (settings.rate_limit, settings.read_rate_limit) == (("100/minute",), ("1000/minute",))


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"password": "x"}, r"login \(access key id\) is missing: give it"),
        ({"login": "AK1"}, r"password \(secret access key\) is missing: give it"),
        (
            {**KEY, "login": "AK 1"},
            r"login \(access key id\) holds a blank, a comma or another odd character",
        ),
        ({**KEY, "login": "AK1,"}, r"login \(access key id\) holds a blank, a comma"),
        ({**KEY, "login": "AK1\n"}, r"login \(access key id\) holds a blank"),
        ({**KEY, "login": "ключ"}, r"login \(access key id\) holds a blank, a comma or another odd"),
        ({**KEY, "password": "secret-1\n"}, r"password \(secret access key\) holds line breaks"),
        ({**KEY, "host": "openapi.onlive.site"}, "host has no scheme"),
        ({**KEY, "host": "http://openapi.onlive.site"}, "host is plain http"),
        ({**KEY, "extra": {"signers": "x.y"}}, "signers is not a known field: did you mean signer"),
        ({**KEY, "extra": {"signer": ["x.y"]}}, "signer must be text"),
        ({**KEY, "extra": {"signer": "onlive-assumed-2"}}, r"signer cannot be imported \(ValueError\)"),
        (
            {**KEY, "extra": {"signer": "no.such.module"}},
            r"signer cannot be imported \(ModuleNotFoundError\)",
        ),
        ({**KEY, "extra": {"signer": f"{SIGNERS}.nothing"}}, r"signer cannot be imported \(AttributeError\)"),
        (
            {**KEY, "extra": {"signer": f"{SIGNERS}.NOT_A_FUNCTION"}},
            "signer cannot be called: give a function",
        ),
    ],
)
def test_what_is_missing_or_wrong_is_named_in_one_sentence(parts: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidInput, match=f"^connection onlive_1: {said}") as refused:
        read(**parts)
    assert "\n" not in str(refused.value)


def test_a_function_of_ones_own_may_sign() -> None:
    assert read(**KEY, extra={"signer": f"{SIGNERS}.own_scheme"}).signer == f"{SIGNERS}.own_scheme"


@pytest.mark.parametrize("blank", [None, ""])
def test_an_empty_signer_is_the_assumed_one(blank: str | None) -> None:
    assert read(**KEY, extra={"signer": blank}).signer == "onlive-assumed-1"


@pytest.mark.parametrize("secret", ["two words", "Schlüssel", "秘密", "a,b;c=d"])
def test_the_secret_may_be_any_text_as_it_is_in_no_header(secret: str) -> None:
    assert read(login="AK1", password=secret).password.get_secret_value() == secret


def test_the_secret_is_not_shown_in_repr() -> None:
    assert "secret-1" not in repr(read(**KEY))


def test_the_secret_is_not_shown_in_a_refusal() -> None:
    with pytest.raises(InvalidInput) as refused:
        read(login="AK1", password="secret-1\nsecret-2")
    assert "secret-" not in str(refused.value)


@pytest.mark.parametrize("other", [{"login": "AK2"}, {"password": "secret-2"}])
def test_another_key_is_another_credential(other: dict[str, str]) -> None:
    assert read(**KEY | other).credential() != read(**KEY).credential()


def test_another_signer_does_not_make_another_credential() -> None:
    other = read(**KEY, extra={"signer": f"{SIGNERS}.own_scheme"})
    assert other.credential() == read(**KEY).credential()

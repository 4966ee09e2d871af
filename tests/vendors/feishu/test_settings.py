"""docs/vendors/feishu.md, "Connection": what a Feishu connection must say."""

from typing import Any

import pytest

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.vendors.feishu.settings import FeishuSettings

APP: dict[str, Any] = {"login": "cli_1", "password": "app-secret"}


def read(*, extra: dict[str, Any] | None = None, **parts: Any) -> FeishuSettings:
    return FeishuSettings.from_connection("feishu_1", **parts, extra=extra)


def test_an_app_needs_no_more_than_id_and_secret() -> None:
    settings = read(**APP)
    assert settings.host == "https://open.feishu.cn"
    assert settings.rate_limit == settings.read_rate_limit == ("50/second", "1000/minute")
    assert settings.user_id_type is None


def test_a_user_token_stands_alone() -> None:
    assert read(extra={"user_access_token": "eyJ.any-shape"}).login is None


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"password": "app-secret"}, r"login \(app id\) is missing"),
        ({"login": "cli_1"}, r"password \(app secret\) is missing"),
        ({**APP, "host": "open.feishu.cn"}, "host has no scheme"),
        ({**APP, "host": "http://open.feishu.cn"}, "host is plain http"),
        ({**APP, "port": 8443}, "port is not used"),
        (
            {**APP, "extra": {"user_id_type": "email"}},
            "user_id_type must be 'open_id', 'union_id' or 'user_id'",
        ),
        ({**APP, "extra": {"user_acces_token": "u-1"}}, "did you mean user_access_token"),
        ({"extra": {"user_access_token": "u-1\n"}}, "user_access_token holds characters"),
    ],
)
def test_what_is_missing_or_wrong_is_named_in_one_sentence(parts: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidInput, match=f"^connection feishu_1: .*{said}") as refused:
        read(**parts)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("secret", ["app-secret", "u-token"])
def test_no_secret_is_shown_in_repr(secret: str) -> None:
    assert secret not in repr(read(**APP, extra={"user_access_token": "u-token"}))


@pytest.mark.parametrize("secret", ["app-secret", "u-to ken"])
def test_no_secret_is_shown_in_a_refusal(secret: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read(**APP, extra={"user_access_token": "u-to ken"})
    assert secret not in str(refused.value)


@pytest.mark.parametrize(
    "other",
    [
        {"login": "cli_2"},
        {"password": "new-secret"},
        {"host": "https://open.larksuite.com"},
        {"extra": {"user_access_token": "u-1"}},
    ],
)
def test_another_app_secret_brand_or_person_is_another_credential(other: dict[str, Any]) -> None:
    assert read(**{**APP, **other}).credential() != read(**APP).credential()


def test_two_connections_of_one_app_are_one_credential() -> None:
    twin = FeishuSettings.from_connection("feishu_2", **APP, extra={"timeout": 5})
    assert twin.credential() == read(**APP).credential()


def test_a_new_app_secret_is_the_same_account() -> None:
    assert read(**{**APP, "password": "new-secret"}).account() == read(**APP).account()


@pytest.mark.parametrize(
    "other",
    [{"login": "cli_2"}, {"host": "https://open.larksuite.com"}, {"extra": {"user_access_token": "u-1"}}],
)
def test_another_app_brand_or_person_is_another_account(other: dict[str, Any]) -> None:
    assert read(**{**APP, **other}).account() != read(**APP).account()

"""What a connection may say, and how a wrong part of it is refused: by its name, never by its value."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.vendors.feishu.settings import FeishuSettings
from airflow_provider_booking.vendors.jicoo.settings import JicooSettings

APP = {"login": "cli_a", "password": "app-secret"}
RATE = 'write a count and second, minute, hour or day, such as "50/second"'
RATES = 'write "50/second", or a list such as ["50/second", "1000/minute"]'
CONTRADICTION = "a longer window must allow more in all and less a second than a shorter"
WHOLE_URL = "write the whole URL, such as https://api.example.com"


def settings(**parts: Any) -> FeishuSettings:
    return FeishuSettings.from_connection("c", **(APP | parts))


def refusal(**parts: Any) -> str:
    with pytest.raises(InvalidInput) as refused:
        settings(**parts)
    return str(refused.value)


@pytest.mark.parametrize(
    "host",
    [
        "https://open.larksuite.com",
        "https://gateway.example.com:8443/lark",
        "http://localhost:8765/feishu",
        "http://127.0.0.1:8765",
        "http://127.8.9.10",
        "http://[::1]:8765/feishu",
    ],
)
def test_a_host_is_a_whole_url_and_plain_http_stays_on_this_machine(host: str) -> None:
    assert settings(host=host).host == host


@pytest.mark.parametrize(
    ("given", "one_spelling"),
    [
        ("https://API.Example.com/V1", "https://api.example.com/V1"),
        ("HTTPS://example.com", "https://example.com"),
        ("https://example.com:443/lark", "https://example.com/lark"),
        ("https://example.com./A%2fb", "https://example.com/A%2fb"),
        ("https://example.com.:8443", "https://example.com:8443"),
        ("http://LOCALHOST:80", "http://localhost"),
        ("https://b\u00fccher.example", "https://xn--bcher-kva.example"),
    ],
)
def test_a_host_has_one_spelling(given: str, one_spelling: str) -> None:
    assert settings(host=given).host == one_spelling


def test_a_slash_at_the_end_of_the_host_does_not_count() -> None:
    assert settings(host="https://example.com/lark//").host == "https://example.com/lark"


@pytest.mark.parametrize("empty", [None, ""])
def test_without_a_host_the_vendors_own_is_used(empty: str | None) -> None:
    assert settings(host=empty).host == "https://open.feishu.cn"


@pytest.mark.parametrize(
    ("host", "problem"),
    [
        ("open.feishu.cn", f"has no scheme: {WHOLE_URL}"),
        ("open.feishu.cn:443", f"has no scheme: {WHOLE_URL}"),
        ("//open.feishu.cn", f"has no scheme: {WHOLE_URL}"),
        ("https://", f"has no scheme: {WHOLE_URL}"),
        ("ftp://open.feishu.cn", f"has no scheme: {WHOLE_URL}"),
        ("https://[::1", "is not a URL: write it whole, such as https://api.example.com"),
        ("https://exa\nmple.com", "is not a URL: write it whole, such as https://api.example.com"),
        *(
            (host, "holds more than scheme, host, port and path: leave the rest out")
            for host in (
                "https://me:pass@example.com",
                "https://example.com?a=b",
                "https://example.com?",
                "https://example.com#a",
                "https://example.com#",
            )
        ),
        *(
            (host, "is plain http, which would send the credential in clear: use https")
            for host in (
                "http://open.feishu.cn",
                "http://192.168.0.7:8765",
                "http://0.0.0.0:8765",
                "http://127.0.0.1.example.com",
                "http://localhost.example.com",
                "http://[2001:db8::1]",
            )
        ),
    ],
)
def test_any_other_host_is_refused(host: str, problem: str) -> None:
    assert refusal(host=host) == f"connection c: host {problem}"


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        (
            {"login": None},
            "login (app id) is missing: fill it in, or give user_access_token in extra",
        ),
        ({"password": None}, "password (app secret) is missing: fill it in"),
        ({"password": ""}, "password (app secret) is missing: fill it in"),
        (
            {"port": 8443},
            "port is not used: write the whole URL into host, such as https://api.example.com:8443",
        ),
        (
            {"schema": "https"},
            "schema is not used: write the whole URL into host, such as https://api.example.com:8443",
        ),
        ({"extra": "{}"}, "extra is no object: write it as a JSON object"),
        ({"extra": {"host": "https://a.example"}}, "extra holds host: fill in the field of that name"),
        ({"extra": {"rat_limit": "5/second"}}, "rat_limit is not a known field: did you mean rate_limit?"),
    ],
)
def test_what_is_missing_or_out_of_place_is_named_with_what_to_do(parts: dict[str, Any], text: str) -> None:
    assert refusal(**parts) == f"connection c: {text}"


def test_a_missing_key_is_called_what_the_form_calls_it() -> None:
    with pytest.raises(InvalidInput, match=r"^connection c: password \(API key\) is missing: give it$"):
        JicooSettings.from_connection("c")


def test_a_user_token_needs_no_app() -> None:
    parts = {"login": None, "password": None}
    assert settings(**parts, extra={"user_access_token": "u-1"}).user_access_token is not None


@pytest.mark.parametrize(
    ("extra", "text"),
    [
        ({"rate_limit": "fast"}, f"rate_limit is not a rate: {RATE}"),
        ({"rate_limit": "50"}, f"rate_limit is not a rate: {RATE}"),
        ({"rate_limit": "0/second"}, f"rate_limit is not a rate: {RATE}"),
        ({"rate_limit": "-1/second"}, f"rate_limit is not a rate: {RATE}"),
        ({"rate_limit": "1.5/second"}, f"rate_limit is not a rate: {RATE}"),
        ({"rate_limit": "50/fortnight"}, f"rate_limit is not a rate: {RATE}"),
        ({"rate_limit": ["50/second", None]}, f"rate_limit is not a rate: {RATE}"),
        ({"rate_limit": 50}, f"rate_limit is not a rate: {RATES}"),
        ({"rate_limit": []}, f"rate_limit is not a rate: {RATES}"),
        ({"read_rate_limit": {"second": 50}}, f"read_rate_limit is not a rate: {RATES}"),
        ({"rate_limit": ["50/second", "40/minute"]}, f"rate_limit contradicts itself: {CONTRADICTION}"),
        ({"rate_limit": ["5/second", "500/minute"]}, f"rate_limit contradicts itself: {CONTRADICTION}"),
        ({"max_concurrency": 0}, "max_concurrency must be at least 1: change it"),
        ({"max_concurrency": "many"}, "max_concurrency must be a whole number: give a number"),
        ({"timeout": 0}, "timeout must be greater than 0.0: change it"),
        ({"timeout": -1}, "timeout must be greater than 0.0: change it"),
        ({"timeout": 3601}, "timeout must be at most 3600.0: change it"),
        ({"timeout": "inf"}, "timeout must be at most 3600.0: change it"),
        ({"timeout": "soon"}, "timeout must be a number: give a number"),
        ({"verify": "/no/such/file"}, "verify names no file: give true, false or the path of a CA file"),
        ({"verify": 5}, "verify must be true or false: or give the path of a CA file"),
        (
            {"user_id_type": "email"},
            "user_id_type must be 'open_id', 'union_id' or 'user_id': use one of these",
        ),
    ],
)
def test_a_wrong_extra_is_named_with_what_to_do(extra: dict[str, Any], text: str) -> None:
    assert refusal(extra=extra) == f"connection c: {text}"


@pytest.mark.parametrize("key", ["sk\n", "sk_live\r\nX-Evil: 1", "sk live", "sk_ü", "sk\x00", "sk\x7f"])
def test_a_key_that_would_break_the_header_is_refused(key: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        JicooSettings.from_connection("c", password=key)
    assert str(refused.value) == (
        "connection c: password (API key) holds characters that a header cannot carry: "
        "paste it again without line breaks"
    )


def test_a_user_token_that_would_break_the_header_is_refused() -> None:
    assert "user_access_token holds characters that a header cannot carry" in refusal(
        extra={"user_access_token": "u-1\n"}
    )


@pytest.mark.parametrize("empty", [None, ""])
@pytest.mark.parametrize(
    "name", ["rate_limit", "read_rate_limit", "max_concurrency", "timeout", "verify", "user_id_type"]
)
def test_an_empty_extra_counts_as_not_given(name: str, empty: str | None) -> None:
    assert settings(extra={name: empty}) == settings()


@pytest.mark.parametrize("extra", [None, {}])
def test_no_extra_at_all_is_fine(extra: dict[str, Any] | None) -> None:
    assert settings(extra=extra) == settings()


@pytest.mark.parametrize(
    ("rate", "read"),
    [
        ("50/second", ("50/second",)),
        (" 50 / seconds ", ("50/second",)),
        ("50/second, 1000/minute", ("50/second", "1000/minute")),
        (["1000/minute", "50/second"], ("50/second", "1000/minute")),
        (["5/minute", "100/hour", "1000/day"], ("5/minute", "100/hour", "1000/day")),
    ],
)
def test_rates_may_be_one_or_several_in_any_order(rate: Any, read: tuple[str, ...]) -> None:
    assert settings(extra={"rate_limit": rate}).rate_limit == read


@pytest.mark.parametrize(
    ("given", "kept"), [("true", True), ("False", False), (True, True), (False, False), (__file__, __file__)]
)
def test_verify_is_a_truth_or_a_file(given: Any, kept: Any) -> None:
    assert settings(extra={"verify": given}).verify == kept


def test_numbers_of_the_form_may_come_as_text() -> None:
    read = settings(extra={"timeout": "2.5", "max_concurrency": "4"})
    assert (read.timeout, read.max_concurrency) == (2.5, 4)


@pytest.mark.parametrize(
    "parts",
    [{"host": "https://open.feishu.cn/"}, {"extra": {"timeout": 5}}, {"extra": {"user_id_type": "user_id"}}],
)
def test_two_connections_of_one_caller_share_a_credential(parts: dict[str, Any]) -> None:
    assert FeishuSettings.from_connection("other", **(APP | parts)).credential() == settings().credential()


@pytest.mark.parametrize(
    "parts",
    [
        {"login": "cli_b"},
        {"password": "another"},
        {"host": "https://open.larksuite.com"},
        {"extra": {"user_access_token": "u-1"}},
    ],
)
def test_another_caller_or_another_place_is_another_credential(parts: dict[str, Any]) -> None:
    assert settings(**parts).credential() != settings().credential()


def test_two_vendors_never_share_a_credential() -> None:
    class Other(JicooSettings):
        vendor = "other"

    ours, others = (
        kind.from_connection("c", password="sk", host="https://example.com")
        for kind in (JicooSettings, Other)
    )
    assert ours.credential() != others.credential()


SECRETS = st.text(st.characters(codec="utf-8"), min_size=1).map(lambda text: f"§{text}§")
PLACES: list[Any] = [
    lambda secret: {"host": secret},
    lambda secret: {"host": f"http://me:{secret}@example.com"},
    lambda secret: {"host": f"https://example.com?key={secret}"},
    lambda secret: {"schema": secret},
    lambda secret: {"extra": secret},
    *(
        lambda secret, name=name: {"extra": {name: secret}}
        for name in (
            "user_access_token",
            "user_id_type",
            "rate_limit",
            "max_concurrency",
            "timeout",
            "verify",
            "refresh_token",
        )
    ),
]


@given(secret=SECRETS, place=st.sampled_from(PLACES))
def test_no_value_of_a_connection_ever_stands_in_a_refusal(secret: str, place: Any) -> None:
    with pytest.raises(InvalidInput) as refused:
        settings(**place(secret))
    assert "§" not in f"{refused.value} {refused.value!r} {refused.value.__cause__}"


def test_settings_show_no_secret_and_their_credential_holds_none() -> None:
    given = settings(extra={"user_access_token": "u-token"})
    shown = f"{given} {given!r} {given.credential()}"
    assert [secret for secret in ("app-secret", "u-token") if secret in shown] == []

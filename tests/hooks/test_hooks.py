"""The hooks: an Airflow connection turned into a vendor client, and plain calls."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from airflow.sdk import BaseHook
from airflow.sdk._shared.secrets_masker import redact, reset_secrets_masker
from airflow.sdk.exceptions import AirflowNotFoundException

from airflow_provider_booking.bookings import BookingNotFound, InvalidInput, Outcome
from airflow_provider_booking.hooks.feishu import FeishuHook
from airflow_provider_booking.hooks.jicoo import JicooHook
from airflow_provider_booking.hooks.kos import KosHook
from airflow_provider_booking.hooks.onlive import OnliveHook
from airflow_provider_booking.hooks.vendor import VendorHook
from airflow_provider_booking.hooks.zoho import ZohoCalendarHook
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.feishu.client import FeishuClient
from airflow_provider_booking.vendors.jicoo.client import JicooClient
from airflow_provider_booking.vendors.patience import Patience
from tests.hooks.conftest import FEISHU, Case, Connect, CountingSandbox
from tests.wire import reads, token_fetches, writes


def tenant_token(sandbox: Sandbox) -> str:
    """Ask for the app's token: Feishu gives the same one to all as long as it is fresh."""
    app = {"app_id": "cli_sandbox", "app_secret": "sandbox-secret"}
    path = "/feishu/open-apis/auth/v3/tenant_access_token/internal"
    token: str = httpx.post(sandbox.url + path, json=app).json()["tenant_access_token"]
    return token


class TestClass:
    @pytest.mark.parametrize(
        ("hook", "conn_type", "argument", "default", "name"),
        [
            (FeishuHook, "feishu", "feishu_conn_id", "feishu_default", "Feishu"),
            (ZohoCalendarHook, "zoho_calendar", "zoho_conn_id", "zoho_calendar_default", "Zoho Calendar"),
            (JicooHook, "jicoo", "jicoo_conn_id", "jicoo_default", "Jicoo"),
            (OnliveHook, "onlive", "onlive_conn_id", "onlive_default", "ONLIVE.SITE"),
            (KosHook, "kos", "kos_conn_id", "kos_default", "KOS"),
        ],
    )
    def test_has_what_airflow_reads(
        self, hook: type[VendorHook], conn_type: str, argument: str, default: str, name: str
    ) -> None:
        assert issubclass(hook, BaseHook)
        assert (hook.conn_type, hook.conn_name_attr) == (conn_type, argument)
        assert (hook.default_conn_name, hook.hook_name) == (default, name)

    @pytest.mark.parametrize("deprecated", ["get_connection_form_widgets", "get_ui_field_behaviour"])
    def test_declares_no_form_of_its_own(self, case: Case, deprecated: str) -> None:
        assert deprecated not in vars(case.hook) | vars(VendorHook)

    def test_uses_its_default_connection_unless_told_otherwise(self, case: Case) -> None:
        make: Any = case.hook
        assert make().conn_id == case.hook.default_conn_name
        assert make("mine").conn_id == "mine"
        assert make(**{case.hook.conn_name_attr: "mine"}).conn_id == "mine"


class TestMakingAHook:
    def test_looks_nothing_up(self, case: Case) -> None:
        make: Any = case.hook
        assert make("there_is_no_such_connection")

    def test_and_its_client_looks_nothing_up(self, case: Case) -> None:
        make: Any = case.hook
        assert make("there_is_no_such_connection").get_conn()

    def test_sends_nothing(self, sandbox: Sandbox, connect: Connect, case: Case) -> None:
        connect(case.vendor)
        case.hook().get_conn()
        assert sandbox.requests() == []


class TestGetConn:
    async def test_gives_the_vendors_async_client(self, connect: Connect) -> None:
        connect("feishu")
        connect("jicoo")
        async with FeishuHook().get_conn() as feishu, JicooHook().get_conn() as jicoo:
            assert isinstance(feishu, FeishuClient)
            assert isinstance(jicoo, JicooClient)

    async def test_looks_the_connection_up_on_entering(self, connect: Connect, case: Case) -> None:
        client = case.hook().get_conn()
        connect(case.vendor)
        async with client:
            assert case.title_of(await client.get_booking(case.booking_id)) == case.title

    async def test_of_a_missing_connection_fails_on_entering(self, case: Case) -> None:
        make: Any = case.hook
        with pytest.raises(AirflowNotFoundException, match="nowhere"):
            async with make("nowhere").get_conn():
                pass

    async def test_of_a_connection_that_says_too_little_names_what_is_missing(
        self, connect: Connect, case: Case
    ) -> None:
        connect(case.vendor, password="")
        with pytest.raises(InvalidInput, match=r"connection \w+_default: password \([\w ]+\) is missing"):
            async with case.hook().get_conn():
                pass

    async def test_reads_the_patience_from_airflows_configuration(
        self, connect: Connect, case: Case, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        connect(case.vendor)
        monkeypatch.setenv("AIRFLOW__BOOKING__REQUEST_ATTEMPTS", "2")
        monkeypatch.setenv("AIRFLOW__BOOKING__REQUEST_SECONDS", "7.5")
        monkeypatch.setenv("AIRFLOW__BOOKING__LONGEST_WAIT", "3")
        monkeypatch.setenv("AIRFLOW__BOOKING__SETTLE_DELAY", "0.5")
        assert case.hook().get_conn().patience == Patience(2, 7.5, 3, 0.5)

    def test_has_the_documented_patience_where_nothing_is_configured(self, case: Case) -> None:
        assert case.hook().get_conn().patience == Patience()


class TestConnection:
    def test_may_give_its_extras_as_the_text_of_a_form(
        self, sandbox: Sandbox, connect: Connect, case: Case
    ) -> None:
        connect(
            case.vendor,
            extra={
                "rate_limit": "50/second, 1000/minute",
                "read_rate_limit": "50/second",
                "max_concurrency": "4",
                "timeout": "12.5",
                "verify": "false",
            },
        )
        assert case.title_of(case.hook().get_booking(case.booking_id)) == case.title
        assert sandbox.requests(case.vendor)

    def test_may_leave_the_fields_of_a_form_empty(self, connect: Connect, case: Case) -> None:
        connect(case.vendor, port=None, schema="", extra={"rate_limit": "", "timeout": None, "verify": ""})
        assert case.title_of(case.hook().get_booking(case.booking_id)) == case.title

    def test_may_be_a_persons(self, connect: Connect) -> None:
        connect("feishu", login=None, password=None, extra={"user_access_token": "u-sandbox"})
        assert FeishuHook().get_booking("6940000000000000001").title == "Reserve 1"

    @pytest.mark.parametrize(
        ("otherwise", "said"),
        [
            ({"host": "api.example.com"}, "host has no scheme"),
            ({"host": "http://api.example.com"}, "host is plain http"),
            ({"port": 8443}, "port is not used"),
            ({"schema": "https"}, "schema is not used"),
            ({"extra": {"retries": 3}}, "retries is not a known field"),
            ({"extra": {"max_concurrency": "many"}}, "max_concurrency must be a whole number"),
            ({"extra": {"timeout": 0}}, "timeout must be greater than 0"),
        ],
    )
    def test_that_is_wrong_is_refused_before_anything_is_sent(
        self, sandbox: Sandbox, connect: Connect, case: Case, otherwise: dict[str, Any], said: str
    ) -> None:
        connect(case.vendor, **otherwise)
        with pytest.raises(InvalidInput, match=f"connection {case.hook.default_conn_name}: {said}"):
            case.hook().get_booking(case.booking_id)
        assert sandbox.requests() == []


class TestPlainCalls:
    def test_read_a_booking(self, connect: Connect, case: Case) -> None:
        connect(case.vendor)
        booking = case.hook().get_booking(case.booking_id)
        assert case.title_of(booking) == case.title
        assert booking.ref.conn_id == case.hook.default_conn_name

    def test_update_a_booking(self, connect: Connect, case: Case) -> None:
        connect(case.vendor)
        result = case.hook().update_booking(case.booking_id, case.change)
        assert result.outcome == Outcome.APPLIED
        assert case.title_of(case.hook().get_booking(case.booking_id)) == "Handover"

    def test_hand_the_vendors_options_on(self, sandbox: Sandbox, connect: Connect) -> None:
        connect("feishu")
        FeishuHook().update_booking(FEISHU.booking_id, FEISHU.change, user_id_type="union_id")
        (write,) = writes(sandbox, "feishu")
        assert write["query"] == {"user_id_type": "union_id"}

    def test_raise_the_errors_of_our_tree(self, connect: Connect, case: Case) -> None:
        connect(case.vendor)
        with pytest.raises(BookingNotFound):
            case.hook().get_booking(case.unknown_id)

    def test_of_a_missing_connection_say_so(self, case: Case) -> None:
        make: Any = case.hook
        with pytest.raises(AirflowNotFoundException, match="nowhere"):
            make("nowhere").get_booking(case.booking_id)

    async def test_work_while_a_loop_runs_in_the_same_thread(self, connect: Connect, case: Case) -> None:
        connect(case.vendor)
        assert asyncio.get_running_loop().is_running()
        assert case.title_of(case.hook().get_booking(case.booking_id)) == case.title

    def test_work_from_many_threads_with_one_token(self, sandbox: Sandbox, connect: Connect) -> None:
        connect("feishu")

        def title(_: int) -> str | None:
            return FeishuHook().get_booking(FEISHU.booking_id).title

        with ThreadPoolExecutor(8) as threads:
            assert set(threads.map(title, range(24))) == {FEISHU.title}
        assert len(token_fetches(sandbox, "feishu")) == 1

    def test_one_after_another_reuse_one_tcp_connection(
        self, counting_sandbox: CountingSandbox, connect: Connect, case: Case
    ) -> None:
        connect(case.vendor, url=counting_sandbox.sandbox.url)
        for _ in range(3):
            case.hook().get_booking(case.booking_id)
        assert len(counting_sandbox.peers) == 1

    def test_one_after_another_reuse_one_token(self, sandbox: Sandbox, connect: Connect) -> None:
        connect("feishu")
        for _ in range(3):
            FeishuHook().get_booking(FEISHU.booking_id)
        assert len(token_fetches(sandbox, "feishu")) == 1


class TestTokens:
    """A token that was fetched is a secret that no connection knows: Airflow has to be told."""

    def test_of_a_plain_call_are_masked_in_logs(self, sandbox: Sandbox, connect: Connect) -> None:
        connect("feishu")
        reset_secrets_masker()
        FeishuHook().get_booking(FEISHU.booking_id)
        token = tenant_token(sandbox)
        assert redact(f"Bearer {token}") == "Bearer ***"

    async def test_of_the_async_client_are_masked_in_logs(self, sandbox: Sandbox, connect: Connect) -> None:
        connect("feishu")
        reset_secrets_masker()
        async with FeishuHook().get_conn() as client:
            await client.get_reserve(FEISHU.booking_id)
        token = tenant_token(sandbox)
        assert redact(f"Bearer {token}") == "Bearer ***"


class TestTestConnection:
    def test_of_a_good_connection_is_true(self, sandbox: Sandbox, connect: Connect, case: Case) -> None:
        connect(case.vendor)
        works, sentence = case.hook().test_connection()
        assert works
        assert sentence.startswith(f"Connected to {sandbox.url}/{case.vendor}")

    def test_changes_nothing(self, sandbox: Sandbox, connect: Connect, case: Case) -> None:
        connect(case.vendor)
        case.hook().test_connection()
        assert writes(sandbox, case.vendor) == []

    @pytest.mark.parametrize(
        ("otherwise", "said"),
        [
            (
                {"password": "wrong-one"},
                "secret is wrong|key is not valid|is not accepted",
            ),
            ({"password": None}, "is missing"),
            ({"host": "https://"}, "host"),
            ({"host": "ftp://api.example.com"}, "host has no scheme"),
            ({"extra": {"colour": "blue"}}, "colour is not a known field"),
            ({"extra": "[1]"}, "extra"),
        ],
    )
    def test_of_a_bad_connection_is_false_with_one_sentence(
        self, connect: Connect, case: Case, otherwise: dict[str, Any], said: str
    ) -> None:
        connect(case.vendor, **otherwise)
        works, sentence = case.hook().test_connection()
        assert not works
        assert any(word in sentence for word in said.split("|"))
        assert "\n" not in sentence

    def test_of_a_missing_connection_is_false(self, case: Case) -> None:
        make: Any = case.hook
        works, sentence = make("nowhere").test_connection()
        assert not works
        assert "nowhere" in sentence

    def test_of_a_vendor_that_is_not_there_is_false(
        self, connect: Connect, case: Case, closed_port: int
    ) -> None:
        connect(case.vendor, url=f"http://127.0.0.1:{closed_port}")
        works, sentence = case.hook().test_connection()
        assert not works
        assert "no connection to the vendor" in sentence

    def test_of_a_vendor_that_answers_nonsense_is_false(
        self, sandbox: Sandbox, connect: Connect, case: Case
    ) -> None:
        sandbox.fault(case.vendor, {"html": 200}, times=None)
        connect(case.vendor)
        works, _ = case.hook().test_connection()
        assert not works

    def test_asks_once(self, sandbox: Sandbox, connect: Connect, case: Case) -> None:
        connect(case.vendor)
        sandbox.fault(case.vendor, {"html": 502}, path=f"*{case.checking}*", times=None)
        case.hook().test_connection()
        assert len(reads(sandbox, case.vendor)) == 1

    @pytest.mark.parametrize("secret", ["wrong-one", "wrong one", "wrong\none"])
    def test_shows_no_secret(self, connect: Connect, case: Case, secret: str) -> None:
        connect(case.vendor, password=secret)
        _, sentence = case.hook().test_connection()
        assert secret not in sentence

    def test_shows_no_user_token(self, connect: Connect) -> None:
        connect("feishu", extra={"user_access_token": "u-wrong-one"})
        works, sentence = FeishuHook().test_connection()
        assert not works
        assert "u-wrong-one" not in sentence

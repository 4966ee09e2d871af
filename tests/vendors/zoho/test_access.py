"""Who the Zoho client is to the vendor: the connection test, the plan, and tokens."""

from typing import Any

import pytest

from airflow_provider_booking.bookings import (
    AccessDenied,
    BookingError,
    CredentialRejected,
    NotApplied,
    VendorUnavailable,
)
from airflow_provider_booking.sandbox import Sandbox
from airflow_provider_booking.vendors.sessions import forget_credentials
from airflow_provider_booking.vendors.zoho.client import ZohoClient
from tests.vendors.zoho.conftest import Settings
from tests.wire import reads, token_fetches

SAMPLE = "1596693672887000001"


class TestCheck:
    async def test_says_where_it_is_connected(self, zoho: ZohoClient) -> None:
        assert await zoho.check() == f"Connected to {zoho.settings.host}"

    async def test_of_a_user_without_the_plan_says_so(self, zoho_settings: Settings) -> None:
        async with ZohoClient(zoho_settings(refresh_token="1000.sandbox.no_plan")) as client:
            with pytest.raises(AccessDenied, match="check the organisation's plan"):
                await client.check()

    @pytest.mark.parametrize(
        ("parts", "said"),
        [
            ({"login": "1000.NOBODY"}, "client id is not known"),
            ({"password": "wrong-one"}, "client secret is wrong"),
            ({"refresh_token": "1000.sandbox.revoked"}, "refresh token is revoked"),
        ],
    )
    async def test_of_a_wrong_credential_says_what_is_wrong(
        self, zoho_settings: Settings, parts: dict[str, str], said: str
    ) -> None:
        async with ZohoClient(zoho_settings(**parts)) as client:
            with pytest.raises(CredentialRejected, match=said):
                await client.check()

    async def test_of_a_port_where_nobody_listens_says_so(
        self, zoho_settings: Settings, closed_port: int
    ) -> None:
        async with ZohoClient(zoho_settings(accounts_url=f"http://127.0.0.1:{closed_port}")) as client:
            with pytest.raises(NotApplied, match="no connection"):
                await client.check()

    @pytest.mark.parametrize("body", ["ok", None, True], ids=str)
    async def test_of_an_answer_that_is_no_object_is_no_proof(
        self, sandbox: Sandbox, zoho: ZohoClient, body: Any
    ) -> None:
        sandbox.fault("zoho", {"status": 200, "body": body}, method="GET", times=None)
        with pytest.raises(BookingError):
            await zoho.check()

    @pytest.mark.parametrize("body", [{}, [], {"bookings": [{"booking_id": "x"}]}], ids=str)
    async def test_does_not_depend_on_what_the_bookings_look_like(
        self, sandbox: Sandbox, zoho: ZohoClient, body: Any
    ) -> None:
        sandbox.fault("zoho", {"status": 200, "body": body}, method="GET")
        assert await zoho.check() == f"Connected to {zoho.settings.host}"

    async def test_needs_no_other_scope_than_an_update(self, sandbox: Sandbox, zoho: ZohoClient) -> None:
        await zoho.check()
        (asked,) = reads(sandbox, "zoho")
        assert asked["path"].startswith("/api/v1/bookings/")


class TestAccess:
    @pytest.mark.parametrize(("token", "is_open"), [("refresh", True), ("no_plan", False)])
    async def test_to_resource_booking_is_told(
        self, zoho_settings: Settings, token: str, is_open: bool
    ) -> None:
        async with ZohoClient(zoho_settings(refresh_token=f"1000.sandbox.{token}")) as client:
            assert await client.has_resource_booking() == is_open

    async def test_that_is_neither_granted_nor_denied_is_not_known(
        self, sandbox: Sandbox, zoho: ZohoClient
    ) -> None:
        sandbox.fault("zoho", {"status": 200, "body": {"enabled": "yes"}}, method="GET", times=None)
        with pytest.raises(VendorUnavailable, match="lacks enabled"):
            await zoho.has_resource_booking()


class TestTokens:
    async def test_every_new_one_is_handed_on_for_masking(
        self, zoho_settings: Settings, sandbox: Sandbox
    ) -> None:
        seen: list[str] = []

        async def remember(token: str) -> None:
            seen.append(token)

        async with ZohoClient(zoho_settings(), on_token=remember) as client:
            await client.get_booking_info(SAMPLE)
            sandbox.expire_tokens("zoho")
            await client.get_booking_info(SAMPLE)
        assert len(set(seen)) == 2

    @pytest.mark.parametrize(("life", "fetches"), [(3600, 1), (400, 1), (300, 2)])
    async def test_one_that_ends_within_five_minutes_is_renewed(
        self, sandbox: Sandbox, zoho_settings: Settings, life: int, fetches: int
    ) -> None:
        seen: list[str] = []

        async def remember(token: str) -> None:
            seen.append(token)

        async with ZohoClient(zoho_settings(), on_token=remember) as client:
            await client.get_booking_info(SAMPLE)
        forget_credentials()
        answer = {"access_token": seen[0], "expires_in": life}
        sandbox.fault("zoho", {"status": 200, "body": answer}, path="/oauth/*", times=None)
        async with ZohoClient(zoho_settings()) as client:
            await client.get_booking_info(SAMPLE)
            await client.get_booking_info(SAMPLE)
        assert len(token_fetches(sandbox, "zoho")) == 1 + fetches

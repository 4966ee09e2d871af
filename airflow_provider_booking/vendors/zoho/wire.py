"""How Zoho is called: who calls, in what form a booking travels, and what is readable of an answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from airflow_provider_booking.bookings import InvalidInput, Refused, VendorUnavailable
from airflow_provider_booking.vendors.client import VendorClient
from airflow_provider_booking.vendors.reading import AnswerModel, read_as
from airflow_provider_booking.vendors.transport import Answer, Operation
from airflow_provider_booking.vendors.zoho import parameters
from airflow_provider_booking.vendors.zoho.errors import ZohoDialect, ZohoTokenDialect
from airflow_provider_booking.vendors.zoho.models import BookingChange
from airflow_provider_booking.vendors.zoho.settings import ZohoSettings
from airflow_provider_booking.vendors.zoho.translation import ASSUMPTIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflow_provider_booking.vendors.tokens import Token

FETCH_TOKEN = Operation("fetch_token", "POST", "/oauth/v2/token", "token")
RENEW_TOKEN_EARLY = 300
"""Seconds of the hour that a token lives."""

OF_A_ROOM = ZohoDialect(about_a_room=True)
_DIALECT = ZohoDialect()
_TOKEN_DIALECT = ZohoTokenDialect()


class ZohoWire(VendorClient[ZohoSettings, BookingChange]):
    """A client that can send, under the calls that it sends."""

    vendor: ClassVar[str] = "zoho"
    id_field: ClassVar[str] = "booking_id"

    async def _post(
        self, operation: Operation, data: Mapping[str, Any], path: Mapping[str, str] | None = None
    ) -> Answer:
        # In ASCII, so that nothing on the way has to know the charset.
        sent = {"bookingData": json.dumps(data, separators=(",", ":"))}
        if self.settings.send_as == "form":
            return await self._call(operation, form=sent, path=path)
        if not parameters.fits_query(sent):
            raise InvalidInput(
                f"the booking takes more than the {ASSUMPTIONS.longest_query} bytes of a query",
                vendor=self.vendor,
                operation=operation.name,
                hint="set send_as to form on the connection",
            )
        return await self._call(operation, sent, path=path)

    async def _call(
        self,
        operation: Operation,
        query: Mapping[str, Any] | None = None,
        *,
        path: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        dialect: ZohoDialect = _DIALECT,
    ) -> Answer:
        return await self._here.transport.call(
            operation,
            dialect,
            path=path,
            query=query,
            form=form,
            auth=self._token_auth(self._fetch_token, operation, prefix="Zoho-oauthtoken "),
            patience=self.patience,
        )

    async def _fetch_token(self) -> Token:
        try:
            return await self._new_token(
                FETCH_TOKEN,
                _TOKEN_DIALECT,
                token="access_token",  # noqa: S106  (a member's name)
                life=lambda answered: answered.get("expires_in"),
                early=RENEW_TOKEN_EARLY,
                base_url=self.settings.accounts_url,
                form={
                    "refresh_token": self.settings.refresh_token.get_secret_value(),
                    "client_id": self.settings.login,
                    "client_secret": self.settings.password.get_secret_value(),
                    "grant_type": "refresh_token",
                },
            )
        except (Refused, VendorUnavailable) as error:
            # Without a code it is nobody's "no" whom the hint was made for: most likely another server.
            if error.code is None and "accounts_url" not in error.hint:
                error.hint = "check accounts_url on the connection, and try again"
            raise


def member(answer: Answer, name: str) -> Any:
    """A member of an answer; None where it is not there, or the answer is no object."""
    return answer.body.get(name) if isinstance(answer.body, dict) else None


def shown(model: type[AnswerModel], data: Any, answer: Answer) -> AnswerModel:
    """What an answer shows.

    Raises:
        BookingError: It does not; of a write, nobody knows then what became of it.
    """
    return read_as(model, data, answer, vendor="zoho")

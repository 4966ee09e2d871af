"""What a Feishu connection says: docs/vendors/feishu.md, "Connection"."""

from __future__ import annotations

from typing import ClassVar, Self

from pydantic import Field, SecretStr, model_validator

from airflow_provider_booking.vendors.feishu.models import UserIdType  # noqa: TC001  (pydantic reads it)
from airflow_provider_booking.vendors.settings import BaseUrl, HeaderSecret, Rates, VendorSettings


class FeishuSettings(VendorSettings):
    """An app at Feishu or Lark, or a person by their token.

    Attributes:
        login: The app id.
        password: The app secret.
        user_access_token: Used instead of the app's tenant token.
        user_id_type: The kind of ids of people; None leaves it to the vendor (``open_id``).
    """

    vendor: ClassVar[str] = "feishu"

    login: str | None = Field(default=None, title="app id")
    password: SecretStr | None = Field(default=None, title="app secret")
    host: BaseUrl = "https://open.feishu.cn"
    user_access_token: HeaderSecret | None = None
    user_id_type: UserIdType | None = None
    # docs/vendors/feishu.md, "Rate limits": both windows hold, for reads and for writes apart.
    rate_limit: Rates = ("50/second", "1000/minute")
    read_rate_limit: Rates = ("50/second", "1000/minute")

    @model_validator(mode="after")
    def _somebody_calls(self) -> Self:
        if self.user_access_token is None:
            if not self.login:
                raise ValueError("login is missing; fill it in, or give user_access_token in extra")
            if self.password is None:
                raise ValueError("password is missing; fill it in")
        return self

    @classmethod
    def credential_fields(cls) -> frozenset[str]:
        """The fields that say who calls."""
        return super().credential_fields() | {"user_access_token"}

    @classmethod
    def account_fields(cls) -> frozenset[str]:
        """The fields that say whose account it is: the app, or a person, of whom only the token tells."""
        return frozenset({"login", "user_access_token"})

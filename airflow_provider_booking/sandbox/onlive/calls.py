"""A call on appointments after signature and rate: who calls, in which version, and what was sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from airflow_provider_booking.sandbox.onlive.refusals import Refused, invalid
from airflow_provider_booking.sandbox.onlive.signature import Key
from airflow_provider_booking.sandbox.onlive.versions import Version
from airflow_provider_booking.sandbox.strict_json import read_json


@dataclass(frozen=True, slots=True)
class Request:
    """A call whose signature and rate are right.

    Attributes:
        key: Who calls.
        version: v1 or v2.
        record_id: The id in the path; empty if there is none.
        is_write: Whether the key must be allowed to write.
        forbidden: What a key without permission is told.
        query: The query.
        body: The raw body.
    """

    key: Key
    version: Version
    record_id: str
    is_write: bool
    forbidden: str
    query: Mapping[str, str]
    body: bytes

    def allow(self, organization: str) -> None:
        """Check that the key may do this to what belongs to an organisation.

        Raises:
            Refused: 403 if it may not.
        """
        if self.key.organization != organization or (self.is_write and not self.key.may_write):
            raise Refused(403, self.forbidden)

    def members(self) -> dict[str, Any]:
        """Read the body; an empty one is `{}`.

        Raises:
            Refused: 400 if it is no JSON object.
        """
        try:
            sent = read_json(self.body or b"{}")
        except ValueError as error:
            raise invalid(("body", "Must be valid JSON")) from error
        if not isinstance(sent, dict):
            raise invalid(("body", "Must be an object"))
        return sent

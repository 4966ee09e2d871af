"""Reserves in change sets: docs/vendors/feishu.md, "In change sets"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

from airflow_provider_booking.bookings import InvalidInput
from airflow_provider_booking.vendors.feishu.client import FeishuClient
from airflow_provider_booking.vendors.feishu.renewal import check_alive, renewed
from airflow_provider_booking.vendors.feishu.translation import HOSTS, PASSWORD
from airflow_provider_booking.vendors.people import NO_HOST, handed_over
from airflow_provider_booking.vendors.planning import Notify, Telling, VendorPlanning, nested
from airflow_provider_booking.vendors.verbs import Asked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflow_provider_booking.vendors.updating import Fields, Record
    from airflow_provider_booking.vendors.verbs import Renewing, Replacing

NOBODY_IS_TOLD = "Feishu tells nobody of an update: tell people by another way"
OWNER_STAYS = "the person who leaves owns the reserve, and Feishu gives it no other owner"

_CALLEE = "meeting_settings.call_setting.callee."
_NEEDED: Mapping[str, str] = {
    _CALLEE: f"{_CALLEE}user_type",
    f"{_CALLEE}pstn_sip_info.": f"{_CALLEE}pstn_sip_info.main_address",
}
"""What begins so is not taken without this member: docs/vendors/feishu.md, "Update"."""
_USER_ID_TYPES: Mapping[str, str] = {"ou": "open_id", "on": "union_id"}
_USER_ID = re.compile(r"(?P<prefix>ou|on)_[0-9a-z]{32,}")
"""An id that tells its type. A user_id is chosen freely, and may be as short as ``on_call``."""


class FeishuPlanning(VendorPlanning[FeishuClient]):
    """How reserves are planned. A reserve takes no resource, and no call lists reserves."""

    neutral_fields: ClassVar[Mapping[str, str]] = {"end": "end_time", "title": "meeting_settings.topic"}
    watched_fields: ClassVar[frozenset[str]] = frozenset(
        {"end_time", HOSTS, "meeting_settings.action_permissions", "meeting_settings.call_setting"}
    )
    plain_fields: ClassVar[frozenset[str]] = frozenset({"end_time"})
    unix_fields: ClassVar[frozenset[str]] = frozenset({"end_time"})
    tellings: ClassVar[Mapping[Notify, Telling]] = {
        Notify.VENDOR_DEFAULT: Telling(),
        Notify.NONE: Telling(),
        Notify.ONCE: Telling(warnings=(NOBODY_IS_TOLD,)),
    }
    reads_per_update: ClassVar[float] = 1

    @classmethod
    def told(cls, changes: Mapping[str, Any], options: Mapping[str, Any]) -> str:
        """See :meth:`airflow_provider_booking.vendors.planning.VendorPlanning.told`."""
        del changes, options
        return "nobody: Feishu tells nobody of an update"

    def starts_at(self, fields: Fields) -> float | None:
        """When a reserve expires: unix seconds."""
        end_time = fields["end_time"]
        return None if end_time is None else float(str(end_time))

    def part(self, name: str, values: Fields, record: Record, options: Mapping[str, Any]) -> Fields:
        """See :meth:`airflow_provider_booking.vendors.planning.VendorPlanning.part`."""
        client, now = self.client, self.client.fields(record)
        needed = {
            member: values.get(member) or now.get(member)
            for beginning, member in _NEEDED.items()
            if name.startswith(beginning)
        }
        part = needed | {name: values[name]}
        given = client.parse_options(options)
        # Not every change that can be said fits the reserve: meeting_connect is as it was made.
        client.wanted(record, client.parse_changes(nested(part), given), given)
        return part

    def not_shown(self, record: Record) -> frozenset[str]:
        """The password, where a read does not show it."""
        return frozenset() if "password" in record else frozenset({PASSWORD})

    def replacing(self, replacing: Replacing, record: Record) -> Asked:
        """Let somebody else be host; the owner of a reserve stays, which gets a warning.

        Raises:
            InvalidInput: An id is of another ``user_id_type`` than the connection's.
        """
        self._check_user_id_type("from", replacing.former)
        self._check_user_id_type("to", replacing.named_successor[0])
        warnings = (OWNER_STAYS,) if record.get("reserve_user_id") == replacing.former else ()
        hosts = handed_over(self.client.fields(record).get(HOSTS), replacing, id_member="id")
        if hosts is None:
            return Asked(remark=NO_HOST, warnings=warnings)
        return Asked(nested({HOSTS: hosts}), warnings=warnings)

    def _check_user_id_type(self, name: str, user_id: str) -> None:
        """Refuse an id that no reserve shows here, so that nobody would be found and nothing said."""
        found = _USER_ID.fullmatch(user_id)
        read = self.client.settings.user_id_type or "open_id"
        if found is not None and _USER_ID_TYPES[found["prefix"]] != read:
            raise InvalidInput(
                f"change.replace_host.{name} is of user_id_type {_USER_ID_TYPES[found['prefix']]}, and the "
                f"connection's is {read}",
                hint=f"give the {read} of the person, or set user_id_type in the connection's extra",
            )

    def renewing(self, renewing: Renewing, record: Record) -> Asked:
        """Let it expire later, by the vendor's own clock: docs/vendors/feishu.md, "Renewal"."""
        return renewed(renewing, record, self.client.vendor_now())

    def check_still_alive(self, fields: Fields) -> None:
        """By the vendor's own clock: a write would be taken, but whether the number comes back is unsure."""
        check_alive(fields, self.client.vendor_now())

"""Reserves in change sets: docs/vendors/feishu.md, "In change sets"."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from airflow_provider_booking.vendors.feishu.client import FeishuClient
from airflow_provider_booking.vendors.feishu.translation import HOSTS
from airflow_provider_booking.vendors.planning import Notify, Telling, VendorPlanning

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflow_provider_booking.vendors.updating import Fields

NOBODY_IS_TOLD = "Feishu tells nobody of an update: tell people by another way"


class FeishuPlanning(VendorPlanning[FeishuClient]):
    """How reserves are planned. A reserve takes no resource, and no call lists reserves."""

    neutral_fields: ClassVar[Mapping[str, str]] = {"end": "end_time", "title": "meeting_settings.topic"}
    watched_fields: ClassVar[frozenset[str]] = frozenset(
        {"end_time", HOSTS, "meeting_settings.action_permissions", "meeting_settings.call_setting"}
    )
    tellings: ClassVar[Mapping[Notify, Telling]] = {
        Notify.VENDOR_DEFAULT: Telling(),
        Notify.NONE: Telling(),
        Notify.ONCE: Telling(warnings=(NOBODY_IS_TOLD,)),
    }
    reads_per_update: ClassVar[float] = 1

    def starts_at(self, fields: Fields) -> float | None:
        """When a reserve expires: unix seconds."""
        end_time = fields["end_time"]
        return None if end_time is None else float(str(end_time))

"""A person leaves: what that person hosts goes to somebody else, and nothing besides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_booking.vendors.people import NO_HOST

if TYPE_CHECKING:
    from tests.change_sets.engine.conftest import Desk

PATHS = {"jicoo": ("hosts",), "feishu": ("meeting_settings", "assign_host_list")}


@dataclass
class Hosting:
    """How a vendor's bookings name their hosts."""

    vendor: str
    conn_id: str
    former: str
    successor: str
    other: str

    def seed(self, desk: Desk, *hosts: str) -> str:
        return desk.sandbox.seed(self.vendor, bookings=[self._record(hosts)])[0]

    def hosts(self, desk: Desk, booking_id: str) -> list[str]:
        found: Any = desk.sandbox.booking(self.vendor, booking_id)
        for name in PATHS[self.vendor]:
            found = found[name]
        return [host.get("id") or host["userId"] for host in found]

    @property
    def change(self) -> dict[str, Any]:
        return {"replace_host": {"from": self.former, "to": self.successor}}

    def _record(self, hosts: tuple[str, ...]) -> dict[str, Any]:
        if self.vendor == "jicoo":
            return {"hosts": [{"userId": each, "role": "editor"} for each in hosts]}
        return {
            "meeting_settings": {"assign_host_list": [{"user_type": 1, "id": each} for each in hosts]},
        }


@pytest.fixture(
    params=[
        Hosting("jicoo", "jicoo_default", *(f"user000{number}" for number in (1, 2, 3))),
        Hosting("feishu", "feishu_default", *(f"ou_{number:032d}" for number in (2, 3, 4))),
    ],
    ids=lambda hosting: hosting.vendor,
)
def hosting(request: pytest.FixtureRequest) -> Hosting:
    found: Hosting = request.param
    return found


async def test_only_what_the_person_hosts_goes_to_who_takes_over(desk: Desk, hosting: Hosting) -> None:
    alone = hosting.seed(desk, hosting.former)
    together = hosting.seed(desk, hosting.other, hosting.former)
    both = hosting.seed(desk, hosting.former, hosting.successor)
    not_theirs = hosting.seed(desk, hosting.other)
    source = {"ids": [alone, together, both, not_theirs]}
    found = await desk.plan(source, hosting.change, conn_id=hosting.conn_id)
    assert desk.counts(found) == {"planned": 3, "unchanged": 1, "total": 4}
    await desk.apply(found)
    assert desk.counts(found) == {"applied": 3, "unchanged": 1, "total": 4}
    assert hosting.hosts(desk, alone) == [hosting.successor]
    assert hosting.hosts(desk, together) == [hosting.other, hosting.successor]
    assert hosting.hosts(desk, both) == [hosting.successor]
    assert hosting.hosts(desk, not_theirs) == [hosting.other]


async def test_what_is_not_theirs_says_so_and_is_never_sent(desk: Desk, hosting: Hosting) -> None:
    not_theirs = hosting.seed(desk, hosting.other)
    found = await desk.plan({"ids": [not_theirs]}, hosting.change, conn_id=hosting.conn_id)
    (item,) = desk.items(found)
    assert item.message == NO_HOST
    assert desk.written(hosting.vendor) == []


async def test_planned_once_more_nothing_is_left_to_do(desk: Desk, hosting: Hosting) -> None:
    source = {"ids": [hosting.seed(desk, hosting.former)]}
    await desk.apply(await desk.plan(source, hosting.change, conn_id=hosting.conn_id))
    again = await desk.plan(source, hosting.change, conn_id=hosting.conn_id, key="run 2")
    assert desk.outcomes(again) == [("unchanged", None)]
    assert again.eta_seconds == 0


async def test_a_vendor_without_such_a_person_refuses_each_booking(desk: Desk) -> None:
    change = {"replace_host": {"from": "1", "to": "2"}}
    appointment = "1610c525-f19a-40d0-8cd1-03daba3d2d98"
    found = await desk.plan({"ids": [appointment]}, change, conn_id="onlive_default")
    assert desk.outcomes(found) == [("refused", "input.invalid")]

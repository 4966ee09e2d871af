"""A booking that was read long ago is looked at once more before it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_booking.bookings import Outcome
from airflow_provider_booking.vendors.jicoo.client import JicooClient
from airflow_provider_booking.vendors.jicoo.settings import JicooSettings
from airflow_provider_booking.vendors.patience import Patience
from airflow_provider_booking.vendors.updating import Update
from tests.wire import writes

if TYPE_CHECKING:
    from airflow_provider_booking.sandbox import Sandbox

UID = "sandboxVb7RE"


def client(sandbox: Sandbox, *, fresh_for: float = 0) -> JicooClient:
    extra = {"rate_limit": "1000/second", "read_rate_limit": "1000/second"}
    return JicooClient(
        JicooSettings.from_connection(
            "c", password="sk_live_sandbox", host=f"{sandbox.url}/jicoo", extra=extra
        ),
        patience=Patience(fresh_for=fresh_for),
    )


class Slow:
    """Lets so long pass between the read and the write, and the booking be changed meanwhile."""

    def __init__(self, meanwhile: Any = None) -> None:
        self.asked = 0
        self._meanwhile = meanwhile

    async def about_to_send(self, now: Any, wanted: Any) -> None:
        del now, wanted
        self.asked += 1
        if self._meanwhile is not None and self.asked == 1:
            await self._meanwhile()

    async def about_to_try(self, *, again: bool) -> None:
        assert not again, "the vendor refuses nothing here"

    def going_out(self) -> None:
        pass


@pytest.mark.usefixtures("new_process")
async def test_what_was_read_a_moment_ago_is_not_read_again(sandbox: Sandbox) -> None:
    async with client(sandbox, fresh_for=60) as jicoo:
        await jicoo.update_booking(UID, {"name": "Ours"})
    assert [request["method"] for request in sandbox.requests("jicoo")] == ["GET", "PATCH"]


@pytest.mark.usefixtures("new_process")
async def test_what_was_read_long_ago_is_read_again_and_sent_if_it_is_as_it_was(sandbox: Sandbox) -> None:
    async with client(sandbox) as jicoo:
        result = await jicoo.update_booking(UID, {"name": "Ours"})
    assert result.outcome is Outcome.APPLIED
    assert [request["method"] for request in sandbox.requests("jicoo")] == ["GET", "GET", "PATCH"]


@pytest.mark.usefixtures("new_process")
async def test_what_somebody_changed_meanwhile_is_judged_anew(sandbox: Sandbox) -> None:
    async with client(sandbox) as jicoo, client(sandbox) as theirs:

        async def meanwhile() -> None:
            await theirs.update(UID, {"name": "Theirs"})

        slow = Slow(meanwhile)
        result = await Update(jicoo, UID, {"name": "Ours"}, {}, guard=slow).run()
    assert slow.asked == 2
    assert result.changed["name"].before == "Theirs"


@pytest.mark.usefixtures("new_process")
async def test_what_somebody_made_as_wanted_meanwhile_is_not_sent(sandbox: Sandbox) -> None:
    async with client(sandbox) as jicoo, client(sandbox) as theirs:

        async def meanwhile() -> None:
            await theirs.update(UID, {"name": "Ours"})

        result = await Update(jicoo, UID, {"name": "Ours"}, {}, guard=Slow(meanwhile)).run()
    assert result.outcome is Outcome.UNCHANGED
    assert len(writes(sandbox, "jicoo")) == 1

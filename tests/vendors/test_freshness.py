"""A booking that was read long ago is looked at once more before it is written."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_booking.bookings import Outcome
from airflow_provider_booking.vendors.jicoo.client import JicooClient
from airflow_provider_booking.vendors.jicoo.settings import JicooSettings
from airflow_provider_booking.vendors.patience import Patience
from airflow_provider_booking.vendors.sessions import credential_of
from airflow_provider_booking.vendors.updating import Update
from tests.wire import writes

if TYPE_CHECKING:
    from airflow_provider_booking.sandbox import Sandbox
    from airflow_provider_booking.vendors.throttle import Throttle

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

    def __init__(self, meanwhile: Any = None, *, time: int = 1) -> None:
        self.asked = 0
        self._meanwhile = meanwhile
        self._time = time

    async def about_to_send(self, now: Any, wanted: Any) -> None:
        del now, wanted
        self.asked += 1
        if self._meanwhile is not None and self.asked == self._time:
            await self._meanwhile()

    async def about_to_try(self, *, again: bool) -> None:
        assert not again, "the vendor refuses nothing here"

    def going_out(self) -> None:
        pass


class Lapses(Slow):
    """Lets no more go out once it was asked so often."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self._left = after

    def going_out(self) -> None:
        if not self._left:
            raise LeaseLapsedError
        self._left -= 1


class LeaseLapsedError(Exception):
    pass


@pytest.mark.usefixtures("new_process")
@pytest.mark.parametrize("asked_before", [0, 1], ids=["before the headers", "before the body"])
async def test_a_vendor_gets_no_whole_request_from_who_may_not_send_any_more(
    sandbox: Sandbox, asked_before: int
) -> None:
    async with client(sandbox, fresh_for=60) as jicoo:
        with pytest.raises(LeaseLapsedError):
            await Update(jicoo, UID, {"name": "Ours"}, {}, guard=Lapses(asked_before)).run()
        await jicoo.update_booking(UID, {"name": "Next"})  # on whatever connection it finds
    written = [request for request in sandbox.requests("jicoo") if request["method"] == "PATCH"]
    assert [request["body"]["name"] for request in written if request["status"] == 200] == ["Next"]


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


async def test_what_waited_once_more_after_it_was_looked_at_is_looked_at_again(sandbox: Sandbox) -> None:
    async with client(sandbox, fresh_for=0.3) as jicoo:
        slow = SlowAndPaused(credential_of(jicoo.settings).throttle(jicoo.settings))
        await Update(jicoo, UID, {"name": "Ours"}, {}, guard=slow).run()
    requests = sandbox.requests("jicoo")
    methods = [request["method"] for request in requests]
    written = methods.index("PATCH")
    # On a busy machine it may be looked at once more than that.
    assert (set(methods[:written]), written >= 3) == ({"GET"}, True)
    looked, sent = (
        datetime.fromisoformat(request["at"]).timestamp() for request in requests[written - 1 : written + 1]
    )
    assert sent - looked < 1


class SlowAndPaused(Slow):
    """Lets the vendor ask for a wait just when the booking was looked at again."""

    def __init__(self, throttle: Throttle) -> None:
        super().__init__(lambda: asyncio.sleep(0.4))
        self._throttle: Throttle | None = throttle

    async def about_to_try(self, *, again: bool) -> None:
        await super().about_to_try(again=again)
        if self._throttle is not None:
            self._throttle.pause(1.6)
            self._throttle = None
            await asyncio.sleep(0.1)  # the turn lapses


@pytest.mark.usefixtures("new_process")
async def test_what_somebody_made_as_wanted_meanwhile_is_not_sent(sandbox: Sandbox) -> None:
    async with client(sandbox) as jicoo, client(sandbox) as theirs:

        async def meanwhile() -> None:
            await theirs.update(UID, {"name": "Ours"})

        result = await Update(jicoo, UID, {"name": "Ours"}, {}, guard=Slow(meanwhile)).run()
    assert result.outcome is Outcome.UNCHANGED
    assert len(writes(sandbox, "jicoo")) == 1


@pytest.mark.usefixtures("new_process")
@pytest.mark.parametrize("time", [1, 2], ids=["at first", "when it is sent once more"])
async def test_it_counts_from_the_read_and_not_from_when_the_guard_let_it_pass(
    sandbox: Sandbox, time: int
) -> None:
    if time == 2:
        sandbox.fault("jicoo", {"drop": "before"}, method="PATCH", path=f"*{UID}*")
    async with client(sandbox, fresh_for=0.3) as jicoo, client(sandbox) as theirs:

        async def meanwhile() -> None:
            await theirs.update(UID, {"name": "Theirs"})
            await asyncio.sleep(0.4)

        slow = Slow(meanwhile, time=time)
        result = await Update(jicoo, UID, {"name": "Ours"}, {}, guard=slow).run()
    assert result.changed["name"].before == "Theirs"

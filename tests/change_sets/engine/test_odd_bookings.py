"""A booking that trips the program itself costs that booking only, and says nothing of what it holds."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from airflow_provider_booking.bookings import Outcome, Reason
from airflow_provider_booking.change_sets.accounts import Account
from airflow_provider_booking.change_sets.applying import Limits, Part
from airflow_provider_booking.change_sets.judging import Judge
from airflow_provider_booking.change_sets.leasing import Tenure
from airflow_provider_booking.change_sets.wall_time import OnDst
from airflow_provider_booking.vendors.jicoo.planning import JicooPlanning
from airflow_provider_booking.vendors.planning import Notify

if TYPE_CHECKING:
    import pytest

    from tests.change_sets.engine.conftest import Desk

MEMO = "allergic to latex"


class Tripping(JicooPlanning):
    """Trips over the first booking whose fields it is shown."""

    tripped = False

    def watched(self, fields: Any) -> Any:
        if not self.tripped:
            self.tripped = True
            raise KeyError(MEMO)
        return super().watched(fields)


async def test_one_that_cannot_be_judged_is_refused(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    found = await desk.plan({"ids": ["sandboxVb7RE"]}, {"shift": "P1D"})
    (item,) = desk.items(found)
    opened: Any = await desk.connect("jicoo_default")
    async with opened as client:
        account = Account("jicoo_default", client, Tripping(client))
        judge = Judge(account, notify=Notify.NONE, on_dst=OnDst.REFUSE, include_past=False)
        record = await client.read(item.booking_id, None)
        with caplog.at_level(logging.DEBUG):
            update = await judge.judge(item, record)
    assert (update.outcome, update.reason) == (Outcome.REFUSED, Reason.VENDOR_ERROR)
    assert "KeyError" in update.message
    assert MEMO not in update.message + caplog.text


async def test_one_that_cannot_be_applied_is_refused_and_the_others_go_on(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    found = await desk.plan({"ids": desk.sandbox.seed("jicoo", 4)}, {"shift": "P1D"})
    opened: Any = await desk.connect("jicoo_default")
    async with opened as client:
        account = Account("jicoo_default", client, Tripping(client))
        part = Part(
            desk.ledger,
            found.change_set_id,
            account,
            Limits(canary=0),
            asked_at=desk.ledger.now(),
            tenure=Tenure(desk.ledger, "apply", desk.said.append, shown="the change set"),
            say=desk.said.append,
        )
        with caplog.at_level(logging.DEBUG):
            await part.run()
    assert desk.counts(found) == {"applied": 3, "refused": 1, "total": 4}
    assert len(desk.written("jicoo")) == 3
    assert MEMO not in caplog.text

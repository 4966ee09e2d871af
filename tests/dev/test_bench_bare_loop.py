"""The bare loop that change sets are measured beside."""

from collections.abc import Iterator

import httpx
import pytest

from airflow_provider_booking.sandbox import Sandbox, running
from airflow_provider_booking.sandbox.jicoo.simulator import JicooSimulator
from dev.bench_bare_loop import bare_loop


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with running() as sandbox:
        yield sandbox


def test_it_reads_each_booking_and_updates_it_once(sandbox: Sandbox) -> None:
    uids = sandbox.seed("jicoo", 3)
    bare_loop(JicooSimulator.connection(sandbox.url), uids, "New", at_once=2)
    called = [
        (request["method"], request["path"].rpartition("/")[2]) for request in sandbox.requests("jicoo")
    ]
    assert sorted(called) == sorted((method, uid) for uid in uids for method in ("GET", "PATCH"))


def test_every_booking_has_the_title_afterwards(sandbox: Sandbox) -> None:
    uids = sandbox.seed("jicoo", 3)
    bare_loop(JicooSimulator.connection(sandbox.url), uids, "New", at_once=2)
    assert {sandbox.booking("jicoo", uid)["name"] for uid in uids} == {"New"}


def test_a_refusal_ends_it(sandbox: Sandbox) -> None:
    sandbox.fault("jicoo", {"status": 500}, method="PATCH")
    with pytest.raises(ExceptionGroup) as raised:
        bare_loop(JicooSimulator.connection(sandbox.url), sandbox.seed("jicoo", 1), "New", at_once=1)
    assert raised.group_contains(httpx.HTTPStatusError)

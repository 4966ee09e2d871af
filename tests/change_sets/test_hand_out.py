"""In which order the items of a connection are handed out."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_provider_booking.bookings import Outcome
from airflow_provider_booking.change_sets.hand_out import HandOut
from airflow_provider_booking.change_sets.items import Image, Item

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from airflow_provider_booking.change_sets.ledger import Ledger

ITEM = Item(
    item_id=0,
    row=1,
    conn_id="c",
    vendor="jicoo",
    booking_id="b",
    outcome=Outcome.PLANNED,
    reason=None,
    message="",
    warnings=(),
    attempts=0,
    starts_at=0.0,
    digest="d",
    request_id=None,
    updated_at=datetime.now(UTC),
    image=Image(),
)


class Kept:
    """Items by their start, and who waits for whom: what a ledger tells of them."""

    def __init__(self, starts: Sequence[float], waits: Mapping[int, Sequence[int]]) -> None:
        self.all = {
            number: replace(ITEM, item_id=number, starts_at=start) for number, start in enumerate(starts)
        }
        self._waits = waits

    def open_items(self, *_: Any, after: tuple[float, int] | None = None, limit: int) -> list[Item]:
        del limit
        known = sorted((item.starts_at or 0.0, item.item_id) for item in self.all.values())
        return [self.all[number] for start, number in known if after is None or (start, number) > after][:3]

    def item(self, item_id: int) -> Item:
        return self.all[item_id]

    def waits(self, item_ids: Sequence[int]) -> dict[int, list[int]]:
        return {each: list(self._waits[each]) for each in item_ids if each in self._waits}


def handed_out(kept: Kept, at_once: int = 1) -> list[tuple[int, frozenset[int]]]:
    """Work on all items, so many at once; return each with those that were done before it was handed out."""
    order: list[tuple[int, frozenset[int]]] = []
    done: set[int] = set()

    async def run() -> None:
        out = HandOut(cast("Ledger", kept), "set", "c")
        under_way: list[Item] = []
        while True:
            if len(under_way) == at_once:
                done.add(under_way[0].item_id)
                out.done(under_way.pop(0))
            taking = asyncio.create_task(anext(out, None))
            while not taking.done():
                await asyncio.sleep(0.0005)
                if under_way and not taking.done():
                    done.add(under_way[0].item_id)
                    out.done(under_way.pop(0))
            item = taking.result()
            if item is None:
                return
            order.append((item.item_id, frozenset(done)))
            under_way.append(item)

    asyncio.run(run())
    return order


def test_the_earliest_comes_first() -> None:
    assert [item for item, _ in handed_out(Kept([5, 1, 9, 3, 7], {}))] == [1, 3, 0, 4, 2]


def test_one_that_is_in_the_way_is_done_first_even_if_it_starts_later() -> None:
    order = handed_out(Kept([1, 2, 3, 4, 5], {0: [4]}), at_once=5)
    assert order[0][0] == 4
    assert 4 in dict(order)[0]


def test_a_chain_is_unwound_from_its_end() -> None:
    assert [item for item, _ in handed_out(Kept([1, 2, 3, 4], {0: [1], 1: [2], 2: [3]}))] == [3, 2, 1, 0]


def test_a_circle_is_broken_at_its_earliest() -> None:
    order = handed_out(Kept([1, 2, 3], {0: [1], 1: [0]}))
    assert sorted(item for item, _ in order) == [0, 1, 2]
    assert [item for item, _ in order if item != 2] == [0, 1]


def test_nobody_waits_for_one_that_is_not_open() -> None:
    kept = Kept([1, 2], {0: [1]})
    kept.all[1] = replace(kept.all[1], outcome=Outcome.REFUSED)
    assert next(item for item, _ in handed_out(kept)) == 0


def out(kept: Kept, only: Sequence[int] | None = None) -> HandOut:
    return HandOut(cast("Ledger", kept), "set", "c", only=only)


async def in_order(items: HandOut, *, put_back_once: int) -> list[int]:
    """Work on one after another, but put one back when it comes first."""
    order: list[int] = []
    async for item in items:
        order.append(item.item_id)
        if item.item_id == put_back_once and order.count(put_back_once) == 1:
            items.put_back(item)
        else:
            items.done(item)
    return order


async def test_what_was_put_back_comes_again_after_all_others() -> None:
    assert await in_order(out(Kept([1, 2, 3, 4], {})), put_back_once=0) == [0, 1, 2, 3, 0]


async def test_who_waits_for_one_that_was_put_back_goes_on_waiting() -> None:
    assert await in_order(out(Kept([1, 2, 3], {0: [1]})), put_back_once=1) == [1, 2, 1, 0]


async def test_it_has_not_ended_while_one_that_is_out_may_be_put_back() -> None:
    items = out(Kept([1], {}))
    item = await anext(items)
    following = asyncio.create_task(anext(items, None))
    await asyncio.sleep(0.01)
    items.put_back(item)
    assert (await following) == item


async def test_some_items_alone_come_as_they_are_named() -> None:
    assert await in_order(out(Kept([1, 2, 3, 4], {2: [3]}), only=[2, 0]), put_back_once=2) == [2, 0, 2]


graphs = st.integers(1, 12).flatmap(
    lambda size: st.tuples(
        st.lists(st.integers(0, 5).map(float), min_size=size, max_size=size),
        st.dictionaries(
            st.integers(0, size - 1), st.lists(st.integers(0, size - 1), max_size=3, unique=True)
        ),
        st.integers(1, 4),
    )
)


@settings(deadline=None)  # the ledger is asked in threads, which wait for a processor
@given(graphs)
def test_each_is_handed_out_once_and_after_those_that_are_in_its_way(
    graph: tuple[list[float], dict[int, list[int]], int],
) -> None:
    starts, any_waits, at_once = graph
    # Only earlier numbers are waited for: no circles.
    waits = {item: [each for each in before if each < item] for item, before in any_waits.items()}
    order = handed_out(Kept(starts, waits), at_once)
    assert sorted(item for item, _ in order) == list(range(len(starts)))
    for item, done in order:
        assert set(waits.get(item, ())) <= done


@settings(deadline=None)  # the ledger is asked in threads, which wait for a processor
@given(graphs)
def test_no_circle_keeps_anything_from_being_handed_out(
    graph: tuple[list[float], dict[int, list[int]], int],
) -> None:
    starts, waits, at_once = graph
    others = {item: [each for each in before if each != item] for item, before in waits.items()}
    order = handed_out(Kept(starts, others), at_once)
    assert sorted(item for item, _ in order) == list(range(len(starts)))

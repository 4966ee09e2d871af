"""Who must move before whom, from what each takes now and will take."""

from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_booking.change_sets.order import waits
from airflow_provider_booking.vendors.planning import Slot

Span = tuple[int, int]


def order(*moves: tuple[Span, Span], resource: str = "room 1") -> set[tuple[int, int]]:
    """Let items 0, 1, ... move from one span to another, all in one room."""
    slots = [
        (item, after, Slot(resource, *span))
        for item, spans in enumerate(moves)
        for after, span in zip((False, True), spans, strict=True)
    ]
    return set(waits(sorted(slots, key=lambda each: (each[2].resource, each[2].start))))


def test_what_goes_where_another_one_stands_waits_for_it() -> None:
    assert order(((10, 11), (11, 12)), ((11, 12), (12, 13))) == {(0, 1)}


def test_the_later_one_waits_where_all_move_back() -> None:
    assert order(((10, 11), (9, 10)), ((11, 12), (10, 11))) == {(1, 0)}


def test_a_slot_is_free_again_from_its_end_on() -> None:
    assert order(((10, 11), (13, 14)), ((11, 12), (12, 13))) == set()


def test_two_that_swap_wait_for_each_other() -> None:
    assert order(((10, 11), (11, 12)), ((11, 12), (10, 11))) == {(0, 1), (1, 0)}


def test_a_booking_is_not_in_its_own_way() -> None:
    assert order(((10, 12), (11, 13))) == set()


def test_another_room_is_no_ones_business() -> None:
    one, other = Slot("room 1", 11, 12), Slot("room 2", 11, 12)
    assert list(waits([(0, True, one), (1, False, other)])) == []


def test_a_span_without_length_takes_nothing() -> None:
    assert order(((10, 10), (11, 12)), ((11, 11), (12, 13))) == set()


spans = st.tuples(st.integers(0, 30), st.integers(1, 8)).map(lambda each: (each[0], each[0] + each[1]))


@given(st.lists(st.tuples(spans, spans), max_size=12))
def test_the_sweep_finds_what_comparing_all_pairs_finds(moves: list[tuple[Span, Span]]) -> None:
    expected = {
        (one, other)
        for one, (_, (start, end)) in enumerate(moves)
        for other, ((other_start, other_end), _) in enumerate(moves)
        if one != other and start < other_end and other_start < end
    }
    assert order(*moves) == expected

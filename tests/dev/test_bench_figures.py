"""What the benchmark says of change sets: how speed and memory are judged."""

from dev.bench_figures import APPLY, BARE, HTTP_OPERATOR, Memory, Speed, Way, judged
from dev.bench_planning import Peak


def speed(apply_seconds: float, bare_before: float = 60, bare_after: float = 60) -> Speed:
    return Speed(
        mapped=Way(HTTP_OPERATOR, bookings=100, seconds=50, calls=100),
        applied=Way(APPLY, bookings=10_000, seconds=apply_seconds, calls=20_005),
        bare_before=Way(BARE, bookings=10_000, seconds=bare_before, calls=20_000),
        bare_after=Way(BARE, bookings=10_000, seconds=bare_after, calls=20_000),
        plan_seconds=10,
        at_once=16,
        latency=0.05,
    )


def memory(*peaks: int) -> Memory:
    return Memory([Peak(rows=10**place, before=50, peak=peak, seconds=1) for place, peak in enumerate(peaks)])


def test_applying_is_compared_with_the_mean_of_the_bare_loop_before_and_after() -> None:
    assert speed(apply_seconds=100, bare_before=70, bare_after=90).ratio == 0.8


def test_eight_tenths_of_the_bare_loops_speed_is_enough() -> None:
    assert speed(apply_seconds=75).passed


def test_less_than_that_is_not() -> None:
    assert not speed(apply_seconds=75.1).passed


def test_the_verdict_on_speed_says_how_much_longer_a_mapped_task_takes() -> None:
    assert "A mapped task a booking takes 50 times as long." in speed(apply_seconds=100).verdict


def test_the_peak_with_the_most_rows_is_compared_with_that_of_the_fewest() -> None:
    assert memory(100, 999, 140).growth == 1.4


def test_half_as_much_memory_again_is_too_much() -> None:
    assert not memory(100, 120, 150).passed


def test_a_little_less_than_that_is_not() -> None:
    assert memory(100, 120, 149).passed


def test_a_verdict_says_what_was_wanted_and_that_it_was_missed() -> None:
    assert judged("under 1.50", is_reached=False) == "Wanted: under 1.50. NOT reached."

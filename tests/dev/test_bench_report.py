"""What the benchmark says of what it measured."""

from contextlib import nullcontext

from rich.console import Console

from dev.bench_contenders import Contender
from dev.bench_report import Slice, passed, ratios, table, verdict


def did(updates: int, cpu_seconds: float = 0) -> Slice:
    return Slice(updates, seconds=2, cpu_seconds=cpu_seconds)


def test_ours_is_compared_with_the_bare_loop_of_its_own_round() -> None:
    rounds = [{"bare": did(100), "ours": did(90)}, {"bare": did(50), "ours": did(50)}]
    assert ratios(rounds, "ours", "bare") == [0.9, 1.0]


def test_the_median_of_the_rounds_decides() -> None:
    assert passed([0.5, 0.9, 0.91])


def test_a_median_under_nine_tenths_fails() -> None:
    assert not passed([0.89, 0.899, 1.2])


def test_the_verdict_says_what_the_latency_allows() -> None:
    assert "32 at once and 50 ms a call allow 640 calls/s." in verdict([1.0], at_once=32, latency=0.05)


def test_a_line_shows_median_rate_share_of_the_latency_limit_and_cpu_a_call() -> None:
    contender = Contender("ours", "update_booking", ready=lambda: nullcontext(lambda _jobs, _seconds: 0))
    rounds = [{"ours": did(updates, cpu_seconds=updates * 0.003)} for updates in (200, 100, 150)]
    console = Console(width=120)
    with console.capture() as drawn:
        console.print(table([contender], rounds, {"ours": 3.0}, most_calls=640))
    line = drawn.get().splitlines()[-2].split()
    assert line == ["ours", "update_booking", "3.00", "75", "50", "100", "35%", "1.00"]

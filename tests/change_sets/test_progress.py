"""What is said of how far long work is."""

import pytest

from airflow_provider_booking.change_sets.progress import Progress, duration


def test_a_line_names_count_total_and_rate() -> None:
    said: list[str] = []
    progress = Progress("applied", 40, said.append, lambda: "held 2")
    progress.add(10)
    assert said == []  # not for every item
    progress.tell()
    (line,) = said
    assert line.startswith("applied 10 of 40, ")
    assert "/s, about " in line
    assert line.endswith(" left (held 2)")


def test_where_the_total_is_not_known_nothing_is_said_of_the_time_left() -> None:
    said: list[str] = []
    progress = Progress("taken in", None, said.append)
    progress.add(1500)
    progress.tell()
    assert said[0].startswith("taken in 1,500, ")
    assert "left" not in said[0]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "0 s"), (47, "47 s"), (89, "89 s"), (720, "12 min"), (12_000, "3 h 20 min")],
)
def test_durations_are_said_as_people_say_them(seconds: float, text: str) -> None:
    assert duration(seconds) == text

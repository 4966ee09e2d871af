"""How the benchmark measures memory."""

import subprocess
import sys
from pathlib import Path

import pytest

from airflow_provider_booking.sandbox import running
from dev.bench_memory import AROUND, seed
from dev.bench_planning import most_memory

MB = 1_000_000
ROOT = Path(__file__).resolve().parents[2]


def test_memory_that_was_given_back_counts() -> None:
    before = most_memory()
    held = bytearray(before)
    held[::1000] = b"x" * len(held[::1000])
    del held
    assert most_memory() > before


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells it for each program")
def test_a_process_does_not_begin_with_the_memory_of_the_one_that_started_it() -> None:
    held = b"x" * (200 * MB)
    program = "from dev.bench_planning import most_memory; print(most_memory())"
    told = subprocess.check_output([sys.executable, "-c", program], cwd=ROOT, text=True)  # noqa: S603  (our own)
    assert int(told) < len(held)


def test_every_booking_that_is_seeded_is_a_row_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("booking_id\n")
    with running() as sandbox:
        seed(sandbox, 3, file)
        seed(sandbox, 2, file)
        known = {record["uid"] for record in sandbox.bookings("jicoo")}
    rows = file.read_text().splitlines()[1:]
    assert len(set(rows)) == 5
    assert known.issuperset(rows)


def test_a_log_line_is_shown_without_its_time_and_place() -> None:
    line = (
        "2026-11-21T08:51:25.431981Z [info     ] read 10 of 100, 5.0/s [airflow.task.operators.A] loc=a.py:1"
    )
    assert AROUND.sub("", line) == "read 10 of 100, 5.0/s"

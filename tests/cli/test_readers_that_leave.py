"""Whoever reads what a command says may leave: that ends no work, and the exit code says what it came to."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.cli.conftest import COMMAND, moved

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.change_sets.engine.conftest import Desk
    from tests.cli.conftest import Shell

IN_THE_WAY = {"startedAt": "2027-06-01T09:00:00Z", "endedAt": "2027-06-01T10:00:00Z"}


@pytest.fixture
def nobody() -> Iterator[int]:
    """Give the end to write to of a pipe that nobody reads."""
    reading, writing = os.pipe()
    os.close(reading)
    yield writing
    os.close(writing)


def ran(shell: Shell, *arguments: str, stdout: int, stderr: int = subprocess.PIPE) -> tuple[int, str]:
    """Exit code, and what was said on standard error."""
    ended = subprocess.run(  # noqa: S603  (our own program)
        [*COMMAND, *arguments],
        env=shell.environment,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=stderr,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    return ended.returncode, ended.stderr or ""


async def test_a_report_that_nobody_reads_is_no_error(shell: Shell, desk: Desk, nobody: int) -> None:
    found = await moved(desk)
    code, said = ran(shell, "report", found.change_set_id, "--format", "csv", stdout=nobody)
    assert (code, "Traceback" in said, "BrokenPipe" in said) == (0, False, False)


async def test_show_ends_with_3_where_a_person_is_needed_also_where_nobody_reads_it(
    shell: Shell, desk: Desk, nobody: int
) -> None:
    found = await moved(desk)
    code, said = ran(shell, "show", found.change_set_id, stdout=nobody)
    assert (code, "BrokenPipe" in said) == (3, False), said


@pytest.mark.parametrize("output", ["table", "json"])
async def test_revert_ends_with_what_it_came_to_also_where_nobody_reads_it(
    shell: Shell, desk: Desk, nobody: int, output: str
) -> None:
    found = await moved(desk)
    async with await desk.connect("jicoo_default") as client:
        await client.update_booking(desk.items(found)[0].booking_id, IN_THE_WAY)
    code, said = ran(shell, "revert", found.change_set_id, "--yes", "--output", output, stdout=nobody)
    assert (code, "BrokenPipe" in said) == (3, False), said
    assert desk.counts(found)["reverted"] == 2


async def test_revert_goes_on_when_who_reads_its_progress_leaves_after_a_line(
    shell: Shell, desk: Desk
) -> None:
    found = await desk.plan({"ids": desk.sandbox.seed("jicoo", 20)}, {"shift": "P1D"})
    await desk.apply(found)
    desk.sandbox.latency(20)
    with subprocess.Popen(  # noqa: S603, ASYNC220  (our own program; nothing else goes on meanwhile)
        [*COMMAND, "revert", found.change_set_id, "--yes"],
        env=shell.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as reverting:
        assert reverting.stdout is not None
        assert reverting.stdout.readline()
        reverting.stdout.close()
        code = reverting.wait(300)
    assert (code, desk.counts(found)) == (0, {"reverted": 20, "total": 20})


async def test_revert_goes_on_where_nobody_ever_read_its_progress(
    shell: Shell, desk: Desk, nobody: int
) -> None:
    found = await moved(desk)
    code, _ = ran(shell, "revert", found.change_set_id, "--yes", stdout=subprocess.PIPE, stderr=nobody)
    assert (code, desk.counts(found)["reverted"]) == (0, 3)


async def test_revert_does_its_work_where_nobody_reads_anything(
    shell: Shell, desk: Desk, nobody: int
) -> None:
    found = await moved(desk)
    code, _ = ran(shell, "revert", found.change_set_id, "--yes", stdout=nobody, stderr=nobody)
    assert (code, desk.counts(found)["reverted"]) == (0, 3)


@pytest.mark.parametrize("closed", ["2>&-", ">&-", ">&- 2>&-"])
async def test_revert_does_its_work_where_its_streams_are_closed(
    shell: Shell, desk: Desk, closed: str
) -> None:
    found = await moved(desk)
    ended = subprocess.run(  # noqa: S603, ASYNC221  (our own program; nothing else goes on meanwhile)
        ["/bin/sh", "-c", f'exec "$@" {closed}', "sh", *COMMAND, "revert", found.change_set_id, "--yes"],
        env=shell.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=300,
        check=False,
    )
    assert (ended.returncode, desk.counts(found)["reverted"]) == (0, 3), ended.stderr

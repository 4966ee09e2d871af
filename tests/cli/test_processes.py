"""The commands as processes of a real Airflow: connections, terminals."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.conftest import COMMAND, moved

if TYPE_CHECKING:
    from tests.change_sets.engine.conftest import Desk
    from tests.cli.conftest import Shell

MOVED = {"startedAt": "2027-06-01T09:00:00Z", "endedAt": "2027-06-01T10:00:00Z"}


async def test_json_is_all_that_is_on_standard_output_also_where_the_ledger_is_new(shell: Shell) -> None:
    ended = shell.run("list", "--output", "json")
    assert (ended.code, json.loads(ended.out)) == (0, []), ended.err


async def test_output_is_utf_8_whatever_the_locale(shell: Shell, desk: Desk) -> None:
    found = await desk.plan({"ids": desk.sandbox.seed("jicoo", 1)}, {"set": {"title": "진료"}})
    ended = shell.run("report", found.change_set_id, LANG="C", PYTHONIOENCODING="ascii")
    assert (ended.code, "진료" in ended.out) == (0, True), ended.err


async def test_revert_takes_back_and_says_what_it_could_not(shell: Shell, desk: Desk) -> None:
    found = await moved(desk)
    touched = desk.items(found)[0].booking_id
    async with await desk.connect("jicoo_default") as client:
        await client.update_booking(touched, MOVED)
    written = len(desk.written("jicoo"))
    ended = shell.run("revert", found.change_set_id, "--yes")
    assert (ended.code, len(desk.written("jicoo")) - written) == (3, 2), ended.err
    assert "3: 2 applied, 1 held" in ended.out
    assert touched in ended.out
    assert desk.counts(found) == {"applied": 1, "refused": 1, "reverted": 2, "total": 4}


async def test_revert_with_a_number_that_is_none_does_nothing(shell: Shell, desk: Desk) -> None:
    found = await moved(desk)
    written = len(desk.written("jicoo"))
    ended = shell.run("revert", found.change_set_id, "--yes", AIRFLOW__BOOKING__LONGEST_WAIT="abc")
    assert (ended.code, ended.out, len(desk.written("jicoo"))) == (1, "", written)
    assert ended.err.endswith("[booking] longest_wait is no number of seconds: give one from 0 to 86400\n")


async def test_revert_asks_first_and_where_there_is_no_terminal_it_refuses(shell: Shell, desk: Desk) -> None:
    found = await moved(desk)
    written = len(desk.written("jicoo"))
    ended = shell.run("revert", found.change_set_id)
    assert (ended.code, ended.out, len(desk.written("jicoo"))) == (1, "", written)
    assert ended.err.endswith("revert asks first, and there is no terminal to ask on: give --yes\n")


async def test_revert_that_is_answered_with_anything_but_yes_does_nothing(shell: Shell, desk: Desk) -> None:
    found = await moved(desk)
    written = len(desk.written("jicoo"))
    keyboard, terminal = pty.openpty()
    os.write(keyboard, b"\n")
    ended = subprocess.run(  # noqa: S603, ASYNC221  (our own program; nothing else goes on meanwhile)
        [*COMMAND, "revert", found.change_set_id],
        env=shell.environment,
        stdin=terminal,
        capture_output=True,
        timeout=300,
        check=False,
    )
    os.close(keyboard)
    os.close(terminal)
    assert (ended.returncode, len(desk.written("jicoo"))) == (130, written)
    assert b"Take back what" in ended.stderr


async def test_revert_in_json_is_the_change_set_that_takes_back_and_what_was_stopped(
    shell: Shell, desk: Desk
) -> None:
    found = await moved(desk)
    ended = shell.run("revert", found.change_set_id, "--yes", "--output", "json")
    shown = json.loads(ended.out)
    assert (ended.code, shown["kind"], shown["reverts"]) == (0, "revert", found.change_set_id), ended.err
    assert (shown["state"], shown["counts"], shown["stopped"]) == ("done", {"applied": 3, "total": 3}, {})


@pytest.mark.parametrize(("fault", "code"), [({"status": 503}, 4), ({"status": 401}, 3)])
async def test_revert_ends_with_4_only_where_trying_again_is_all_that_is_to_be_done(
    shell: Shell, desk: Desk, fault: dict[str, Any], code: int
) -> None:
    found = await moved(desk)
    desk.sandbox.fault("jicoo", fault, times=None)
    ended = shell.run("revert", found.change_set_id, "--yes", AIRFLOW__BOOKING__LONGEST_WAIT="0.1")
    assert (ended.code, desk.counts(found)["applied"]) == (code, 3), ended.err + ended.out
    assert f"run airflow booking revert {found.change_set_id} again" in ended.out
    desk.sandbox.clear_faults()
    assert shell.run("revert", found.change_set_id, "--yes").code == 0


async def test_revert_says_how_many_there_are_to_look_at_where_it_shows_only_some(
    shell: Shell, desk: Desk
) -> None:
    found = await desk.plan({"ids": desk.sandbox.seed("jicoo", 22)}, {"shift": "P1D"})
    await desk.apply(found)
    async with await desk.connect("jicoo_default") as client:
        for item in desk.items(found):
            await client.update_booking(item.booking_id, MOVED)
    ended = shell.run("revert", found.change_set_id, "--yes")
    assert "Not taken back: for a person to look at (the first 20 of 22)" in ended.out, ended.err


def test_a_command_line_that_cannot_be_read_is_2(shell: Shell) -> None:
    assert shell.run("list", "--limit", "none").code == 2

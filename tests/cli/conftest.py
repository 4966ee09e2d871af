"""`airflow booking`, as a process and within the test's own, over a ledger that the engine fills."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from airflow.cli.cli_parser import get_parser
from cryptography.fernet import Fernet

from airflow_provider_booking.change_sets.ledger import Sealer, open_ledger
from airflow_provider_booking.sandbox.registry import SIMULATORS
from dev.local_airflow import scrubbed_environment
from tests.change_sets.engine.conftest import Desk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from airflow_provider_booking.change_sets.items import ChangeSet
    from airflow_provider_booking.sandbox import Sandbox

COMMAND = (sys.executable, "-m", "airflow", "booking")


class Ended(NamedTuple):
    """What a command came to."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Shell:
    """Where a person types.

    Attributes:
        home: AIRFLOW_HOME.
        settings: What the environment of the commands says of Airflow.
    """

    home: Path
    settings: dict[str, str]

    @property
    def environment(self) -> dict[str, str]:
        """The environment of the commands."""
        return scrubbed_environment(self.home) | self.settings

    @property
    def ledger_url(self) -> str:
        return self.settings["AIRFLOW__BOOKING__LEDGER_URL"]

    def run(self, *arguments: str, **environment: str) -> Ended:
        """Run `airflow booking` with these arguments as a process, without a terminal."""
        done = subprocess.run(  # noqa: S603  (our own program)
            [*COMMAND, *arguments],
            env=self.environment | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=300,
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def shell(sandbox: Sandbox, tmp_path: Path) -> Shell:
    """Give a shell whose Airflow knows the sandbox's connections; its ledger is not there yet."""
    settings = {
        "AIRFLOW_HOME": str(tmp_path),
        "AIRFLOW__BOOKING__LEDGER_URL": f"sqlite:///{tmp_path}/ledger.db",
        "AIRFLOW__CORE__FERNET_KEY": Fernet.generate_key().decode(),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    }
    for simulator in SIMULATORS:
        parts = simulator.connection(sandbox.url)
        name = f"AIRFLOW_CONN_{parts.pop('conn_id').upper()}"
        settings[name] = json.dumps(parts)
    return Shell(tmp_path, settings)


@pytest.fixture
def booking(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[..., Ended]:
    """Run `airflow booking` through Airflow's own parser, in this process: it takes no second."""
    for name, value in shell.settings.items():
        monkeypatch.setenv(name, value)

    def run(*arguments: str) -> Ended:
        capfd.readouterr()
        parsed = get_parser().parse_args(["booking", *arguments])
        with pytest.raises(SystemExit) as ended:
            parsed.func(parsed)
        written = capfd.readouterr()
        return Ended(int(ended.value.code or 0), written.out, written.err)

    return run


@pytest.fixture
def desk(shell: Shell, sandbox: Sandbox, new_process: None) -> Iterator[Desk]:
    """Plan and apply on the shell's ledger."""
    del new_process
    sealer = Sealer(shell.settings["AIRFLOW__CORE__FERNET_KEY"])
    with open_ledger(shell.ledger_url, sealer) as ledger:
        yield Desk(sandbox, ledger, shell.home, shell.ledger_url)


async def moved(desk: Desk, **asked: Any) -> ChangeSet:
    """Plan and apply a change set of three Jicoo bookings, and of one that Jicoo does not have."""
    ids = [*desk.sandbox.seed("jicoo", 3), "11111111-1111-4111-8111-111111111111"]
    found = await desk.plan({"ids": ids}, {"shift": "P1D"}, **asked)
    await desk.apply(found)
    return found

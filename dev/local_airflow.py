"""A real Airflow on this machine: API server, scheduler, DAG processor and triggerer, on SQLite and loopback.

The demo and the system tests run the same one. Its home is given and is all that it touches; nothing of the
user's Airflow, its variables and files alike, reaches it.
"""

import base64
import contextlib
import importlib.metadata
import json
import os
import re
import secrets
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx

from dev.airflow_api import AirflowApi
from dev.processes import Programs, StartError, tail

LOOPBACK = "127.0.0.1"
USER = "admin"
START_TIMEOUT = 300.0  # seconds until all four components must have said that they are healthy
POLL = 0.2  # seconds between two looks at their health

# A serve-logs server would listen on every interface; the API server reads the logs from the disk here.
COMPONENTS = {
    "api-server": ["api-server"],
    "scheduler": ["scheduler", "--skip-serve-logs"],
    "dag-processor": ["dag-processor"],
    "triggerer": ["triggerer", "--skip-serve-logs"],
}


@dataclass(frozen=True)
class Keys:
    """The secrets of one Airflow home, made with it.

    The login has a generated password. Airflow's "all admins" mode would save a user the typing, but then
    every program and every user of this machine could have DAGs run by asking on the port.
    """

    password: str
    fernet_key: str
    jwt_secret: str
    session_secret: str

    @classmethod
    def generate(cls) -> "Keys":
        """Make new ones. Airflow wants 32 bytes for Fernet, and 64 or more for its tokens' signature."""
        fernet_key = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
        return cls(secrets.token_hex(5), fernet_key, secrets.token_hex(64), secrets.token_hex(32))


class LocalAirflow:
    """One Airflow in one home.

    Args:
        home: its AIRFLOW_HOME; made if it is missing, and made anew if another Airflow version left it.
        dag_folders: folders with DAG files, by bundle name.
        programs: who starts and stops the processes.
        port: where the API server listens on 127.0.0.1.
        log_level: of all components and of the tasks.
        more: further options of Airflow's configuration, by section.
    """

    def __init__(
        self,
        home: Path,
        dag_folders: Mapping[str, Path],
        programs: Programs,
        port: int,
        *,
        log_level: str = "INFO",
        more: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        self.address = f"http://{LOOPBACK}:{port}"
        self._home = home
        self._programs = programs
        self._dag_folders = dag_folders
        self._port = port
        self._log_level = log_level
        self._more = more or {}
        self.started = datetime.now(UTC)

    def start(self, say: Callable[[str], object]) -> None:
        """Prepare the home, start the four components and wait until each is healthy.

        Args:
            say: told in a few words, again and again, what is being waited for.

        Raises:
            StartError: when a component dies, or is not healthy after `START_TIMEOUT` seconds.
        """
        self._prepare(say)
        self.started = datetime.now(UTC)
        env = self._environment()
        started = {
            name: self._programs.start(name, [sys.executable, "-m", "airflow", *arguments], env)
            for name, arguments in COMPONENTS.items()
        }
        self._scheduler_log = started["scheduler"].log
        deadline = time.monotonic() + START_TIMEOUT
        while waiting := self._not_healthy():
            say(f"waiting for {', '.join(waiting)}")
            self._programs.check()
            if time.monotonic() > deadline:
                raise StartError(f"After {START_TIMEOUT:.0f} s not healthy: {', '.join(waiting)}")
            time.sleep(POLL)

    @property
    def password(self) -> str:
        """The password of the user `admin`."""
        return self._keys().password

    def api(self) -> AirflowApi:
        """Return a client that is logged in; close it by `with`."""
        return AirflowApi(
            self.address, USER, self.password, alive=self._programs.check, noticed=self.has_noticed
        )

    def has_noticed(self, dag_id: str, run_id: str, task_id: str, try_number: int) -> bool:
        """Return whether the scheduler says in its log that this try of a task has left its worker."""
        about = re.escape(f"dag_id={dag_id}, task_id={task_id}, run_id={run_id}, ")
        said = re.compile(rf"TaskInstance Finished: {about}.* try_number={try_number},")
        with self._scheduler_log.open(encoding="utf-8", errors="replace") as lines:
            return any(said.search(line) for line in lines)

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one of Airflow's commands, as a person would in a shell of this home, and wait for its end."""
        # At DEBUG, Airflow writes to standard output before it calls the command.
        env = {**self._environment(), "AIRFLOW__LOGGING__LOGGING_LEVEL": "INFO"}
        line = [sys.executable, "-m", "airflow", *arguments]
        return subprocess.run(line, env=env, capture_output=True, text=True, check=False)

    def _prepare(self, say: Callable[[str], object]) -> None:
        stamp = self._home / "made-by"
        maker = f"Airflow {importlib.metadata.version('apache-airflow')}, Python {sys.version_info[:2]}"
        if stamp.is_file() and stamp.read_text() == maker:
            return
        say("making its database")
        shutil.rmtree(self._home, ignore_errors=True)
        self._home.mkdir(parents=True, mode=0o700)
        keys = Keys.generate()
        write_private(self._home / "keys.json", json.dumps(vars(keys)))
        write_private(self._home / "passwords.json", json.dumps({USER: keys.password}))
        log = self._home / "db-migrate.log"
        migrate = [sys.executable, "-m", "airflow", "db", "migrate"]
        with log.open("wb") as output:
            made = subprocess.run(
                migrate, env=self._environment(), stdout=output, stderr=subprocess.STDOUT, check=False
            )
        if made.returncode:
            raise StartError(f"{tail(log)}\nAirflow could not make its database; the log is {log}")
        with contextlib.closing(sqlite3.connect(self._home / "airflow.db")) as database:
            database.execute("PRAGMA journal_mode=WAL")  # it stays so: reading does not wait for writing
        stamp.write_text(maker)

    def _keys(self) -> Keys:
        return Keys(**json.loads((self._home / "keys.json").read_text()))

    def _environment(self) -> dict[str, str]:
        keys = self._keys()
        bundles = [
            {
                "name": name,
                "classpath": "airflow.dag_processing.bundles.local.LocalDagBundle",
                "kwargs": {"path": str(path), "refresh_interval": 5},
            }
            for name, path in self._dag_folders.items()
        ]
        settings = {
            "core": {
                "executor": "LocalExecutor",
                "parallelism": "4",
                "load_examples": "False",
                "dags_folder": str(next(iter(self._dag_folders.values()))),
                "fernet_key": keys.fernet_key,
                "execution_api_server_url": f"{self.address}/execution/",
                "simple_auth_manager_users": f"{USER}:admin",
                "simple_auth_manager_passwords_file": str(self._home / "passwords.json"),
                "test_connection": "Enabled",
            },
            "api": {
                "host": LOOPBACK,
                "port": str(self._port),
                "base_url": self.address,
                "secret_key": keys.session_secret,
            },
            # Who finds the database locked waits: on a busy machine, longer than the five seconds of SQLite.
            "database": {"sql_alchemy_conn": f"sqlite:///{self._home}/airflow.db?timeout=60"},
            "api_auth": {"jwt_secret": keys.jwt_secret},
            "dag_processor": {
                "dag_bundle_config_list": json.dumps(bundles),
                "min_file_process_interval": "5",
                "refresh_interval": "5",
            },
            "scheduler": {"scheduler_idle_sleep_time": "0.2"},
            "logging": {"logging_level": self._log_level},
            # How long a finished task may go unnoticed, too.
            "workers": {"min_heartbeat_interval": "1"},
            "usage_data_collection": {"enabled": "False"},
            **self._more,
        }
        ours = {
            f"AIRFLOW__{section}__{option}".upper(): value
            for section, options in settings.items()
            for option, value in options.items()
        }
        return {**scrubbed_environment(self._home), "AIRFLOW_HOME": str(self._home), **ours}

    def _not_healthy(self) -> list[str]:
        """Return the components that have not yet reported in since the start."""
        try:
            health = httpx.get(f"{self.address}/api/v2/monitor/health", timeout=5, trust_env=False).json()
        except (httpx.HTTPError, ValueError):  # no answer, or not yet one in JSON
            return list(COMPONENTS)
        missing = []
        for name in ("scheduler", "dag_processor", "triggerer"):
            # A home that was used a moment ago still shows its last run's components as healthy.
            beat = (health.get(name) or {}).get(f"latest_{name}_heartbeat")
            if not beat or datetime.fromisoformat(beat) < self.started:
                missing.append(name.replace("_", "-"))
        return missing


def scrubbed_environment(home: Path) -> dict[str, str]:
    """Return an environment for our programs: no AIRFLOW_…, no proxy and no home of the user in it."""
    kept = {name: os.environ[name] for name in ("LANG", "LC_ALL", "TMPDIR", "USER") if name in os.environ}
    path = f"{Path(sys.prefix, 'bin')}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    return {**kept, "PATH": path, "HOME": str(home)}


def free_port(preferred: Sequence[int] = ()) -> int:
    """Return a loopback port that nobody listens on: the first preferred one that is free, else any."""
    for port in (*preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise StartError("No loopback port is free.")


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read."""
    path.touch(mode=0o600)
    path.write_text(text)

"""Make .venv: this checkout's own environment, with the packages pinned under constraints/.

`make demo`, `make test` and `make bench` run this first, with any bare Python that constraints/ has a file
for. When nothing changed since the last time, it looks at a stamp and is done.
"""

import fcntl
import hashlib
import importlib.util
import os
import platform
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "bootstrap.stamp"
LOG = VENV / "bootstrap.log"
SERIES = f"{sys.version_info.major}.{sys.version_info.minor}"
CONSTRAINTS = ROOT / "constraints" / f"python{SERIES}.txt"
TERMINAL_EVERY = 0.2  # seconds between two looks at pip; a terminal's line is renewed at each
PLAIN_EVERY = 10.0  # seconds between two lines where the output is no terminal


def main() -> None:
    """Bring .venv up to date; leave with one sentence and status 1 where that cannot be."""
    refuse_unsuitable_python()
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))  # pip is stopped, too
    with Path(__file__).open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two makes at once: the second one waits, then finds the stamp
        wanted = digest()
        if STAMP.is_file() and STAMP.read_text() == wanted:
            return
        STAMP.unlink(missing_ok=True)
        if not is_sound(VENV):
            make_environment()
        install()
        STAMP.write_text(wanted)


def refuse_unsuitable_python() -> None:
    """Leave with a sentence when this Python has no constraints, or cannot make environments.

    An old Python must come this far: what runs up to here is understood by all since 3.6.
    """
    if not CONSTRAINTS.is_file():
        known = sorted(path.stem[len("python") :] for path in CONSTRAINTS.parent.glob("python*.txt"))
        sys.exit(
            f"{sys.executable} is Python {platform.python_version()}; this project runs on "
            f"{', '.join(known)}: name one of them, for example: make test PYTHON=python{known[0]}"
        )
    if importlib.util.find_spec("ensurepip") is None:
        sys.exit(
            f"{sys.executable} cannot make environments: install its venv package "
            f"(Debian and Ubuntu: apt-get install python{SERIES}-venv) and run this again."
        )


def digest() -> str:
    """Return what the stamp must say: all that decides what is in .venv."""
    parts = [sys.version, str(VENV), (ROOT / "pyproject.toml").read_text(), CONSTRAINTS.read_text()]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def is_sound(venv: Path) -> bool:
    """Tell whether the environment was made by this very Python version, in this very place."""
    config = venv / "pyvenv.cfg"
    if not (venv / "bin" / "python").exists() or not config.is_file():
        return False
    made = dict(line.partition(" = ")[::2] for line in config.read_text().splitlines())
    # Scripts in bin/ name their interpreter by its full path: a moved checkout needs a new environment.
    right_place = made.get("command", "").endswith(f" {venv}")
    return right_place and made.get("version") == platform.python_version()


def make_environment() -> None:
    """Make an empty .venv with pip in it."""
    say(f"Making {VENV.name} with Python {platform.python_version()}")
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=False)
    if made.returncode:
        sys.exit(f"{sys.executable} could not make {VENV}: see above.")


def install() -> None:
    """Let pip install the pinned packages and this checkout, showing how far it is."""
    command = [str(VENV / "bin" / "python"), "-m", "pip", "install", "--disable-pip-version-check"]
    command += ["--progress-bar", "off", "-c", str(CONSTRAINTS), "-e", f"{ROOT}[dev]"]
    total = len(CONSTRAINTS.read_text().split())
    started = time.monotonic()
    say(f"Installing {total} packages")
    with LOG.open("w") as log, subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT) as pip:
        try:
            watch(pip, total, started)
        except BaseException:
            pip.terminate()
            raise
    if pip.returncode:
        reasons = [line for line in LOG.read_text().splitlines() if line.startswith("ERROR")]
        sys.exit("\n".join([*reasons, f"pip could not install the packages; all it said is in {LOG}"]))
    say(f"Installed {total} packages in {time.monotonic() - started:.0f} s")


def watch(pip: "subprocess.Popen[bytes]", total: int, started: float) -> None:
    """Show pip's progress until it ends: one line renewed on a terminal, else a line now and then."""
    terminal = sys.stdout.isatty()
    every = TERMINAL_EVERY if terminal else PLAIN_EVERY
    shown = started
    while pip.poll() is None:
        time.sleep(TERMINAL_EVERY)
        if time.monotonic() - shown < every:
            continue
        shown = time.monotonic()
        line = f"  {progress(LOG.read_text(), total)}, {shown - started:.0f} s"
        print(f"\r{line}\033[K" if terminal else line, end="" if terminal else "\n", flush=True)
    if terminal:
        print("\r\033[K", end="")


def progress(log: str, total: int) -> str:
    """Say in a few words how far pip is, from what it has logged."""
    lines = log.splitlines()
    if any(line.startswith("Installing collected packages") for line in lines):
        present = len(list(VENV.glob("lib/*/site-packages/*.dist-info")))
        return f"{min(present, total)} of {total} packages in place"
    found = sum(line.lstrip().startswith("Collecting ") for line in lines)
    return f"{min(found, total)} of {total} packages found"


def say(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True)


if __name__ == "__main__":
    os.chdir(ROOT)
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("Interrupted; the next run takes it up again.")

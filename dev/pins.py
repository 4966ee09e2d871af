"""Write constraints/python3.X.txt: the newest versions of all that `.[dev]` needs, for each Python given.

`make pins` runs this. Each interpreter gets an environment of its own for as long as it takes, in which its
pip resolves without any constraint and installs nothing.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OURS = "airflow-provider-booking"


def main() -> None:
    """Resolve for each interpreter in turn; exit with a sentence if one is missing or resolves nothing."""
    parser = argparse.ArgumentParser(description="Write constraints/python3.X.txt anew.")
    parser.add_argument("interpreters", nargs="+", metavar="PYTHON", help="for example python3.12")
    for interpreter in parser.parse_args().interpreters:
        write_pins(interpreter)


def write_pins(interpreter: str) -> None:
    """Resolve `.[dev]` with one interpreter and write its constraint file.

    Args:
        interpreter: command or path of a Python.

    Raises:
        SystemExit: when the interpreter cannot be run, or pip finds no solution.
    """
    with tempfile.TemporaryDirectory(prefix="pins-") as directory:
        python = Path(directory, "venv", "bin", "python")
        report = Path(directory, "report.json")
        run([interpreter, "-m", "venv", str(python.parent.parent)])
        resolve = [str(python), "-m", "pip", "install", "-qq", "--dry-run", "--ignore-installed", "--report"]
        run([*resolve, str(report), f"{ROOT}[dev]"])
        pins = pins_of(json.loads(report.read_text()))
        series = subprocess.check_output(
            [str(python), "-c", "import sys; print('%d.%d' % sys.version_info[:2])"], text=True
        ).strip()
    target = ROOT / "constraints" / f"python{series}.txt"
    target.write_text("".join(f"{pin}\n" for pin in pins))
    print(f"{target.relative_to(ROOT)}: {len(pins)} packages")


def pins_of(report: dict[str, list[dict[str, dict[str, str]]]]) -> list[str]:
    """Return the sorted `name==version` lines of pip's installation report, ours left out."""
    found = {
        re.sub(r"[-_.]+", "-", item["metadata"]["name"]).lower(): item["metadata"]["version"]
        for item in report["install"]
    }
    return [f"{name}=={version}" for name, version in sorted(found.items()) if name != OURS]


def run(command: list[str]) -> None:
    """Run a command to its end, or leave with a sentence."""
    try:
        subprocess.run(command, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"No pins for {command[0]}: {error}")


if __name__ == "__main__":
    main()

"""How the demo speaks: what step is under way, how far it is, and afterwards how long it took."""

import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from rich.console import Console

Say = Callable[[str], None]

LOG_WIDTH = 120  # columns of a table where there is no terminal to ask

console = Console(highlight=False, width=None if sys.stdout.isatty() else LOG_WIDTH)


@contextlib.contextmanager
def step(title: str) -> Iterator[Say]:
    """Show that a step is under way and how far it is; afterwards, how long it took."""
    started = time.monotonic()
    if console.is_terminal:
        with console.status(title) as status:
            yield lambda detail: status.update(f"{title}: {detail} ({time.monotonic() - started:.0f} s)")
    else:
        told = []

        def tell(detail: str) -> None:
            if detail not in told:
                told.append(detail)
                console.print(f"{title}: {detail}")

        yield tell
    console.print(f"{title}: ready after {time.monotonic() - started:.1f} s")


def short(path: Path) -> Path:
    """Return a path as it is from here, if it is below."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path

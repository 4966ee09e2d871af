"""The sandbox from a shell: `serve` it, or print the Airflow `connections` to it."""

import argparse
import contextlib
import json
import shlex
import sys
from collections.abc import Sequence

from airflow_provider_booking.sandbox.app import sandbox_app
from airflow_provider_booking.sandbox.registry import SIMULATORS
from airflow_provider_booking.sandbox.server import LOOPBACK, Server, address, listen
from airflow_provider_booking.sandbox.world import Start, World


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and give its exit status."""
    chosen = _parser().parse_args(arguments)
    if chosen.command == "connections":
        _print_connections(chosen.port)
        return 0
    return _serve(chosen)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m airflow_provider_booking.sandbox", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("serve", help="serve the simulated vendors on this machine until Ctrl-C")
    serve.add_argument("--port", type=_port, default=8765, help="0 takes a free one (%(default)s)")
    serve.add_argument("--bookings", type=_count, default=0, help="made-up bookings, over all vendors")
    serve.add_argument("--seed", type=int, default=7, help="what they are made up from (%(default)s)")
    serve.add_argument(
        "--latency-ms", type=float, default=0, help="how long every vendor call takes at least"
    )
    serve.add_argument("--root", help="a vendor to serve at / as well, for clients whose address has no path")
    connections = commands.add_parser("connections", help="print AIRFLOW_CONN_… lines for a shell")
    connections.add_argument("--port", type=_port, default=8765, help="where it serves (%(default)s)")
    return parser


def _serve(chosen: argparse.Namespace) -> int:
    try:
        app = sandbox_app(World(Start(chosen.bookings, chosen.seed, chosen.latency_ms)), chosen.root)
        listener = listen(chosen.port)
    except ValueError as error:
        return _fail(str(error))
    except OSError as error:
        return _fail(f"Port {chosen.port} cannot be used ({error.strerror}): give another --port, or 0.")
    url = address(listener)
    server = Server(app, listener, lambda: _say(f"sandbox ready at {url}"))
    with contextlib.suppress(KeyboardInterrupt):
        server.serve_until_stopped()
    return 0


def _print_connections(port: int) -> None:
    for kind in SIMULATORS:
        connection = kind.connection(f"http://{LOOPBACK}:{port}")
        name = f"AIRFLOW_CONN_{connection.pop('conn_id').upper()}"
        _say(f"{name}={shlex.quote(json.dumps(connection))}")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _fail(sentence: str) -> int:
    sys.stderr.write(f"{sentence}\n")
    return 1


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port < 65536:  # noqa: PLR2004 - TCP
        raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")
    return port


def _count(text: str) -> int:
    count = int(text)
    if count < 0:
        raise argparse.ArgumentTypeError("a number of bookings is 0 or more")
    return count


if __name__ == "__main__":
    sys.exit(main())

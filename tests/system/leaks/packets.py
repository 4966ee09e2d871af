"""A StatsD server on loopback that keeps what it is sent: names, labels and values of metrics."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

LOOPBACK = "127.0.0.1"
LONGEST_PACKET = 65_535


@contextmanager
def metrics_server() -> Iterator[tuple[int, list[bytes]]]:
    """Listen until the block ends; yield the UDP port and the packets, which go on coming."""
    packets: list[bytes] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((LOOPBACK, 0))
        port = server.getsockname()[1]

        def keep() -> None:
            while packet := server.recv(LONGEST_PACKET):
                packets.append(packet)

        thread = threading.Thread(target=keep, daemon=True)
        thread.start()
        yield port, packets
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", (LOOPBACK, port))  # an empty packet ends the thread
        thread.join()

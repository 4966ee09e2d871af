"""A sandbox inside this process, and its server."""

import http.client
import socket
import time

import pytest

from airflow_provider_booking.sandbox import Sandbox, running


def test_it_listens_on_one_loopback_address_only(sandbox: Sandbox) -> None:
    assert sandbox.url == f"http://127.0.0.1:{sandbox.port}"
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", sandbox.port), timeout=1)


def test_it_stops_at_once_even_with_a_request_that_hangs() -> None:
    with socket.socket() as hanging:
        with running() as sandbox:
            sandbox.fault("jicoo", {"timeout": 600})
            hanging.connect(("127.0.0.1", sandbox.port))
            hanging.sendall(b"GET /jicoo/v1/bookings HTTP/1.1\r\nHost: x\r\n\r\n")
            while not sandbox.requests("jicoo"):
                pass
            began = time.monotonic()
        assert time.monotonic() - began < 60
        assert hanging.recv(1) == b""


def test_two_can_run_side_by_side() -> None:
    with running() as one, running() as two:
        one.seed("jicoo", 1)
        assert len(one.bookings("jicoo")) == len(two.bookings("jicoo")) + 1


def test_a_vendor_can_be_served_at_the_root_as_well(sandbox: Sandbox) -> None:
    path = "/open-apis/vc/v1/reserves/1"
    for prefix in ("", "/feishu"):
        connection = http.client.HTTPConnection("127.0.0.1", sandbox.port)
        connection.request("GET", prefix + path)
        assert connection.getresponse().status == 400  # Need a token
        connection.close()
    assert [entry["path"] for entry in sandbox.requests("feishu")] == [path, path]


def test_a_root_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="There is no 'kayak' to serve at /"), running(root="kayak"):
        pass


def test_header_names_go_out_as_the_vendor_spells_them(sandbox: Sandbox) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", sandbox.port)
    connection.request("GET", "/feishu/open-apis/vc/v1/reserves/1")
    names = [name for name, _ in connection.getresponse().getheaders()]
    connection.close()
    assert {"Date", "Content-Type", "X-Tt-Logid"} <= set(names)


def test_half_a_request_changes_nothing_and_is_not_logged(sandbox: Sandbox) -> None:
    head = (
        b"PATCH /jicoo/v1/bookings/sandboxVb7RE HTTP/1.1\r\nHost: x\r\nX-Jicoo-Api-Key: sk_live_sandbox\r\n"
    )
    with socket.create_connection(("127.0.0.1", sandbox.port)) as half:
        half.sendall(head + b'Content-Length: 100\r\n\r\n{"name": "x"}')
    sandbox.control("GET", "/health")
    assert sandbox.requests("jicoo") == []


def test_a_request_in_many_pieces_is_put_together(sandbox: Sandbox) -> None:
    body = b'{"name": "' + b"x" * 200_000 + b'"}'
    head = (
        b"PATCH /jicoo/v1/bookings/sandboxVb7RE HTTP/1.1\r\nHost: x\r\nX-Jicoo-Api-Key: sk_live_sandbox\r\n"
        b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
    )
    with socket.create_connection(("127.0.0.1", sandbox.port)) as client:
        client.sendall(head)
        client.sendall(body)
        while client.recv(65536):
            pass
    assert len(sandbox.booking("jicoo", "sandboxVb7RE")["name"]) == 200_000

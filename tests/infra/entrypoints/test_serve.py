import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosedError
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from infra.entrypoints.serve import AddressError, listen
from infra.settings import Settings

PROGRAM = """
import sys
import time
import toy_backend
from infra.entrypoints.serve import serve
from infra.errors import LexigraphError
from infra.settings import load_settings, process_environment

if __name__ == "__main__":
    try:
        backend = getattr(toy_backend, sys.argv[1])
        serve(load_settings(process_environment()), backend, toy_backend.prepare_nothing)
    except LexigraphError as error:
        sys.exit(error.message)
else:
    print('{"event": "worker"}', flush=True)
    time.sleep(float(sys.argv[2]))
"""


class Server:
    """A server process and where it is found."""

    def __init__(
        self, folder: Path, backend: str, worker_delay_seconds: float, **settings: object
    ) -> None:
        program = folder / "program.py"
        program.write_text(PROGRAM)
        self.log = folder / f"{time.monotonic_ns()}.log"
        environment = {
            "PATH": os.defpath,
            "PYTHONPATH": os.pathsep.join([str(Path.cwd()), str(Path.cwd() / "tests")]),
            "LEXIGRAPH_DATA_DIR": str(folder / "data"),
            "LEXIGRAPH_PORT": "0",
            "LEXIGRAPH_LOG_FORMAT": "json",
            **{f"LEXIGRAPH_{name.upper()}": str(value) for name, value in settings.items()},
        }
        with self.log.open("w") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, str(program), backend, str(worker_delay_seconds)],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    @property
    def events(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def url(self) -> str:
        """Wait until the server says where it is."""
        for _ in range(600):
            ready = [event for event in self.events if event["event"] == "ready"]
            if ready:
                return str(ready[0]["url"])
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.05)
        raise AssertionError(self.log.read_text())

    def exit_code(self) -> int:
        return self.process.wait(timeout=60)


@contextmanager
def running(
    folder: Path,
    backend: str = "open_toy",
    worker_delay_seconds: float = 0.0,
    **settings: object,
) -> Iterator[Server]:
    server = Server(folder, backend, worker_delay_seconds, **settings)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            os.killpg(server.process.pid, signal.SIGKILL)
        server.process.wait()


def await_free(port: int | None) -> None:
    """Wait until nobody listens on a port."""
    for _ in range(200):
        with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
            time.sleep(0.05)
            continue
        return
    raise AssertionError(f"somebody still listens on {port}")


@contextmanager
def ask_slowly(server: Server, seconds: float) -> Iterator[socket.socket]:
    """Have a request under way."""
    address = ("127.0.0.1", int(server.url().strip("/").rpartition(":")[2]))
    with socket.create_connection(address) as connection:
        query = f"{{slow(seconds:{seconds})}}"
        connection.sendall(f"GET /graphql?query={query} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        time.sleep(0.2)
        yield connection


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_requests_finish_and_ends_with_success(
    tmp_path: Path, number: signal.Signals
) -> None:
    with running(tmp_path) as server:
        with ask_slowly(server, seconds=0.6) as connection:
            server.process.send_signal(number)
            answer = b"".join(iter(lambda: connection.recv(4096), b""))
        assert answer.endswith(b'{"data":{"slow":"done"}}')
        assert server.exit_code() == 0
        assert "stopped" in [event["event"] for event in server.events]


def test_requests_that_outlast_the_grace_are_ended(tmp_path: Path) -> None:
    with running(tmp_path, shutdown_grace_seconds=1) as server, ask_slowly(server, seconds=60):
        server.process.send_signal(signal.SIGTERM)
        started = time.monotonic()
        assert server.exit_code() == 0
        assert time.monotonic() - started < 5


@pytest.mark.parametrize("workers", [1, 2])
def test_a_signal_ends_streams_at_once_so_that_clients_come_again(
    tmp_path: Path, workers: int
) -> None:
    endless = "subscription{endless}"
    with running(tmp_path, workers=workers, shutdown_grace_seconds=600) as server:
        url = server.url()
        socket_url = f"{url.replace('http', 'ws')}graphql"
        with (
            connect(socket_url, subprotocols=[Subprotocol("graphql-transport-ws")]) as websocket,
            httpx.stream(
                "POST",
                f"{url}graphql",
                json={"query": endless},
                headers={"accept": "text/event-stream"},
            ) as events,
        ):
            websocket.send('{"type":"connection_init"}')
            message = {"type": "subscribe", "id": "1", "payload": {"query": endless}}
            websocket.send(json.dumps(message))
            texts = events.iter_text()
            assert "event: next" in next(texts)
            server.process.send_signal(signal.SIGTERM)
            assert "event: complete" not in "".join(texts)
            with suppress(ConnectionClosedError):
                for _ in websocket:
                    pass
            assert websocket.close_code == 1012
        assert server.exit_code() == 0


def test_several_workers_answer_and_end_with_success(tmp_path: Path) -> None:
    with running(tmp_path, workers=2) as server:
        answer = httpx.post(f"{server.url()}graphql", json={"query": "{ number }"}, timeout=10)
        assert answer.json() == {"data": {"number": 42}}
        server.process.send_signal(signal.SIGTERM)
        assert server.exit_code() == 0


def test_workers_that_start_slowly_are_waited_for(tmp_path: Path) -> None:
    with running(tmp_path, worker_delay_seconds=6.0, workers=2) as server:
        assert httpx.get(f"{server.url()}graphql?query={{number}}", timeout=10).is_success
        assert [event["event"] for event in server.events].count("worker") == 2


@pytest.mark.parametrize("workers", [1, 2])
def test_a_start_that_fails_says_why_in_a_sentence(tmp_path: Path, workers: int) -> None:
    with running(tmp_path, "open_broken", workers=workers) as server:
        assert server.exit_code() != 0
        log = server.log.read_text()
    assert "The toy is broken; mend it." in log
    assert "Traceback" not in log


def test_a_second_server_on_the_folder_is_refused(tmp_path: Path) -> None:
    with running(tmp_path) as first:
        port = httpx.URL(first.url()).port
        with running(tmp_path) as second:
            assert second.exit_code() == 1
        assert f"process {first.process.pid}, 127.0.0.1:{port}" in second.log.read_text()


@pytest.mark.parametrize("workers", [1, 2])
def test_a_killed_server_leaves_the_folder_and_the_port_free(tmp_path: Path, workers: int) -> None:
    with running(tmp_path, workers=workers) as first:
        port = httpx.URL(first.url()).port
        first.process.kill()
        first.process.wait()
        await_free(port)
        with running(tmp_path, port=port) as second:
            second.url()


def test_a_port_in_use_is_explained(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with running(tmp_path, port=port) as server:
            assert server.exit_code() == 1
        assert f"127.0.0.1:{port} is in use by another program" in server.log.read_text()
        assert "LEXIGRAPH_PORT" in server.log.read_text()


@pytest.mark.parametrize("host", ["203.0.113.1", "no-such-host.invalid"])
def test_an_address_of_another_machine_is_explained(host: str) -> None:
    with pytest.raises(AddressError, match=f"Cannot listen on {host}:0"):
        listen(Settings(host=host, port=0))

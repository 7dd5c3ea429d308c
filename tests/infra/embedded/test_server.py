"""The server over real connections, with the real engine."""

import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra.embedded import server as server_module
from infra.embedded.address import connect, listen_on_port, uri_of
from infra.embedded.bson_types import decode_document, encode_document
from infra.embedded.engine import Engine
from infra.embedded.server import VISIT, Server
from infra.embedded.wire import OP_MSG, OP_QUERY, OP_REPLY, Frame, parse_request, read_frame

MORE_TO_COME = 2
HELLO = {"hello": 1, "$db": "admin"}
PING = {"ping": 1, "$db": "admin"}


@dataclass(frozen=True)
class Client:
    """A connection that speaks the protocol by hand."""

    connection: socket.socket
    stream: BinaryIO

    def send(self, body: bytes, *, number: int = 1, flags: int = 0, opcode: int = OP_MSG) -> None:
        content = struct.pack("<IB", flags, 0) + body
        header = struct.pack("<iiii", 16 + len(content), number, 0, opcode)
        self.connection.sendall(header + content)

    def receive(self) -> Frame | None:
        return read_frame(self.stream)

    def ask(self, command: dict[str, Any]) -> dict[str, Any]:
        self.send(encode_document(command))
        return self.reply()

    def reply(self) -> dict[str, Any]:
        frame = self.receive()
        assert frame is not None, "the connection was closed"
        return parse_request(frame).body

    def is_closed(self) -> bool:
        try:
            return self.stream.read(1) == b""
        except ConnectionError:
            return True


@dataclass(frozen=True)
class Running:
    server: Server
    thread: threading.Thread
    uri: str

    @contextmanager
    def client(self) -> Iterator[Client]:
        with connect(self.uri, 5) as connection, connection.makefile("rb") as stream:
            yield Client(connection, stream)


@contextmanager
def running(path: Path, *, exit_when_idle: bool = False) -> Iterator[Running]:
    engine = Engine(path)
    listener = listen_on_port("127.0.0.1", 0)
    server = Server(engine, listener, exit_when_idle=exit_when_idle)
    thread = threading.Thread(target=server.run)
    uri = uri_of(listener)
    thread.start()
    try:
        yield Running(server, thread, uri)
    finally:
        server.stop()
        thread.join()
        engine.close()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("server") / "store.sqlite3") as store:
        yield store


def test_a_connection_is_used_for_many_requests(store: Running) -> None:
    with store.client() as client:
        assert client.ask(HELLO)["setName"] == "lexigraph"
        assert [client.ask(PING)["ok"] for _ in range(3)] == [1.0] * 3


def test_the_old_hello_gets_the_old_reply(store: Running) -> None:
    body = encode_document({"ismaster": 1, "helloOk": True})
    content = struct.pack("<i", 0) + b"admin.$cmd\0" + struct.pack("<ii", 0, -1) + body
    with store.client() as client:
        client.connection.sendall(struct.pack("<iiii", 16 + len(content), 7, 0, OP_QUERY) + content)
        frame = client.receive()
        assert frame is not None
        assert frame.opcode == OP_REPLY
        assert struct.unpack_from("<i", frame.header, 8) == (7,)
        assert decode_document(frame.content[20:])["setName"] == "lexigraph"


@pytest.mark.parametrize("opcode", [OP_QUERY, 2012])
def test_a_read_in_another_kind_of_message_closes_the_connection(
    store: Running, opcode: int
) -> None:
    read = {"find": "words", "filter": {"_id": 1}, "limit": 1, "singleBatch": True, "$db": "test"}
    with store.client() as client:
        client.ask({"insert": "words", "documents": [{"_id": 1}], "$db": "test"})
        assert client.ask(read)["cursor"]["firstBatch"] == [{"_id": 1}]
        client.send(encode_document(read), opcode=opcode)
        assert client.is_closed()


def test_what_is_no_bson_is_refused_by_code_and_the_connection_goes_on(store: Running) -> None:
    with store.client() as client:
        client.send(struct.pack("<i", 9) + b"\x99a\0\0\0")
        refusal = client.reply()
        assert (refusal["ok"], refusal["codeName"]) == (0.0, "InvalidBSON")
        assert client.ask(PING)["ok"] == 1.0


def test_a_request_that_wants_no_reply_gets_none(store: Running) -> None:
    with store.client() as client:
        client.send(encode_document(PING), number=1, flags=MORE_TO_COME)
        client.send(struct.pack("<i", 9) + b"\x99a\0\0\0", number=2, flags=MORE_TO_COME)
        client.send(encode_document(PING), number=3)
        frame = client.receive()
        assert frame is not None
        assert struct.unpack_from("<i", frame.header, 8) == (3,)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=200), opcode=st.sampled_from([OP_MSG, OP_QUERY, 2012, 0, -1]))
def test_no_bytes_break_the_server(store: Running, content: bytes, opcode: int) -> None:
    with store.client() as client, store.client() as other:
        header = struct.pack("<iiii", 16 + len(content), 1, 0, opcode)
        client.connection.sendall(header + content)
        client.connection.shutdown(socket.SHUT_WR)
        while client.receive() is not None:
            pass
        assert other.ask(PING)["ok"] == 1.0


@pytest.mark.parametrize("length", [-1, 0, 15, 16, 48_000_001, 2**31 - 1])
def test_a_length_that_no_message_has_closes_the_connection(store: Running, length: int) -> None:
    with store.client() as client:
        client.connection.sendall(struct.pack("<iiii", length, 1, 0, OP_MSG))
        assert client.is_closed()


def test_one_slow_client_keeps_no_other_waiting(store: Running) -> None:
    with store.client() as slow, store.client() as quick:
        slow.connection.sendall(struct.pack("<iiii", 1000, 1, 0, OP_MSG))
        assert quick.ask(PING)["ok"] == 1.0


def test_connections_beyond_the_bound_are_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "MAX_CONNECTIONS", 2)
    with running(tmp_path / "store.sqlite3") as store:
        with store.client() as first, store.client() as second, store.client() as third:
            assert first.ask(PING)["ok"] == second.ask(PING)["ok"] == 1.0
            assert third.is_closed()
        deadline = time.monotonic() + 5
        while not _answers(store):
            assert time.monotonic() < deadline, "closed connections still count"


def test_stop_ends_connections_and_frees_the_port(tmp_path: Path) -> None:
    with running(tmp_path / "store.sqlite3") as store, store.client() as client:
        assert client.ask(PING)["ok"] == 1.0
        store.server.stop()
        store.thread.join(timeout=5)
        assert not store.thread.is_alive()
        assert client.is_closed()
        with pytest.raises(ConnectionRefusedError):
            connect(store.uri, timeout_seconds=1)


def test_an_idle_store_stays_for_its_client_and_leaves_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "ARRIVAL_SECONDS", 0.1)
    monkeypatch.setattr(server_module, "LINGER_SECONDS", 0.1)
    with running(tmp_path / "store.sqlite3", exit_when_idle=True) as store:
        with store.client() as client:
            assert client.ask(HELLO)["ok"] == 1.0
            store.thread.join(timeout=1)
            assert store.thread.is_alive()
        store.thread.join(timeout=5)
        assert not store.thread.is_alive()


def test_a_store_that_nobody_comes_to_leaves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "ARRIVAL_SECONDS", 0.1)
    with running(tmp_path / "store.sqlite3", exit_when_idle=True) as store:
        store.thread.join(timeout=5)
        assert not store.thread.is_alive()


def test_a_store_waits_longer_for_a_client_that_was_announced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "ARRIVAL_SECONDS", 1.5)
    monkeypatch.setattr(server_module, "LINGER_SECONDS", 0.0)
    with running(tmp_path / "store.sqlite3", exit_when_idle=True) as store:
        time.sleep(1)
        with store.client() as visitor:
            assert visitor.ask(VISIT)["setName"] == "lexigraph"
        store.thread.join(timeout=1)
        assert store.thread.is_alive()
        store.thread.join(timeout=5)
        assert not store.thread.is_alive()


def _answers(store: Running) -> bool:
    with store.client() as client:
        try:
            client.send(encode_document(PING))
            return client.receive() is not None
        except ConnectionError:
            return False

"""`lexigraph serve` and `lexigraph store`: they answer, and stop when they are told to."""

import signal

import httpx
import pytest
from command_line import CommandLine
from pymongo import MongoClient
from store_process import store_process

from infra.embedded.lock import opened_lock


def test_a_new_server_has_the_sample_and_stops_on_sigterm(lexigraph: CommandLine) -> None:
    with lexigraph.server(sample_library="true") as server:
        data = server.ask('{ words(library: "sample") { totalCount } }')
        assert data["words"]["totalCount"] == 249
        assert httpx.get(f"{server.url}readyz").status_code == 200
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(timeout=20) == 0
    events = [event["event"] for event in server.events]
    assert "loading the sample library" in events
    assert "stopped" in events


def test_commands_and_a_server_share_a_data_folder(lexigraph: CommandLine) -> None:
    path = lexigraph.folder / "one.csv"
    path.write_text("word,definition\nriver,a large stream\n")
    with lexigraph.server() as server:
        assert server.ask("{ libraries { totalCount } }") == {"libraries": {"totalCount": 0}}
        lexigraph.import_(path, "one").done()
        data = server.ask('{ words(library: "one") { totalCount } }')
        assert data == {"words": {"totalCount": 1}}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_store_alone_serves_any_client_until_it_is_stopped(
    lexigraph: CommandLine, number: signal.Signals
) -> None:
    path = lexigraph.folder / "mine.sqlite3"
    with lexigraph.start("store", "--path", path, "--port", 0) as process:
        try:
            assert process.stdout is not None
            uri = process.stdout.readline().strip()
            with MongoClient[dict[str, object]](uri) as client:
                client["test"]["things"].insert_one({"_id": 1})
                assert client["test"]["things"].count_documents({}) == 1
            process.send_signal(number)
            assert process.wait(timeout=20) == 0
        finally:
            process.kill()
    with opened_lock(path) as lock:
        assert lock.take()


def test_a_store_in_use_is_copied(lexigraph: CommandLine) -> None:
    path, copy = lexigraph.folder / "mine.sqlite3", lexigraph.folder / "copy.sqlite3"
    with store_process(path) as store, MongoClient[dict[str, object]](store.uri) as client:
        client["test"]["things"].insert_one({"_id": 1})
        told = lexigraph.run("store", "backup", copy, "--path", path).done()
        assert told.startswith(f"{copy}: ")
        refused = lexigraph.run("store", "--path", path, "backup", copy).sentence()
        assert "STORE_BACKUP_FAILED" in refused
        assert "exists already" in refused
    with store_process(copy) as store, MongoClient[dict[str, object]](store.uri) as client:
        assert list(client["test"]["things"].find()) == [{"_id": 1}]


def test_the_store_of_the_data_folder_is_copied(lexigraph: CommandLine) -> None:
    assert "no store" in lexigraph.run("store", "backup", "copy.sqlite3").sentence()
    lexigraph.run("library", "create", "one").done()
    lexigraph.run("store", "backup", "copy.sqlite3").done()
    assert (lexigraph.folder / "copy.sqlite3").stat().st_size > 0

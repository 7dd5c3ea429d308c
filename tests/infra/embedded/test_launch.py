"""Stores that are started on demand, as processes of their own."""

import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from store_process import end_store, holder_of, signal_store, store_process

from documents.database import connect
from infra.embedded import launch
from infra.embedded.launch import StoreLaunchError, open_store, serve_store
from infra.embedded.lock import opened_lock


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    """A folder that is not there yet; the store that a test starts in it is ended."""
    folder = tmp_path / "data"
    yield folder
    end_store(folder / "store.sqlite3")


async def test_clients_find_what_others_stored(data_dir: Path) -> None:
    for expected in range(3):
        async with connect(open_store(data_dir).uri) as client:
            words = client["lexicon"]["words"]
            assert await words.count_documents({}) == expected
            await words.insert_one({"text": "acorn"})


def test_all_starters_at_once_get_one_store(data_dir: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        handles = list(threads.map(lambda _: open_store(data_dir), range(8)))
    assert len({handle.uri for handle in handles}) == 1
    assert holder_of(data_dir / "store.sqlite3").uri == handles[0].uri


def test_processes_in_any_working_directory_get_one_store(data_dir: Path, tmp_path: Path) -> None:
    root = Path(__file__).parents[3]
    code = (
        f"import sys; sys.path.insert(0, {str(root)!r})\n"
        "from pathlib import Path; from infra.embedded.launch import open_store\n"
        "sys.stdout.write(open_store(Path(sys.argv[1])).uri)"
    )
    command = [sys.executable, "-c", code, str(data_dir)]
    for folder in (tmp_path, root, "/"):
        said = subprocess.check_output(command, cwd=folder, text=True)  # noqa: S603  # our code
        assert said == open_store(data_dir).uri


def test_only_the_owner_can_read_or_connect(data_dir: Path) -> None:
    open_store(data_dir)
    rights = {path.name: path.stat().st_mode & 0o077 for path in data_dir.iterdir()}
    assert not rights["store.sock"]
    assert not rights["store.sqlite3"]
    assert not rights["store.lock"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_store_that_is_gone_or_leaving_is_never_handed_out(
    data_dir: Path, number: signal.Signals
) -> None:
    for _ in range(8):
        uri = open_store(data_dir).uri
        signal_store(data_dir / "store.sqlite3", number)
        # Until the signal has arrived the store is neither gone nor leaving.
        time.sleep(0.05)
        assert open_store(data_dir).uri == uri
        assert launch.answers(uri)


def test_a_long_path_gets_a_socket_in_a_private_folder(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 30)
    try:
        uri = open_store(folder).uri
        assert launch.answers(uri)
        assert not (folder / "store.sock").exists()
        private = Path(tempfile.gettempdir(), f"lexigraph-{folder.stat().st_uid}")
        assert private.stat().st_mode & 0o777 == 0o700
    finally:
        end_store(folder / "store.sqlite3")


def test_a_socket_that_a_dead_store_left_is_replaced(data_dir: Path) -> None:
    data_dir.mkdir()
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(data_dir / "store.sock"))
    assert launch.answers(open_store(data_dir).uri)


def test_the_reason_why_a_store_cannot_start_is_told(data_dir: Path) -> None:
    data_dir.mkdir()
    store = data_dir / "store.sqlite3"
    store.write_bytes(b"a letter to grandmother " * 1000)
    with pytest.raises(StoreLaunchError, match="not a database") as caught:
        open_store(data_dir)
    assert str(store) in caught.value.message
    assert caught.value.code == "STORE_UNUSABLE"


def test_another_format_version_is_refused_by_name(data_dir: Path) -> None:
    open_store(data_dir)
    store = data_dir / "store.sqlite3"
    end_store(store)
    with sqlite3.connect(store) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StoreLaunchError, match="format version 99"):
        open_store(data_dir)


def test_a_folder_that_is_none_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(StoreLaunchError, match="data"):
        open_store(tmp_path / "data")


def test_a_process_that_holds_the_lock_without_answering_is_named(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launch, "_PATIENCE_SECONDS", 0.2)
    data_dir.mkdir()
    with opened_lock(data_dir / "store.sqlite3") as lock:
        assert lock.take()
        lock.publish("mongodb://127.0.0.1:1/?directConnection=true")
        with pytest.raises(StoreLaunchError, match=f"process {holder_of(data_dir / 'store.x')[0]}"):
            open_store(data_dir)


def test_a_store_on_a_port_serves_the_others_too(tmp_path: Path) -> None:
    with store_process(tmp_path / "store.sqlite3") as store:
        assert store.uri.startswith("mongodb://127.0.0.1:")
        assert open_store(tmp_path).uri == store.uri


def test_a_file_in_use_is_refused_with_the_address_of_its_store(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"
    with store_process(path) as store, pytest.raises(StoreLaunchError) as caught:
        serve_store(path, announce=pytest.fail)
    assert f"process {store.process.pid} at {store.uri}" in caught.value.message


def test_addresses_that_others_could_reach_are_refused(tmp_path: Path) -> None:
    for host in ("0.0.0.0", "8.8.8.8", "example.org"):  # noqa: S104  # what is refused
        with pytest.raises(StoreLaunchError, match="not a loopback address"):
            serve_store(tmp_path / "store.sqlite3", host=host, announce=pytest.fail)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_store_without_complaint(tmp_path: Path, number: signal.Signals) -> None:
    with store_process(tmp_path / "store.sqlite3") as store:
        assert launch.answers(store.uri)
        store.process.send_signal(number)
        said, complaints = store.process.communicate(timeout=10)
    assert (store.process.returncode, said, complaints) == (0, "", "")
    assert not (tmp_path / "store.sqlite3-wal").exists()


def test_a_socket_never_replaces_a_file(tmp_path: Path) -> None:
    letter = tmp_path / "letter"
    letter.write_text("dear grandmother")
    with pytest.raises(StoreLaunchError, match="in use"):
        serve_store(tmp_path / "store.sqlite3", socket=letter, announce=pytest.fail)
    assert letter.read_text() == "dear grandmother"

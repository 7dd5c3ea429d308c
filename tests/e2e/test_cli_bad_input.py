"""What goes wrong outside the program is told in one sentence, and the next start is clean."""

import socket
import subprocess

import pytest
from command_line import LEXIGRAPH, CommandLine, outcome_of

from infra.entrypoints.sample import sample_file

NO_STORE = b"word,definition\n" * 99

MISTAKES: dict[str, tuple[list[str], str, str]] = {
    "searched library": (["search", "x", "--library", "nope"], "", "no library 'nope'"),
    "exported library": (["export", "x", "--library", "nope"], "", "no library 'nope'"),
    "deleted library": (["library", "delete", "nope", "--yes"], "", "no library 'nope'"),
    "embedded library": (["library", "embed", "nope"], "", "no library 'nope'"),
    "key": (["library", "create", "Bad Key"], "", "key"),
    "taken key": (["library", "create", "sample"], "", "choose another"),
    "provider": (
        ["library", "create", "x", "--embedding", "gpt"],
        "",
        "minilm, static, corpus, openai, sentence-transformers, hashing",
    ),
    "setting": (["check"], "datadir", "did you mean LEXIGRAPH_DATA_DIR?"),
    "value": (["check"], "port", "LEXIGRAPH_PORT: 'x' is not allowed; allowed: a whole number"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_on_the_command_line_is_explained(
    lexigraph_with_sample: CommandLine, name: str
) -> None:
    command, setting, words = MISTAKES[name]
    settings = {setting: "x"} if setting else {}
    assert words in lexigraph_with_sample.run(*command, **settings).sentence()


def test_an_unknown_option_is_explained(lexigraph: CommandLine) -> None:
    outcome = lexigraph.run("import", "--library", "x", "--formt", "csv", "file")
    assert outcome.code == 2
    assert "No such option: --formt" in outcome.errors


def test_an_export_to_a_missing_folder_is_refused(lexigraph_with_sample: CommandLine) -> None:
    command = ["export", "no/such/folder/x.jsonl", "--library", "sample"]
    assert "cannot be written" in lexigraph_with_sample.run(*command).sentence()


@pytest.mark.parametrize("command", [["library", "list"], ["serve", "--port", "0"]])
def test_a_data_folder_that_cannot_be_made_is_explained(
    lexigraph: CommandLine, command: list[str]
) -> None:
    lexigraph.data.write_text("a file where the folder should be")
    sentence = lexigraph.run(*command, data_dir=lexigraph.data / "below").sentence()
    assert "DATA_FOLDER_UNUSABLE" in sentence
    assert "LEXIGRAPH_DATA_DIR" in sentence
    lexigraph.data.unlink()
    lexigraph.run("check").done()


def test_a_file_that_is_no_store_is_refused_and_left_alone(lexigraph: CommandLine) -> None:
    lexigraph.data.mkdir()
    lexigraph.store.write_bytes(NO_STORE)
    assert str(lexigraph.store) in lexigraph.run("library", "list").sentence()
    assert lexigraph.store.read_bytes() == NO_STORE
    lexigraph.store.unlink()
    lexigraph.run("check").done()


def test_an_import_that_fills_the_disk_ends_with_a_sentence_and_resumes(
    lexigraph: CommandLine,
) -> None:
    # No file of these processes may grow beyond 600 KiB: to SQLite that is a full disk.
    limited = 'ulimit -f 600 && exec "$0" "$@"'
    with sample_file() as path:
        command = ["import", str(path), "--library", "sample"]
        full = ["bash", "-c", limited, str(LEXIGRAPH), *command]
        sentence = outcome_of(lexigraph.start_program(full)).sentence()
        assert sentence.startswith("error STORE_FULL ")
        # The store that could not write is still there for some seconds.
        lexigraph.end()
        assert "249 added, 0 changed, 0 unchanged" in lexigraph.run(*command).done()
    assert "all searchable by meaning" in lexigraph.run("check").done()


def can_mount() -> bool:
    """Whether a namespace of our own may mount a disk."""
    command = ["unshare", "--mount", "true"]
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0  # noqa: S603 - fixed words
    except FileNotFoundError:
        return False


# As parameters, so that nothing is skipped where mounting is not possible.
DISKS = {"full": "size=700k", "read-only": "ro"} if can_mount() else {}


@pytest.mark.parametrize("disk", DISKS)
def test_a_real_disk_that_cannot_be_written_is_explained(lexigraph: CommandLine, disk: str) -> None:
    lexigraph.data.mkdir()
    mount = f"mount -t tmpfs -o {DISKS[disk]} none {lexigraph.data}"
    with sample_file() as path:
        script = f'{mount} && exec "$0" import "{path}" --library sample'
        command = ["unshare", "--mount", "sh", "-c", script, str(LEXIGRAPH)]
        outcome = outcome_of(lexigraph.start_program(command))
    assert outcome.sentence().startswith(("error STORE_FULL", "error DATA_FOLDER_UNUSABLE"))


def test_a_second_server_is_refused_and_the_first_goes_on(lexigraph: CommandLine) -> None:
    with lexigraph.server() as first:
        assert first.ask("{ libraries { totalCount } }") == {"libraries": {"totalCount": 0}}
        sentence = lexigraph.run("serve", "--port", 0).sentence()
        assert f"in use by another server (process {first.process.pid}" in sentence
        assert first.ask("{ libraries { totalCount } }") == {"libraries": {"totalCount": 0}}


def test_a_port_in_use_is_explained(lexigraph: CommandLine) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        sentence = lexigraph.run("serve", "--port", port).sentence()
        assert f"127.0.0.1:{port} is in use by another program" in sentence
        sentence = lexigraph.run("store", "--path", "x.sqlite3", "--port", port).sentence()
        assert "Address already in use" in sentence

"""The three servers, each filled through its own door, once."""

import gzip
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import numpy as np
import pymongo
from bson import ObjectId

from benchmarks.end_to_end.texts import Texts
from documents.embedding import encode_vector
from documents.library import LibraryEmbedding
from documents.text import hash_text
from infra.embedded.launch import open_store

LEXIGRAPH = Path(sys.executable).with_name("lexigraph")
LIBRARY = "benchmark"
START_SECONDS = 300
STORED_AT_ONCE = 2_000


@contextmanager
def serving(command: list[object], environment: dict[str, str], port: int) -> Iterator[str]:
    """A server while it is needed; its address."""
    with subprocess.Popen(  # noqa: S603 - programs of our own environments
        [str(part) for part in command],
        env=os.environ | environment,  # noqa: TID251 - passed on
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as server:
        try:
            wait_for(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


@contextmanager
def lexigraph(folder: Path, texts: Texts, workers: int) -> Iterator[str]:
    """Ours, with the definitions as words of a library."""
    environment = {"LEXIGRAPH_DATA_DIR": str(folder), "LEXIGRAPH_SAMPLE_LIBRARY": "false"}
    if not (folder / "complete").exists():
        fill_lexigraph(folder, texts, environment)
    port = free_port()
    command = [LEXIGRAPH, "serve", "--port", port, "--workers", workers]
    with serving(command, environment, port) as address:
        wait_until_ready(address)
        yield address


def fill_lexigraph(folder: Path, texts: Texts, environment: dict[str, str]) -> None:
    """Import the definitions; their vectors go into the store before, so that none is made."""
    run("library", "create", LIBRARY, "--embedding", "minilm", environment=environment)
    with pymongo.MongoClient(open_store(folder).uri) as client:
        put_vectors(client["lexigraph"], texts)
    dictionary = folder / "dictionary.jsonl.gz"
    write_dictionary(dictionary, texts)
    run("import", "--library", LIBRARY, dictionary, environment=environment)
    (folder / "complete").touch()


def run(*arguments: object, environment: dict[str, str]) -> None:
    """Run a command of ours."""
    subprocess.run(  # noqa: S603 - our own program
        [str(part) for part in (LEXIGRAPH, *arguments)],
        check=True,
        env=os.environ | environment,  # noqa: TID251 - passed on
    )


def put_vectors(database: pymongo.database.Database, texts: Texts) -> None:
    library = database["libraries"].find_one({"key": LIBRARY})
    model = LibraryEmbedding.model_validate(library["embedding"])
    rows = {
        hash_text(text): encode_vector(vector)
        for each, vectors in (
            (texts.texts, texts.vectors),
            (texts.headwords, texts.headword_vectors),
        )
        for text, vector in zip(each, vectors, strict=True)
    }
    documents = [
        {
            "_id": ObjectId(),
            "version": 1,
            "library_id": library["_id"],
            "model": model.model_key,
            "text_hash": digest,
            "vector": vector,
        }
        for digest, vector in rows.items()
    ]
    for start in range(0, len(documents), STORED_AT_ONCE):
        database["embeddings"].insert_many(documents[start : start + STORED_AT_ONCE])


def write_dictionary(path: Path, texts: Texts) -> None:
    definitions: dict[str, list[str]] = {}
    for word, text in zip(texts.words, texts.texts, strict=True):
        definitions.setdefault(word, []).append(text)
    with gzip.open(path, "wt", compresslevel=1) as file:
        for word, each in definitions.items():
            senses = [{"definition": text} for text in each]
            file.write(json.dumps({"word": word, "pos": "noun", "senses": senses}) + "\n")


@contextmanager
def chroma(folder: Path, python: Path) -> Iterator[str]:
    port = free_port()
    command = [python.with_name("chroma"), "run", "--path", folder, "--port", port]
    with serving(command, {"ANONYMIZED_TELEMETRY": "false"}, port) as address:
        yield address


@contextmanager
def milvus(folder: Path, python: Path) -> Iterator[str]:
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    command = [python, "-m", "milvus_lite", "server", "--data-dir", folder]
    with serving([*command, "--host", "127.0.0.1", "--port", port], {}, port) as address:
        yield address


def fill(kind: str, address: str, texts: Texts, folder: Path, python: Path) -> None:
    """Put the texts into Chroma or Milvus by their own client, once."""
    done = folder / f"{kind}.complete"
    if done.exists():
        return
    np.save(folder / "vectors.npy", texts.vectors)
    (folder / "texts.json").write_text(json.dumps(texts.texts))
    command = [python, "-m", "benchmarks.end_to_end.filling", kind, address, folder]
    subprocess.run([str(part) for part in command], check=True)  # noqa: S603 - our own module
    done.touch()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(port: int) -> None:
    """Return once somebody listens."""
    end = time.monotonic() + START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            if time.monotonic() > end:
                sys.exit("a server does not start")
            time.sleep(0.1)
        else:
            return


def wait_until_ready(address: str) -> None:
    end = time.monotonic() + START_SECONDS
    while httpx.get(f"{address}/readyz", timeout=60).status_code != httpx.codes.OK:
        if time.monotonic() > end:
            sys.exit("the server is not ready")
        time.sleep(0.1)

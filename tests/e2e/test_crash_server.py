"""Batches over HTTP while the store or the server is killed: acknowledged ones are there, whole.

Two of the three writers send mixed batches, whose items are written in several steps: words, then
definitions that refer to them, then examples of these.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

import httpx
import pytest
from command_line import CommandLine, Database, Server, kill_store

LIBRARY = "crash"
WRITERS = 3
BATCH = 20
SOME_BATCHES = 4
ROUNDS = [2, pytest.param(40, marks=pytest.mark.long)]

CREATE_WORDS = """
mutation($items: [NewWordInput!]!) {
  written: createWords(input: {library: "crash", items: $items}) { createdCount sequence } }
"""
APPLY_BATCH = """
mutation($items: [BatchOperationInput!]!) {
  written: applyBatch(input: {library: "crash", items: $items}) { createdCount sequence } }
"""


class Writer(threading.Thread):
    """Sends batches until told to stop, each once; keeps the sequences of acknowledged ones."""

    def __init__(self, url: str, name: str, *, mixed: bool) -> None:
        super().__init__()
        self.acknowledged: dict[str, int] = {}
        self._url = url
        self._name = name
        self._mixed = mixed
        self._stopped = threading.Event()

    def run(self) -> None:
        number = 0
        with httpx.Client(timeout=30) as client:
            while not self._stopped.is_set():
                with suppress(httpx.TransportError):
                    self._send(client, f"{self._name}-{number}")
                number += 1

    def _send(self, client: httpx.Client, batch: str) -> None:
        query, items = (APPLY_BATCH, operations) if self._mixed else (CREATE_WORDS, new_words)
        variables = {"items": items(batch)}
        body = {"query": query, "variables": variables}
        answer = client.post(f"{self._url}graphql", json=body).json()
        if "errors" not in answer:
            payload = answer["data"]["written"]
            assert payload["createdCount"] == len(variables["items"])
            self.acknowledged[batch] = payload["sequence"]

    def stop(self) -> None:
        self._stopped.set()
        self.join()


def new_words(batch: str) -> list[dict[str, object]]:
    """Words with all that hangs on them."""
    return [
        word(batch, place)
        | {"definitions": [definition(batch, place) | {"examples": [{"text": "Say it."}]}]}
        for place in range(BATCH)
    ]


def operations(batch: str) -> list[dict[str, object]]:
    """The same in operations of their own; every second word takes another step."""
    made: list[dict[str, object]] = []
    for place in range(BATCH):
        made.append({"createWord": {"clientRef": f"w{place}", **word(batch, place)}})
        if place % 2:
            made += definitions(batch, [place - 1, place])
    return made


def definitions(batch: str, places: list[int]) -> list[dict[str, object]]:
    return [
        {"createDefinition": {"clientRef": f"d{n}", "wordId": f"@w{n}", **definition(batch, n)}}
        for n in places
    ] + [{"createExample": {"definitionId": f"@d{n}", "text": "Say it."}} for n in places]


def word(batch: str, place: int) -> dict[str, object]:
    return {"text": f"{batch} word {place}", "tags": [batch]}


def definition(batch: str, place: int) -> dict[str, object]:
    return {"text": f"{place} of {batch}"}


def write_until(server: Server, name: str, strike: Callable[[], None]) -> dict[str, int]:
    """Strike while several writers are at work; gives what they got acknowledged."""
    writers = [
        Writer(server.url, f"{name}-{number}", mixed=number % 2 == 0) for number in range(WRITERS)
    ]
    for writer in writers:
        writer.start()
    try:
        while sum(len(writer.acknowledged) for writer in writers) < SOME_BATCHES:
            time.sleep(0.01)
        time.sleep(random.uniform(0, 0.2))
        strike()
        time.sleep(0.2)
    finally:
        for writer in writers:
            writer.stop()
    return {batch: at for writer in writers for batch, at in writer.acknowledged.items()}


def assert_whole(database: Database, acknowledged: dict[str, int]) -> None:
    """Every acknowledged batch is there with its sequence, and no batch is there in part."""
    words = database.rows("words")
    sizes = Counter(word["tags"][0] for word in words)
    assert set(sizes.values()) == {BATCH}
    assert acknowledged.keys() <= sizes.keys()
    for collection in ("definitions", "examples"):
        assert database.count(collection) == len(words)
    assert_no_gaps(database, words, acknowledged)


def assert_no_gaps(
    database: Database, words: list[dict[str, object]], acknowledged: dict[str, int]
) -> None:
    [library] = database.rows("libraries")
    changes = {change["sequence"]: change for change in database.rows("changes")}
    assert sorted(changes) == list(range(1, library["sequence"] + 1))
    batch_of = {word["_id"]: word["tags"] for word in words}
    for batch, sequence in acknowledged.items():
        ids = [entry["id"] for entry in changes[sequence]["entries"] if entry["kind"] == "word"]
        assert [batch_of[word] for word in ids] == [[batch]] * BATCH


@pytest.mark.parametrize("rounds", ROUNDS)
def test_a_killed_store_comes_back_with_every_acknowledged_batch(
    lexigraph: CommandLine, rounds: int
) -> None:
    lexigraph.run("library", "create", LIBRARY).done()
    acknowledged: dict[str, int] = {}
    with lexigraph.server() as server:
        for number in range(rounds):
            acknowledged |= write_until(server, f"s{number}", lambda: kill_store(lexigraph))
            with lexigraph.database() as database:
                assert_whole(database, acknowledged)
        # The server went on by itself.
        data = server.ask(f'{{ words(library: "{LIBRARY}") {{ totalCount }} }}')
        assert data["words"]["totalCount"] >= len(acknowledged) * BATCH
        assert httpx.get(f"{server.url}readyz").status_code == 200


@pytest.mark.parametrize("rounds", ROUNDS)
def test_a_killed_server_starts_again_with_every_acknowledged_batch(
    lexigraph: CommandLine, rounds: int
) -> None:
    lexigraph.run("library", "create", LIBRARY).done()
    acknowledged: dict[str, int] = {}
    for number in range(rounds):
        with lexigraph.server() as server:
            acknowledged |= write_until(server, f"k{number}", server.process.kill)
        with lexigraph.database() as database:
            assert_whole(database, acknowledged)
    with lexigraph.server() as server:
        data = server.ask(f'{{ words(library: "{LIBRARY}") {{ totalCount }} }}')
        assert data["words"]["totalCount"] >= len(acknowledged) * BATCH

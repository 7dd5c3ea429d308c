"""Many clients patch the same words at once, each over the version that it has seen."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from command_line import CommandLine, Server

WORDS = 20
CLIENTS, PATCHES = 50, 20
FEW_CLIENTS, FEW_PATCHES = 8, 5

PLANT = """
mutation($items: [NewWordInput!]!) {
  createLibraries(input: {items: [{key: "shared", name: "Shared"}]}) { createdCount }
  createWords(input: {library: "shared", items: $items}) { results { id } } }
"""
PATCH = """
mutation($items: [EntityPatchInput!]!) { patchWords(input: {library: "shared", items: $items}) {
  userErrors { code field } results { status id node { version tags } } } }
"""
ALL = '{ words(library: "shared", first: 100) { nodes { id version tags } } }'


class Client:
    """Adds a tag of its own with every patch; remembers what came of each."""

    def __init__(self, url: str, number: int, words: list[str]) -> None:
        self.acknowledged: list[tuple[str, str]] = []
        self.conflicts = 0
        self._url = f"{url}graphql"
        self._number = number
        self._words = words
        self._versions = dict.fromkeys(words, 1)

    def run(self, patches: int, start: threading.Barrier) -> None:
        with httpx.Client(timeout=60) as http:
            start.wait()
            for number in range(patches):
                word = self._words[(number * 7 + self._number) % len(self._words)]
                self._patch(http, word, f"{self._number}-{number}")

    def _patch(self, http: httpx.Client, word: str, tag: str) -> None:
        item = {
            "id": word,
            "expectedVersion": self._versions[word],
            "patch": [{"op": "add", "path": "/tags/-", "value": tag}],
        }
        body = {"query": PATCH, "variables": {"items": [item]}}
        answer = http.post(self._url, json=body).json()
        assert "errors" not in answer, answer
        payload = answer["data"]["patchWords"]
        (result,) = payload["results"]
        if payload["userErrors"]:
            self._check_conflict(payload["userErrors"], result["node"], item["expectedVersion"])
            self.conflicts += 1
        else:
            assert tag in result["node"]["tags"]
            self.acknowledged.append((word, tag))
        self._versions[word] = result["node"]["version"]

    def _check_conflict(self, errors: list[Any], node: dict[str, Any], expected: object) -> None:
        assert errors == [{"code": "VERSION_CONFLICT", "field": ["items", "0", "expectedVersion"]}]
        # The version that is in the way, and everything that was written up to it.
        assert node["version"] > expected
        assert len(node["tags"]) == node["version"] - 1


def plant(server: Server) -> list[str]:
    data = server.ask(PLANT, items=[{"text": f"word {number}"} for number in range(WORDS)])
    return [result["id"] for result in data["createWords"]["results"]]


@pytest.mark.parametrize(
    ("clients", "patches"),
    [(FEW_CLIENTS, FEW_PATCHES), pytest.param(CLIENTS, PATCHES, marks=pytest.mark.long)],
)
def test_every_acknowledged_patch_is_there_once_and_every_other_learnt_the_version(
    lexigraph: CommandLine, clients: int, patches: int
) -> None:
    with lexigraph.server() as server:
        words = plant(server)
        # Fewer words than clients: somebody comes second already with the first patch.
        shared = words[: clients // 2]
        team = [Client(server.url, number, shared) for number in range(clients)]
        start = threading.Barrier(clients)
        with ThreadPoolExecutor(clients) as pool:
            for each in [pool.submit(client.run, patches, start) for client in team]:
                each.result()
        nodes = {node["id"]: node for node in server.ask(ALL)["words"]["nodes"]}

    acknowledged = [patch for client in team for patch in client.acknowledged]
    conflicts = sum(client.conflicts for client in team)
    assert conflicts > 0
    assert len(acknowledged) + conflicts == clients * patches
    there = [(word, tag) for word, node in nodes.items() for tag in node["tags"]]
    assert Counter(there) == Counter(acknowledged)
    for node in nodes.values():
        assert node["version"] == 1 + len(node["tags"])

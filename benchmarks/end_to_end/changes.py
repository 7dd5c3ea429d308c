"""Words that are deleted and created again while searches go on: their texts have vectors."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

from benchmarks.end_to_end.servers import LIBRARY

WORDS = """
query Words($library: String!, $after: String) {
  words(library: $library, first: 100, after: $after) {
    nodes { id text definitions { nodes { text } } } pageInfo { endCursor }
  }
}
"""
DELETE = """
mutation Delete($library: String!, $items: [DeletionInput!]!) {
  deleteWords(input: {library: $library, cascade: true, items: $items}) { deletedCount }
}
"""
CREATE = """
mutation Create($library: String!, $items: [NewWordInput!]!) {
  createWords(input: {library: $library, items: $items}) { results { node { id } } sequence }
}
"""


@dataclass
class Word:
    """A word that comes and goes."""

    id: str
    text: str
    definitions: list[str]


class Changes:
    """Deletes words and creates them again, `at_once` in a transaction."""

    def __init__(self, address: str, count: int, at_once: int) -> None:
        self._address = f"{address}/graphql"
        self._client = httpx.Client(timeout=120)
        self._at_once = at_once
        self.words = self._read(count)
        self.made = 0
        self._stop = threading.Event()

    @property
    def texts(self) -> set[str]:
        """Definitions that come and go."""
        return {text for word in self.words for text in word.definitions}

    def run(self, operations: int) -> float:
        """Delete or create so many words in turns, unless stopped; returns the seconds."""
        start = time.perf_counter()
        self.made, first = 0, 0
        while self.made < operations and not self._stop.is_set():
            self._renew(self.words[first : first + self._at_once])
            first = (first + self._at_once) % len(self.words)
        return time.perf_counter() - start

    @contextmanager
    def beside(self, operations: int) -> Iterator[threading.Thread]:
        """Run in a thread while the context lasts."""
        thread = threading.Thread(target=self.run, args=(operations,))
        thread.start()
        try:
            yield thread
        finally:
            self._stop.set()
            thread.join()

    def _renew(self, words: list[Word]) -> None:
        self._ask(DELETE, items=[{"id": word.id} for word in words])
        items = [
            {
                "text": word.text,
                "partOfSpeech": ["NOUN"],
                "definitions": [{"text": text} for text in word.definitions],
            }
            for word in words
        ]
        results = self._ask(CREATE, items=items)["createWords"]["results"]
        for word, result in zip(words, results, strict=True):
            word.id = result["node"]["id"]
        self.made += 2 * len(words)

    def _read(self, count: int) -> list[Word]:
        words, after = [], None
        while len(words) < count:
            page = self._ask(WORDS, after=after)["words"]
            words += [
                Word(
                    node["id"],
                    node["text"],
                    [each["text"] for each in node["definitions"]["nodes"]],
                )
                for node in page["nodes"]
            ]
            after = page["pageInfo"]["endCursor"]
        return words[:count]

    def _ask(self, query: str, **variables: object) -> dict:
        variables["library"] = LIBRARY
        answer = self._client.post(
            self._address, json={"query": query, "variables": variables}
        ).json()
        if "errors" in answer:
            raise SystemExit(str(answer["errors"])[:500])
        return answer["data"]

"""Search by words over Open English WordNet: time, size, and where the described word ranks.

    python -m benchmarks.lexical [--data FOLDER]

SQLite's FTS5 answers the same questions beside it, for its usual ranking of all matches.
"""

import argparse
import gzip
import json
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from bson import ObjectId

from resolvers.lexical_index.analysis import Analysis
from resolvers.lexical_index.texts import RECIPES, PassageTexts, to_text
from resolvers.lexical_index.word_index import WordIndex, WordSearch
from resolvers.semantic_index.columns import COLUMNS, PassageRow
from resolvers.semantic_index.passage_index import FIRST_CHANGE
from resolvers.semantic_index.sources import DEFINITIONS
from vectorindex.lexical.index import LexicalIndex, LexicalSettings

AT_ONCE = 1_000
DEPTH = 100
ASKED = {
    "frequent words": ["the of and", "a person who is", "of or relating to"],
    "a headword": ["dog", "hot dog", "running", "photosynthesis"],
    "a phrase": ['"of or relating to"', '"a person who"', '"hot dog"'],
    "a prefix": ["photo*", "un*", "a*"],
    "misspelt": ["photosinthesis", "umbrela", "recieve"],
}


@dataclass(frozen=True)
class Sense:
    word: str
    forms: list[str]
    definition: str
    examples: list[str]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    folder = parser.parse_args().data
    senses = list(read_senses(folder / "oewn.jsonl.gz"))
    described = [json.loads(line) for line in (folder / "dev_descriptions.jsonl").open()]
    with TemporaryDirectory() as directory:
        _, seconds = timed(lambda: build(Path(directory), senses))
        size = sum(path.stat().st_size for path in Path(directory).iterdir()) / 1e6
        print(f"{len(senses):,} senses, {seconds:.1f} s to index, {size:.0f} MB", flush=True)
        opened, seconds = timed(lambda: open_index(Path(directory)))
        print(f"opened in {seconds * 1e3:.1f} ms", flush=True)
        print_times(opened, [each["definition"] for each in described], senses)
        print_ranks(opened, senses, described)


def read_senses(path: Path) -> Iterator[Sense]:
    with gzip.open(path, "rt") as file:
        next(file)
        for line in file:
            entry = json.loads(line)
            forms = [
                each if isinstance(each, str) else each["text"] for each in entry.get("forms", ())
            ]
            for sense in entry["senses"]:
                examples = [
                    each if isinstance(each, str) else each["text"]
                    for each in sense.get("examples", ())
                ]
                yield Sense(entry["word"], forms, sense["definition"], examples)


def open_index(directory: Path) -> WordIndex:
    settings = LexicalSettings(RECIPES[DEFINITIONS], COLUMNS)
    return WordIndex(LexicalIndex(directory, settings), Analysis("en"))


def build(directory: Path, senses: Sequence[Sense]) -> WordIndex:
    index = open_index(directory)
    owners: dict[str, ObjectId] = {}
    for start in range(0, len(senses), AT_ONCE):
        part = senses[start : start + AT_ONCE]
        rows = [
            PassageRow(
                to_id(start + at), owners.setdefault(each.word, to_id(len(owners))), b"", "", "en"
            )
            for at, each in enumerate(part)
        ]
        texts = [
            to_text(
                DEFINITIONS,
                PassageTexts(row, ([each.word], each.forms, [each.definition], each.examples)),
                index.analysis,
            )
            for row, each in zip(rows, part, strict=True)
        ]
        index.apply(FIRST_CHANGE + start + 1, [], rows, texts)
    with index.index.lock():
        index.index.seal()
        index.index.merge(everything=True)
    return index


def print_times(index: WordIndex, descriptions: list[str], senses: Sequence[Sense]) -> None:
    ask_fts5 = fts5(senses)
    print(f"{'':18}{'p50':>9}{'p95':>9}{'FTS5 p50':>11}")
    for name, texts in {"descriptions": descriptions[:150], **ASKED}.items():
        search(index, texts[0])  # reads the words of the index once
        ours = [timed(lambda t=t: search(index, t))[1] for t in texts * 3]
        theirs = [timed(lambda t=t: ask_fts5(t))[1] for t in texts[:10]]
        p50, p95 = statistics.median(ours), float(np.quantile(ours, 0.95))
        other = statistics.median(theirs) * 1e3
        print(f"{name:18}{p50 * 1e3:6.2f} ms{p95 * 1e3:6.2f} ms{other:8.1f} ms", flush=True)


def search(index: WordIndex, text: str) -> object:
    return index.search([WordSearch(text, count=DEPTH)])


def fts5(senses: Sequence[Sense]) -> Callable[[str], object]:
    database = sqlite3.connect(":memory:")
    columns = "word, forms, definition, examples"
    database.execute(f"CREATE VIRTUAL TABLE senses USING fts5({columns})")
    database.executemany(
        "INSERT INTO senses VALUES (?, ?, ?, ?)",
        (
            (each.word, " ".join(each.forms), each.definition, " ".join(each.examples))
            for each in senses
        ),
    )
    analysis = Analysis("en")

    def ask(text: str) -> object:
        words = dict.fromkeys(word.form for word in analysis.words(text))
        query = " OR ".join('"' + word.replace('"', "") + '"' for word in words)
        return database.execute(
            "SELECT rowid FROM senses WHERE senses MATCH ? ORDER BY bm25(senses) LIMIT ?",
            (query, DEPTH),
        ).fetchall()

    return ask


def print_ranks(index: WordIndex, senses: Sequence[Sense], described: list[dict[str, Any]]) -> None:
    ids: dict[bytes, str] = {}
    owners: dict[str, ObjectId] = {}
    for each in senses:
        ids[owner_of(owners, each.word).binary] = each.word.casefold()
    for split in sorted({each["split"] for each in described}):
        ranks = np.array([rank(index, ids, each) for each in described if each["split"] == split])
        hits = " ".join(f"@{k} {np.mean(ranks <= k):.3f}" for k in (1, 10, 100))
        print(f"{split:14} {hits}, median rank {np.median(ranks):.0f}")


def rank(index: WordIndex, ids: dict[bytes, str], asked: dict[str, Any]) -> int:
    right = {each.casefold() for each in (asked["word"], *asked.get("acceptable", ()))}
    (found,) = index.search([WordSearch(asked["definition"], count=1_000)])
    places = [
        at
        for at, owner in enumerate(found.owners.tolist(), 1)
        if ids[owner.ljust(12, b"\0")] in right
    ]
    return min(places, default=1_001)


def owner_of(owners: dict[str, ObjectId], word: str) -> ObjectId:
    """Words are numbered in their order."""
    return owners.setdefault(word, to_id(len(owners)))


def to_id(number: int) -> ObjectId:
    return ObjectId(number.to_bytes(12, "big"))


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """What some work gives, and the seconds of one core that it takes."""
    start = time.process_time()
    result = work()
    return result, time.process_time() - start


if __name__ == "__main__":
    main()

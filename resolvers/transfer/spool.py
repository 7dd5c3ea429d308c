"""A temporary database that holds what a file says before all of it is known.

Relations point forwards and WN-LMF tells its synsets after its entries, so every reader first
puts the file here, then gives records with each target known. SQLite keeps a few tens of MiB in
memory and the rest in a file that vanishes with the connection.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import Self

from documents.vocabulary import PartOfSpeech
from resolvers.transfer.records import Refusal

_SCHEMA = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -32768;
CREATE TABLE entry (line INTEGER NOT NULL, draft BLOB NOT NULL);
CREATE TABLE headword (
    text TEXT NOT NULL, parts TEXT NOT NULL, homograph INTEGER NOT NULL,
    PRIMARY KEY (text, parts, homograph)
) WITHOUT ROWID;
CREATE TABLE entry_id (id TEXT NOT NULL PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE sense (
    key TEXT NOT NULL PRIMARY KEY, word TEXT NOT NULL, entry_id TEXT, synset TEXT, synonyms BLOB
);
CREATE TABLE synset (
    key TEXT NOT NULL PRIMARY KEY, lead TEXT, members BLOB, draft BLOB, defined INTEGER
);
CREATE TABLE refusal (line INTEGER NOT NULL, reason TEXT NOT NULL, column INTEGER);
BEGIN;
"""


class Spool:
    """The temporary database of one reader or writer; used by one thread at a time."""

    def __init__(self) -> None:
        # An empty name means a private database in a temporary file.
        self.database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self.database.executescript(_SCHEMA)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Remove everything."""
        self.database.close()

    def claim_homograph(
        self, text: str, parts: Iterable[PartOfSpeech], homograph: int | None = None
    ) -> int | None:
        """Number an entry among those that share its text and parts of speech.

        Args:
            text: the headword.
            parts: in any order.
            homograph: the number the file gives; without it the next after the highest.

        Returns:
            The number, or None when the file's own number is taken already.
        """
        name = (text, "+".join(sorted(parts)))
        if self._insert_headword(*name, homograph or 1):
            return homograph or 1
        if homograph is not None:
            return None
        highest = "SELECT max(homograph) FROM headword WHERE text = ? AND parts = ?"
        following = int(self.database.execute(highest, name).fetchone()[0]) + 1
        self._insert_headword(*name, following)
        return following

    def _insert_headword(self, text: str, parts: str, homograph: int) -> bool:
        insert = "INSERT OR IGNORE INTO headword VALUES (?, ?, ?)"
        return self.database.execute(insert, (text, parts, homograph)).rowcount == 1

    def claim_entry_id(self, entry_id: str) -> bool:
        """False when an entry of this id was met before."""
        insert = "INSERT OR IGNORE INTO entry_id VALUES (?)"
        return self.database.execute(insert, (entry_id,)).rowcount == 1

    def add_entry(self, line: int, draft: bytes) -> None:
        """Keep an entry in whatever encoding its reader understands."""
        self.database.execute("INSERT INTO entry VALUES (?, ?)", (line, draft))

    def entries(self) -> Iterator[tuple[int, bytes]]:
        """Lines and drafts in file order."""
        with closing(self.database.execute("SELECT line, draft FROM entry ORDER BY rowid")) as rows:
            yield from rows

    def count_entries(self) -> int:
        """How many entries are kept."""
        return int(self.database.execute("SELECT count(*) FROM entry").fetchone()[0])

    def add_sense(
        self,
        key: str,
        word: str,
        *,
        entry_id: str | None = None,
        synset: str | None = None,
        synonyms: bytes | None = None,
    ) -> bool:
        """Note a sense as a possible target; False when its key is taken."""
        insert = "INSERT OR IGNORE INTO sense VALUES (?, ?, ?, ?, ?)"
        row = (key, word, entry_id, synset, synonyms)
        return self.database.execute(insert, row).rowcount == 1

    def add_refusal(self, line: int, reason: str, column: int | None = None) -> None:
        """Keep what is not taken, to be told with the records."""
        self.database.execute("INSERT INTO refusal VALUES (?, ?, ?)", (line, reason, column))

    def refusals(self) -> Iterator[Refusal]:
        """In the order in which they were met."""
        select = "SELECT line, reason, column FROM refusal ORDER BY rowid"
        with closing(self.database.execute(select)) as rows:
            for line, reason, column in rows:
                yield Refusal(line, reason, column)


class SenseKeys:
    """The sense keys of a spooled file: `key in keys`."""

    def __init__(self, spool: Spool) -> None:
        self._database = spool.database

    def __contains__(self, key: object) -> bool:
        select = "SELECT 1 FROM sense WHERE key = ?"
        return self._database.execute(select, (key,)).fetchone() is not None

    def __len__(self) -> int:
        return int(self._database.execute("SELECT count(*) FROM sense").fetchone()[0])

    def __iter__(self) -> Iterator[str]:
        with closing(self._database.execute("SELECT key FROM sense ORDER BY rowid")) as rows:
            for (key,) in rows:
                yield key

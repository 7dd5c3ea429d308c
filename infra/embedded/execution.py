"""Running a plan: from key ranges to documents, counting what is touched.

Documents stay BSON bytes as long as nobody needs to look inside.
"""

import heapq
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter
from typing import Final, NamedTuple

from infra.embedded.bson_types import Document, decode_document
from infra.embedded.candidates import WHOLE_INDEX
from infra.embedded.errors import max_time_expired
from infra.embedded.indexes import Index
from infra.embedded.memory import sort_rows
from infra.embedded.opening import Connection
from infra.embedded.paths import compile_sort
from infra.embedded.planner import Plan, scan_order
from infra.embedded.ranges import KeyRange
from infra.embedded.records import scan_records

_FORWARDS: Final = (
    "SELECT d.record, d.bson FROM entries e CROSS JOIN documents d ON d.record = e.record "
    "WHERE e.index_id = ? AND e.key >= ? AND e.key < ? ORDER BY e.key, e.record"
)
_BACKWARDS: Final = (
    "SELECT d.record, d.bson FROM entries e CROSS JOIN documents d ON d.record = e.record "
    "WHERE e.index_id = ? AND e.key >= ? AND e.key < ? ORDER BY e.key DESC, e.record DESC"
)
# So many keys at a time; all numbers of placeholders make few statements for SQLite to remember.
_FEWEST_POINTS, _MOST_POINTS = 8, 512
_ROWS_BETWEEN_CHECKS: Final = 128


class Row(NamedTuple):
    """A stored document; `document` is there when it had to be decoded anyway."""

    record: int
    raw: bytes
    document: Document | None

    def decoded(self) -> Document:
        """The document, decoded now if it is not yet."""
        return decode_document(self.raw) if self.document is None else self.document


@dataclass(slots=True)
class Deadline:
    """When `maxTimeMS` has run out, by `time.monotonic()`; None is never."""

    at: float | None = None

    def check(self) -> None:
        """Stop the work that is too late.

        Raises:
            StoreError: the time is up (50).
        """
        if self.at is not None and time.monotonic() > self.at:
            raise max_time_expired()


@dataclass(slots=True)
class Effort:
    """What a plan has touched so far, for `explain`."""

    keys_examined: int = 0
    documents_examined: int = 0


def find_rows(
    connection: Connection,
    plan: Plan,
    sort: Mapping[str, int],
    deadline: Deadline,
    *,
    skip: int = 0,
    limit: int = 0,
    effort: Effort | None = None,
) -> Iterator[Row]:
    """The documents of a plan, in the order of the sort.

    Args:
        connection: a snapshot that lives as long as the iterator.
        plan: how to find them.
        sort: path → 1 or -1.
        deadline: when to give up.
        skip: how many to pass over.
        limit: how many to give; 0 is no limit.
        effort: counts what is touched.

    Raises:
        StoreError: the time is up (50), or a sort holds too much (292).
    """
    rows = _matching(connection, plan, deadline, effort or Effort())
    if not plan.sorted:
        rows = _sorted(rows, sort, skip + limit if limit else 0)
    return islice(rows, skip, skip + limit if limit else None) if skip or limit else rows


def find_few(
    connection: Connection, plan: Plan, deadline: Deadline, limit: int
) -> list[bytes] | None:
    """The first documents of a plan that says it all; None where `find_rows` has to look at them.

    They are the same, without the steps that `find_rows` takes for each row.
    """
    if plan.matches is not None or not plan.sorted or plan.may_repeat or plan.scans is None:
        return None
    if plan.scans[0].prefixes:
        return None
    deadline.check()
    statement = f"{_BACKWARDS if plan.backwards else _FORWARDS} LIMIT ?"
    found: list[bytes] = []
    for index, item in scan_order(plan):
        parameters = (index.id, item.low, item.high, limit - len(found))
        found += [raw for _, raw in connection.execute(statement, parameters).fetchall()]
        if len(found) == limit:
            break
    return found


def count_rows(
    connection: Connection, plan: Plan, deadline: Deadline, *, skip: int, limit: int
) -> int:
    """How many documents a plan finds; from index entries alone where they say it all."""
    if plan.matches is not None:
        rows = find_rows(connection, plan, {}, deadline, skip=skip, limit=limit)
        return sum(1 for _ in rows)
    if plan.scans is None:
        # Entries of the index on _id are smaller than the documents, and as many.
        index = plan.collection.indexes[0]
        total = _count_entries(connection, index, WHOLE_INDEX[0])
    elif plan.may_repeat:
        total = len(_records(connection, plan, deadline))
    else:
        total = sum(_count_entries(connection, index, item) for index, item in scan_order(plan))
    total = max(0, total - skip)
    return min(total, limit) if limit else total


def _records(connection: Connection, plan: Plan, deadline: Deadline) -> set[int]:
    """The records that have an entry in the ranges of a plan."""
    found: set[int] = set()
    for index, item in scan_order(plan):
        deadline.check()
        rows = connection.execute(
            "SELECT record FROM entries WHERE index_id = ? AND key >= ? AND key < ?",
            (index.id, item.low, item.high),
        )
        found.update(record for (record,) in rows)
    return found


def _count_entries(connection: Connection, index: Index, item: KeyRange) -> int:
    row = connection.execute(
        "SELECT count(*) FROM entries WHERE index_id = ? AND key >= ? AND key < ?",
        (index.id, item.low, item.high),
    )
    return int(row.fetchone()[0])


def _matching(
    connection: Connection, plan: Plan, deadline: Deadline, effort: Effort
) -> Iterator[Row]:
    matches = plan.matches
    for number, (record, raw) in enumerate(_found(connection, plan, effort)):
        effort.documents_examined += 1
        if number % _ROWS_BETWEEN_CHECKS == 0:
            deadline.check()
        if matches is None:
            yield Row(record, raw, None)
            continue
        document = decode_document(raw)
        if matches(document):
            yield Row(record, raw, document)


def _found(connection: Connection, plan: Plan, effort: Effort) -> Iterator[tuple[int, bytes]]:
    """Every record that the scans meet, once."""
    if plan.scans is None:
        yield from scan_records(connection, plan.collection, backwards=plan.backwards)
        return
    merged = len(plan.scans) == 1 and plan.scans[0].prefixes
    rows = (_merged if merged else _in_turn)(connection, plan, effort)
    if not plan.may_repeat:
        yield from rows
        return
    seen: set[int] = set()
    for row in rows:
        if row[0] not in seen:
            seen.add(row[0])
            yield row


def _in_turn(connection: Connection, plan: Plan, effort: Effort) -> Iterator[tuple[int, bytes]]:
    """The records of all ranges, one range after the other."""
    statement = _BACKWARDS if plan.backwards else _FORWARDS
    with connection.stream() as cursor:
        if points := _points(plan):
            for row in _at_points(cursor, points, plan):
                effort.keys_examined += 1
                yield row
            return
        for index, item in scan_order(plan):
            for row in cursor.execute(statement, (index.id, item.low, item.high)):
                effort.keys_examined += 1
                yield row


def _points(plan: Plan) -> list[bytes]:
    """The whole keys that a plan reads in turn; none if it reads anything else, or only a few."""
    scan, *others = plan.scans or ()
    is_whole = not others and len(scan.index.fields) == 1 and len(scan.ranges) >= _FEWEST_POINTS
    if not is_whole or not all(item.point for item in scan.ranges):
        return []
    return [item.low for item in scan.ranges]


def _at_points(
    cursor: sqlite3.Cursor, keys: list[bytes], plan: Plan
) -> Iterator[tuple[int, bytes]]:
    """The records at ascending keys, many keys in one statement."""
    statement = _BACKWARDS if plan.backwards else _FORWARDS
    index_id = plan.scans[0].index.id if plan.scans else 0
    starts = range(0, len(keys), _MOST_POINTS)
    for start in reversed(starts) if plan.backwards else starts:
        some = keys[start : start + _MOST_POINTS]
        wanted = 1 << (len(some) - 1).bit_length()
        some += some[-1:] * (wanted - len(some))
        placeholders = ", ".join("?" * wanted)
        one_by_one = "e.key >= ? AND e.key < ?"
        yield from cursor.execute(
            statement.replace(one_by_one, f"e.key IN ({placeholders})"), (index_id, *some)
        )


def _merged(connection: Connection, plan: Plan, effort: Effort) -> Iterator[tuple[int, bytes]]:
    """The records of the ranges of one scan, in the order of what follows their prefixes."""
    ((index, ranges, prefixes),) = (
        (one.index, one.ranges, one.prefixes) for one in plan.scans or ()
    )
    statement = (_BACKWARDS if plan.backwards else _FORWARDS).replace("SELECT", "SELECT e.key,", 1)

    def read(prefix: bytes, cursor: sqlite3.Cursor) -> Iterator[tuple[bytes, int, bytes]]:
        own = [item for item in ranges if item.low.startswith(prefix)]
        for item in reversed(own) if plan.backwards else own:
            for key, record, raw in cursor.execute(statement, (index.id, item.low, item.high)):
                effort.keys_examined += 1
                yield key[len(prefix) :], record, raw

    with ExitStack() as stack:
        streams = [read(one, stack.enter_context(connection.stream())) for one in prefixes]
        for row in heapq.merge(*streams, key=itemgetter(0), reverse=plan.backwards):
            yield row[1:]


def _sorted(rows: Iterable[Row], sort: Mapping[str, int], limit: int) -> Iterator[Row]:
    key = compile_sort(sort)
    keyed = ((key(row.decoded()), row.raw, row.record) for row in rows)
    return (Row(record, raw, None) for _, raw, record in sort_rows(keyed, limit))

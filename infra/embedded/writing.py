"""The write statements of one command on one collection, and what they have come to."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from bson import ObjectId, Regex

from infra.embedded.arguments import Arguments
from infra.embedded.bson_types import MISSING, Document, decode_exact, encode_document, type_name
from infra.embedded.catalog import Collection
from infra.embedded.context import Context
from infra.embedded.errors import (
    document_too_large,
    dollar_prefixed_field,
    failed_to_parse,
    invalid_id_field,
    overflow,
    type_mismatch,
)
from infra.embedded.execution import Row
from infra.embedded.insertions import Insertions
from infra.embedded.matcher import Matcher
from infra.embedded.reading import Query, parse_query
from infra.embedded.records import RecordWriter
from infra.embedded.update import Update, compile_update
from infra.embedded.wire import MAX_DOCUMENT_BYTES

_MAX_DEPTH: Final = 180
# A level of nesting takes at least this many bytes.
_BYTES_PER_LEVEL: Final = 8


class Writing:
    """Runs statements and counts.

    Attributes:
        inserted: documents added by `insert`.
        matched: documents that an update found.
        modified: those of them that it changed.
        deleted: documents removed.
    """

    def __init__(self, context: Context, collection: Collection | None) -> None:
        """Prepare to write to a collection; None stands for one that is not there."""
        self._context = context
        self._collection = collection
        self._records = (
            None
            if collection is None
            else RecordWriter(context.writer, context.store.catalogs, collection)
        )
        self._insertions = (
            None if self._records is None else Insertions(context.writer, self._records)
        )
        self.inserted = self.matched = self.modified = self.deleted = 0

    def insert(self, raw: bytes) -> None:
        """Add a document, which is written by `flush`.

        Raises:
            StoreError: it cannot be stored, or a unique index refuses it (11000).
        """
        document = decode_exact(raw)
        if next(iter(document), None) != "_id":
            document = {"_id": document.get("_id", ObjectId()), **document}
            raw = encode_document(document)
        check_storable(raw, document)
        self._new().add(raw, document)
        self.inserted += 1

    def flush(self) -> None:
        """Write what was inserted."""
        self._new().write()

    def update(self, statement: Arguments, variables: Mapping[str, Any]) -> Document | None:
        """Run one item of `updates`.

        Returns:
            `{"_id": …}` of the document that an upsert inserted.

        Raises:
            StoreError: a malformed statement, or a change that cannot be stored.
        """
        statement.check_collation()
        multi = statement.flag("multi")
        update, uses_place = parse_update(statement.body.get("u"), statement, variables)
        if multi and update.is_replacement:
            raise failed_to_parse("multi update is not supported for replacement-style update")
        query = statement_query(statement, variables, 0 if multi else 1)
        rows = self.rows(query)
        for row in rows:
            self.apply(row, update, query.matcher if uses_place else None)
        if rows or not statement.flag("upsert"):
            return None
        return {"_id": self.upsert(update, query.matcher)["_id"]}

    def delete(self, statement: Arguments, variables: Mapping[str, Any]) -> None:
        """Run one item of `deletes`."""
        statement.check_collation()
        limit = statement.integer("limit")
        if limit not in (0, 1) or not statement.has("limit"):
            raise failed_to_parse(f"The limit field in delete objects must be 0 or 1. Got {limit}")
        for row in self.rows(statement_query(statement, variables, limit)):
            self.remove(row)

    def apply(self, row: Row, update: Update, placed: Matcher | None) -> Document:
        """Change one document and return it as it is now.

        Args:
            row: the document.
            update: the change.
            placed: the filter, when the update has a positional `$` in it.
        """
        before = row.decoded()
        after = update.apply(before, None if placed is None else placed.place(before))
        raw = encode_document(after)
        self.matched += 1
        if raw != row.raw:
            check_storable(raw, after)
            self._writer().replace(row.record, before, raw, after, update.fields)
            self.modified += 1
        return after

    def upsert(self, update: Update, matcher: Matcher) -> Document:
        """Insert what the filter and the update say together, and return it."""
        document = update.upsert(matcher.tree)
        if next(iter(document)) != "_id":
            document = {"_id": document["_id"], **document}
        raw = encode_document(document)
        check_storable(raw, document)
        self._new().add(raw, document)
        self.flush()
        return document

    def remove(self, row: Row) -> None:
        """Delete one document."""
        self._writer().delete(row.record, row.decoded())
        self.deleted += 1

    def _writer(self) -> RecordWriter:
        if self._records is None:
            raise RuntimeError("a write to a collection that was not made")
        return self._records

    def _new(self) -> Insertions:
        if self._insertions is None:
            raise RuntimeError("an insert into a collection that was not made")
        return self._insertions

    def rows(self, query: Query) -> list[Row]:
        """What a statement is about, found before anything of it is changed."""
        return list(query.rows(self._context, self._context.writer, self._collection))


def statement_query(statement: Arguments, variables: Mapping[str, Any], limit: int) -> Query:
    """The query of an item of `updates` or `deletes`."""
    return parse_query(
        statement.document("q"),
        variables,
        limit=limit,
        hint=statement.body.get("hint"),
    )


def parse_update(
    given: object, statement: Arguments, variables: Mapping[str, Any]
) -> tuple[Update, bool]:
    """Compile an update; also tells whether it has a positional `$`.

    Raises:
        StoreError: it is none.
    """
    filters = statement.array("arrayFilters")
    if not all(isinstance(item, dict) for item in filters):
        raise type_mismatch("arrayFilters must be an array of objects")
    if isinstance(given, list):
        if not all(isinstance(stage, dict) for stage in given):
            raise type_mismatch("Each element of the 'pipeline' array must be an object")
        return compile_update(given, filters, variables), False
    if not isinstance(given, dict):
        raise failed_to_parse("Update argument must be either an object or an array")
    if filters and not next(iter(given), "").startswith("$"):
        raise failed_to_parse("Cannot specify arrayFilters and a non-operator update")
    return compile_update(given, filters, variables), _has_place(given)


def _has_place(update: Mapping[str, Any]) -> bool:
    operands: Sequence[Any] = [part for part in update.values() if isinstance(part, dict)]
    return any("$" in path.split(".") for operand in operands for path in operand)


def check_storable(raw: bytes, document: Document) -> None:
    """Refuse documents that MongoDB would not store.

    Raises:
        StoreError: too large (10334), too deep (15), or with a bad `_id` (53, 52).
    """
    if len(raw) > MAX_DOCUMENT_BYTES:
        raise document_too_large(
            f"object to insert too large. size in bytes: {len(raw)}, max size: {MAX_DOCUMENT_BYTES}"
        )
    identifier = document.get("_id", MISSING)
    if isinstance(identifier, list | Regex):
        raise invalid_id_field(f"The '_id' value cannot be of type {type_name(identifier)}")
    if isinstance(identifier, dict) and any(name.startswith("$") for name in identifier):
        raise dollar_prefixed_field("_id fields may not contain '$'-prefixed fields")
    if len(raw) > _MAX_DEPTH * _BYTES_PER_LEVEL and _is_deeper(document, _MAX_DEPTH):
        raise overflow(f"documents may be nested at most {_MAX_DEPTH} levels deep")


def _is_deeper(value: Document | list[Any], levels: int) -> bool:
    if levels == 0:
        return True
    parts = value.values() if isinstance(value, dict) else value
    return any(_is_deeper(part, levels - 1) for part in parts if isinstance(part, dict | list))

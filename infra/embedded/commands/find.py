"""`find`, `getMore`, `killCursors`, `count` and `distinct`."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from typing import Any, Final

from bson import Int64

from infra.embedded.arguments import Arguments
from infra.embedded.bson_types import Document, encode_document
from infra.embedded.context import Command, Context, Kind, Reply
from infra.embedded.cursors import DEFAULT_BATCH, Cursor, batch_reply
from infra.embedded.errors import bad_value, cursor_not_found, type_mismatch, unauthorized
from infra.embedded.execution import Row, count_rows
from infra.embedded.keys import encode_value
from infra.embedded.paths import distinct_values, split_path
from infra.embedded.projection import compile_projection
from infra.embedded.reading import Query, parse_query, with_let

# Distinct values have to fit into one reply.
_REPLY_LIMIT_BYTES: Final = 16 * 1024 * 1024


def find(context: Context, arguments: Arguments) -> Reply:
    """Read documents; the first batch comes with the reply."""
    arguments.refuse(
        "min", "max", "returnKey", "showRecordId", "tailable", "awaitData", "oplogReplay"
    )
    query = find_query(context, arguments)
    projection = arguments.document("projection")
    with ExitStack() as resources:
        connection = resources.enter_context(context.reading())
        collection = context.find_collection(connection, arguments.collection())
        rows = query.rows(context, connection, collection)
        variables = with_let(context, arguments)
        return first_batch(
            context,
            arguments,
            _output(rows, projection, query, variables),
            resources,
            batch_size=arguments.integer("batchSize", DEFAULT_BATCH),
            single=arguments.flag("singleBatch"),
        )


def find_query(context: Context, arguments: Arguments) -> Query:
    """The query of `find`."""
    arguments.check_collation()
    return parse_query(
        arguments.document("filter"),
        with_let(context, arguments),
        sort=arguments.document("sort"),
        skip=arguments.integer("skip"),
        limit=arguments.integer("limit"),
        hint=arguments.body.get("hint"),
    )


def _output(
    rows: Iterator[Row], projection: Document, query: Query, variables: Mapping[str, Any]
) -> Iterator[bytes]:
    if not projection:
        return (row.raw for row in rows)
    compiled = compile_projection(projection, variables)
    if compiled.positional is None:
        return (encode_document(compiled.apply(row.decoded())) for row in rows)
    place = query.matcher.place
    return (
        encode_document(compiled.apply(document, place(document)))
        for document in (row.decoded() for row in rows)
    )


def first_batch(
    context: Context,
    arguments: Arguments,
    documents: Iterator[bytes],
    resources: ExitStack,
    *,
    batch_size: int,
    single: bool = False,
    namespace: str | None = None,
) -> Reply:
    """Reply with the first documents; a cursor takes over the resources when there are more."""
    namespace = f"{context.database}.{namespace or arguments.collection()}"
    transaction = context.transaction
    if transaction is not None:
        # Later writes of the transaction must not show in what was found before them.
        documents = iter(list(documents))
    cursor = Cursor(
        namespace=namespace,
        documents=documents,
        resources=ExitStack(),
        client=context.client,
        session=context.session,
        transaction=None if transaction is None else transaction.number,
        deadline=context.deadline,
        time_left_seconds=None,
    )
    batch, more = ([], True) if batch_size == 0 else cursor.next_batch(batch_size)
    if not more or single:
        cursor.close()
        return batch_reply("firstBatch", namespace, 0, batch)
    cursor.stop_clock()
    cursor.resources = resources.pop_all()
    context.store.cursors.add(cursor)
    return batch_reply("firstBatch", namespace, cursor.id, batch)


def get_more(context: Context, arguments: Arguments) -> Reply:
    """The next documents of a cursor."""
    arguments.refuse("maxTimeMS")
    cursor = _own_cursor(context, arguments)
    with cursor.guard:
        cursor.client = context.client
        cursor.start_clock()
        try:
            batch, more = cursor.next_batch(arguments.integer("batchSize"))
        except BaseException:
            more = False
            raise
        finally:
            cursor.stop_clock()
            if not more:
                _finish(context, cursor)
    return batch_reply("nextBatch", cursor.namespace, cursor.id if more else 0, batch)


def _own_cursor(context: Context, arguments: Arguments) -> Cursor:
    cursor = context.store.cursors.get(arguments.integer("getMore", least=None))
    namespace = f"{context.database}.{arguments.text('collection')}"
    if namespace != cursor.namespace:
        raise unauthorized(
            f"Requested getMore on namespace '{namespace}', but cursor belongs to a different "
            f"namespace {cursor.namespace}"
        )
    number = None if context.transaction is None else context.transaction.number
    if cursor.transaction != number or (number is not None and cursor.session != context.session):
        raise cursor_not_found(f"cursor id {cursor.id} belongs to another transaction")
    return cursor


def _finish(context: Context, cursor: Cursor) -> None:
    context.store.cursors.discard(cursor.id)
    cursor.close()


def kill_cursors(context: Context, arguments: Arguments) -> Reply:
    """Close cursors."""
    killed: list[Int64] = []
    unknown: list[Int64] = []
    for number in arguments.array("cursors"):
        if not isinstance(number, int):
            raise type_mismatch("BSON field 'killCursors.cursors' must hold longs")
        found = context.store.cursors.kill(number)
        (killed if found else unknown).append(Int64(number))
    return {
        "cursorsKilled": killed,
        "cursorsNotFound": unknown,
        "cursorsAlive": [],
        "cursorsUnknown": [],
        "ok": 1.0,
    }


def count(context: Context, arguments: Arguments) -> Reply:
    """How many documents match."""
    arguments.check_collation()
    query = parse_query(
        arguments.document("query"), context.variables, hint=arguments.body.get("hint")
    )
    limit = abs(arguments.integer("limit", least=None))
    with context.reading() as connection:
        collection = context.find_collection(connection, arguments.collection())
        if collection is None:
            return {"n": 0, "ok": 1.0}
        plan = query.plan(connection, collection)
        found = count_rows(
            connection, plan, context.deadline, skip=arguments.integer("skip"), limit=limit
        )
    return {"n": found, "ok": 1.0}


def distinct(context: Context, arguments: Arguments) -> Reply:
    """The different values of a field, in their order."""
    arguments.check_collation()
    query = parse_query(
        arguments.document("query"), context.variables, hint=arguments.body.get("hint")
    )
    with context.reading() as connection:
        collection = context.find_collection(connection, arguments.collection())
        rows = query.rows(context, connection, collection)
        return distinct_reply(arguments, (row.decoded() for row in rows))


def distinct_reply(arguments: Arguments, documents: Iterable[Document]) -> Reply:
    """The different values that documents have at the path `key`."""
    path = split_path(arguments.text("key"))
    values: dict[bytes, Any] = {}
    held = 0
    for document in documents:
        for value in distinct_values(document, path):
            key = encode_value(value)
            held += 0 if key in values else len(key)
            values.setdefault(key, value)
        if held > _REPLY_LIMIT_BYTES:
            raise bad_value("distinct too big, 16mb cap")
    return {"values": [values[key] for key in sorted(values)], "ok": 1.0}


_FIND_OPTIONS: Final = frozenset(
    {
        "filter", "projection", "sort", "skip", "limit", "batchSize", "singleBatch", "hint",
        "collation", "allowDiskUse", "noCursorTimeout", "allowPartialResults", "let", "min", "max",
        "returnKey", "showRecordId", "tailable", "awaitData", "oplogReplay",
    }
)  # fmt: skip

COMMANDS: Final = {
    "find": Command(find, _FIND_OPTIONS, Kind.READ, in_transaction=True),
    "getMore": Command(
        get_more, frozenset({"collection", "batchSize"}), Kind.READ, in_transaction=True
    ),
    "killCursors": Command(kill_cursors, frozenset({"cursors"}), in_transaction=True),
    "count": Command(count, frozenset({"query", "limit", "skip", "hint", "collation"}), Kind.READ),
    "distinct": Command(
        distinct, frozenset({"key", "query", "hint", "collation"}), Kind.READ, in_transaction=True
    ),
}

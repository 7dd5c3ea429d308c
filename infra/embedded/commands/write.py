"""`insert`, `update` and `delete`, with an error of its own for every statement that fails."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from infra.embedded.arguments import Arguments
from infra.embedded.bson_types import Document
from infra.embedded.context import Command, Context, Kind, Reply
from infra.embedded.errors import StoreError, invalid_length, type_mismatch, unknown_field
from infra.embedded.reading import with_let
from infra.embedded.wire import MAX_BATCH_SIZE
from infra.embedded.writing import Writing

_UPDATE_FIELDS: Final = frozenset(
    {"q", "u", "upsert", "multi", "arrayFilters", "hint", "collation", "c"}
)
_DELETE_FIELDS: Final = frozenset({"q", "limit", "hint", "collation"})
# Failures of the store or of the whole transaction, not of one statement.
_OF_THE_COMMAND: Final = frozenset({1, 50, 112, 14031})


def insert(context: Context, arguments: Arguments) -> Reply:
    """Add documents."""
    documents = arguments.raw_documents("documents")
    writing = Writing(context, context.need_collection(arguments.collection()))

    def run(place: int) -> None:
        writing.insert(documents[place])

    errors = _run_each(arguments, len(documents), run)
    writing.flush()
    return _reply({"n": writing.inserted}, errors)


def update(context: Context, arguments: Arguments) -> Reply:
    """Change documents, or insert the one that was not found."""
    statements = _statements(arguments, "updates", _UPDATE_FIELDS)
    collection = context.find_collection(context.writer, arguments.collection())
    if collection is None and any(item.body.get("upsert") for item in statements):
        collection = context.need_collection(arguments.collection())
    writing = Writing(context, collection)
    upserted: list[Document] = []
    variables = with_let(context, arguments)

    def run(place: int) -> None:
        identifier = writing.update(statements[place], variables)
        if identifier is not None:
            upserted.append({"index": place, **identifier})

    errors = _run_each(arguments, len(statements), run)
    reply: Document = {"n": writing.matched + len(upserted), "nModified": writing.modified}
    return _reply(reply | ({"upserted": upserted} if upserted else {}), errors)


def delete(context: Context, arguments: Arguments) -> Reply:
    """Remove documents."""
    statements = _statements(arguments, "deletes", _DELETE_FIELDS)
    collection = context.find_collection(context.writer, arguments.collection())
    writing = Writing(context, collection)
    variables = with_let(context, arguments)
    errors = _run_each(
        arguments, len(statements), lambda place: writing.delete(statements[place], variables)
    )
    return _reply({"n": writing.deleted}, errors)


def _statements(arguments: Arguments, field: str, known: frozenset[str]) -> Sequence[Arguments]:
    found = [Arguments(field, item, {}) for item in arguments.decoded_documents(field)]
    for statement in found:
        for name in statement.body:
            if name not in known:
                raise unknown_field(f"{arguments.name}.{field}", name)
        if not isinstance(statement.body.get("q"), Mapping):
            raise type_mismatch(f"BSON field '{arguments.name}.{field}.q' must be an object")
    return found


def _run_each(arguments: Arguments, size: int, run: Callable[[int], None]) -> list[dict[str, Any]]:
    """Run statements; an ordered batch stops at the first that fails."""
    if not 0 < size <= MAX_BATCH_SIZE:
        raise invalid_length(
            f"Write batch sizes must be between 1 and {MAX_BATCH_SIZE}. Got {size} operations."
        )
    errors: list[dict[str, Any]] = []
    ordered = arguments.flag("ordered", default=True)
    for place in range(size):
        try:
            run(place)
        except StoreError as error:
            if error.code in _OF_THE_COMMAND:
                raise
            errors.append(error.write_error(place))
            if ordered:
                break
    return errors


def _reply(counts: Document, errors: list[dict[str, Any]]) -> Reply:
    return {**counts, **({"writeErrors": errors} if errors else {}), "ok": 1.0}


_BATCH_OPTIONS: Final = frozenset({"ordered", "bypassDocumentValidation"})

COMMANDS: Final = {
    "insert": Command(
        insert,
        _BATCH_OPTIONS | {"documents"},
        Kind.WRITE,
        in_transaction=True,
        retryable=True,
    ),
    "update": Command(
        update,
        _BATCH_OPTIONS | {"updates", "let"},
        Kind.WRITE,
        in_transaction=True,
        retryable=True,
    ),
    "delete": Command(
        delete,
        _BATCH_OPTIONS | {"deletes", "let"},
        Kind.WRITE,
        in_transaction=True,
        retryable=True,
    ),
}

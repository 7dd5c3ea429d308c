"""`findAndModify`: change or remove one document and return it, in one step."""

from typing import Any, Final

from infra.embedded.arguments import Arguments
from infra.embedded.bson_types import Document
from infra.embedded.context import Command, Context, Kind, Reply
from infra.embedded.errors import failed_to_parse
from infra.embedded.execution import Row
from infra.embedded.projection import compile_projection
from infra.embedded.reading import Query, parse_query, with_let
from infra.embedded.writing import Writing, parse_update


def find_and_modify(context: Context, arguments: Arguments) -> Reply:
    """Change, insert or remove the first document of a query."""
    _check(arguments)
    variables = with_let(context, arguments)
    query = parse_query(
        arguments.document("query"),
        variables,
        sort=arguments.document("sort"),
        limit=1,
        hint=arguments.body.get("hint"),
    )
    upsert = arguments.flag("upsert")
    collection = context.find_collection(context.writer, arguments.collection())
    if collection is None and upsert:
        collection = context.need_collection(arguments.collection())
    writing = Writing(context, collection)
    row = next(iter(writing.rows(query)), None)
    if arguments.flag("remove"):
        return _remove(arguments, writing, query, row)
    return _modify(arguments, writing, query, row, variables)


def _check(arguments: Arguments) -> None:
    arguments.check_collation()
    remove = arguments.flag("remove")
    if not remove and not arguments.has("update"):
        raise failed_to_parse("Either an update or remove=true must be specified")
    for other in ("update", "upsert", "new"):
        if remove and (arguments.has("update") if other == "update" else arguments.flag(other)):
            raise failed_to_parse(f"Cannot specify both '{other}' and remove=true")


def _remove(arguments: Arguments, writing: Writing, query: Query, row: Row | None) -> Reply:
    if row is None:
        return _reply({"n": 0}, None)
    writing.remove(row)
    return _reply({"n": 1}, _shown(arguments, query, row.decoded()))


def _modify(
    arguments: Arguments, writing: Writing, query: Query, row: Row | None, variables: Any
) -> Reply:
    update, uses_place = parse_update(arguments.body["update"], arguments, variables)
    new = arguments.flag("new")
    if row is not None:
        before = row.decoded()
        after = writing.apply(row, update, query.matcher if uses_place else None)
        found = {"n": 1, "updatedExisting": True}
        return _reply(found, _shown(arguments, query, after if new else before))
    if not arguments.flag("upsert"):
        return _reply({"n": 0, "updatedExisting": False}, None)
    inserted = writing.upsert(update, query.matcher)
    made = {"n": 1, "updatedExisting": False, "upserted": inserted["_id"]}
    return _reply(made, _shown(arguments, query, inserted) if new else None)


def _shown(arguments: Arguments, query: Query, document: Document) -> Document:
    """The document as `fields` wants it."""
    fields = arguments.document("fields")
    if not fields:
        return document
    projection = compile_projection(fields)
    if projection.positional is None:
        return projection.apply(document)
    return projection.apply(document, query.matcher.place(document))


def _reply(last: Document, value: Document | None) -> Reply:
    return {"lastErrorObject": last, "value": value, "ok": 1.0}


_COMMAND: Final = Command(
    find_and_modify,
    frozenset(
        {
            "query", "sort", "remove", "update", "new", "fields", "upsert", "arrayFilters", "hint",
            "collation", "let", "bypassDocumentValidation",
        }
    ),
    Kind.WRITE,
    in_transaction=True,
    retryable=True,
)  # fmt: skip

COMMANDS: Final = {"findAndModify": _COMMAND, "findandmodify": _COMMAND}

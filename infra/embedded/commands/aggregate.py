"""`aggregate`."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, Final

from bson import Int64

from infra.embedded.aggregation import PipelineReader
from infra.embedded.arguments import Arguments
from infra.embedded.bson_types import Document, encode_document
from infra.embedded.catalog import NotACollectionError
from infra.embedded.commands.find import first_batch
from infra.embedded.context import Command, Context, Kind, Reply
from infra.embedded.cursors import DEFAULT_BATCH
from infra.embedded.errors import (
    failed_to_parse,
    invalid_namespace,
    invalid_options,
    not_in_transaction,
    type_mismatch,
    unknown_field,
)
from infra.embedded.execution import count_rows
from infra.embedded.explaining import Pipeline, explain_pipeline
from infra.embedded.opening import Connection
from infra.embedded.output import Output, split_output
from infra.embedded.pipeline import compile_pipeline, split_leading
from infra.embedded.reading import parse_query, with_let


def aggregate(context: Context, arguments: Arguments) -> Reply:
    """Run a pipeline over a collection or view; the first batch comes with the reply."""
    return run_pipeline(context, arguments, arguments.body[arguments.name])


def run_pipeline(
    context: Context, arguments: Arguments, shown_as: str, *, single: bool = False
) -> Reply:
    """Run `aggregate`, whose cursor shows itself to be on `shown_as`."""
    try:
        return _run(context, arguments, shown_as, single=single)
    except NotACollectionError as met:
        stages = [*met.view.pipeline, *arguments.array("pipeline")]
        body = {**arguments.body, "aggregate": met.view.source, "pipeline": stages}
        unfolded = Arguments(arguments.name, body, {})
        return run_pipeline(context, unfolded, shown_as, single=single)


def _run(context: Context, arguments: Arguments, shown_as: str, *, single: bool) -> Reply:
    pipeline = read_pipeline(context, arguments)
    if arguments.flag("explain"):
        return explain_pipeline(context, arguments.collection(), pipeline)
    options = _cursor_options(arguments)
    if pipeline.output is not None:
        _write(context, arguments, pipeline, pipeline.output)
        cursor = {"firstBatch": [], "id": Int64(0), "ns": f"{context.database}.{shown_as}"}
        return {"cursor": cursor, "ok": 1.0}
    with ExitStack() as resources:
        connection = resources.enter_context(context.reading())
        return first_batch(
            context,
            arguments,
            _documents(context, arguments, connection, pipeline),
            resources,
            batch_size=options.integer("batchSize", DEFAULT_BATCH),
            single=single,
            namespace=shown_as,
        )


def _write(context: Context, arguments: Arguments, pipeline: Pipeline, output: Output) -> None:
    if context.transaction is not None:
        raise not_in_transaction(
            f"Aggregation stage {output.name} cannot run within a multi-document transaction"
        )
    if arguments.document("readConcern").get("level") == "linearizable":
        raise invalid_options(f"{output.name} cannot be used with a 'linearizable' read concern")
    # The snapshot is taken with the right to write in hand: nothing comes in between.
    with context.writing(), context.store.file.reading() as snapshot:
        documents = _documents(context, arguments, snapshot, pipeline)
        output.write(context, with_let(context, arguments), documents)


def read_pipeline(context: Context, arguments: Arguments) -> Pipeline:
    """Take a pipeline apart: the read that it begins with, what follows, and a write at its end.

    Raises:
        StoreError: a malformed command or pipeline.
    """
    arguments.check_collation()
    if not isinstance(arguments.body[arguments.name], str):
        raise invalid_namespace("{aggregate: 1} is not supported; a collection is required")
    stages = arguments.array("pipeline")
    if not all(isinstance(stage, dict) for stage in stages):
        raise type_mismatch("Each element of the 'pipeline' array must be an object")
    before, output = split_output(context.database, stages)
    leading = split_leading(before)
    query = parse_query(
        leading.filter,
        with_let(context, arguments),
        sort=leading.sort,
        skip=leading.skip,
        limit=leading.limit,
        hint=arguments.body.get("hint"),
    )
    return Pipeline(query, leading.rest, output)


def _cursor_options(arguments: Arguments) -> Arguments:
    if not arguments.has("cursor"):
        raise failed_to_parse(
            "The 'cursor' option is required, except for aggregate with the explain argument"
        )
    options = arguments.document("cursor")
    for name in options:
        if name != "batchSize":
            raise unknown_field("aggregate.cursor", name)
    return Arguments("cursor", options, {})


def _documents(
    context: Context, arguments: Arguments, connection: Connection, pipeline: Pipeline
) -> Iterator[bytes]:
    query, rest = pipeline.query, pipeline.rest
    collection = context.find_collection(connection, arguments.collection())
    variables = with_let(context, arguments)
    run = compile_pipeline(rest, PipelineReader(context, connection), variables)
    if not rest:
        return (row.raw for row in query.rows(context, connection, collection))
    counted = _counted(rest)
    if counted is not None and collection is not None:
        plan = query.plan(connection, collection)
        total = count_rows(connection, plan, context.deadline, skip=query.skip, limit=query.limit)
        return iter([encode_document({**counted[0], counted[1]: total})] if total else [])
    rows = query.rows(context, connection, collection)
    return map(encode_document, run(row.decoded() for row in rows))


def _counted(stages: list[Any]) -> tuple[Document, str] | None:
    """What a pipeline that only counts answers beside the count, and the count's name."""
    if len(stages) != 1:
        return None
    stage = stages[0]
    if list(stage) == ["$count"]:
        return {}, stage["$count"]
    group = stage.get("$group")
    if not isinstance(group, dict) or list(group)[:1] != ["_id"] or len(group) != 2:
        return None
    name = list(group)[1]
    if isinstance(group["_id"], dict | list | str) or group[name] != {"$sum": 1}:
        return None
    return {"_id": group["_id"]}, name


COMMANDS: Final = {
    "aggregate": Command(
        aggregate,
        frozenset(
            {
                "pipeline", "cursor", "explain", "allowDiskUse", "hint", "let", "collation",
                "bypassDocumentValidation",
            }
        ),
        Kind.READ,
        in_transaction=True,
    )
}  # fmt: skip

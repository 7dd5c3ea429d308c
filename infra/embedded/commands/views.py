"""`find`, `count` and `distinct` once more, for views: read as the pipelines that they are."""

from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from typing import Final

from infra.embedded.aggregation import PipelineReader
from infra.embedded.arguments import Arguments
from infra.embedded.bson_types import Document
from infra.embedded.catalog import NotACollectionError
from infra.embedded.commands import find
from infra.embedded.commands.aggregate import run_pipeline
from infra.embedded.context import Context, Reply

Run = Callable[[Context, Arguments], Reply]


def _find(context: Context, arguments: Arguments) -> Reply:
    stages = [
        {stage: arguments.body[option]}
        for option, stage in _STAGES.items()
        if arguments.body.get(option)
    ]
    kept = {name: arguments.body[name] for name in ("let", "hint") if arguments.has(name)}
    name = arguments.collection()
    cursor: Document = (
        {"batchSize": arguments.body["batchSize"]} if arguments.has("batchSize") else {}
    )
    body = {"aggregate": name, "pipeline": stages, "cursor": cursor, **kept}
    single = arguments.flag("singleBatch")
    return run_pipeline(context, Arguments("aggregate", body, {}), name, single=single)


# In the order in which `find` does it.
_STAGES: Final = {
    "filter": "$match",
    "sort": "$sort",
    "skip": "$skip",
    "limit": "$limit",
    "projection": "$project",
}


def _count(context: Context, arguments: Arguments) -> Reply:
    skip, limit = arguments.integer("skip"), abs(arguments.integer("limit", least=None))
    with context.reading() as connection:
        reader = PipelineReader(context, connection)
        found = reader.find(arguments.collection(), arguments.document("query"), {}, 0)
        number = sum(1 for _ in islice(found, skip, skip + limit if limit else None))
    return {"n": number, "ok": 1.0}


def _distinct(context: Context, arguments: Arguments) -> Reply:
    with context.reading() as connection:
        reader = PipelineReader(context, connection)
        found = reader.find(arguments.collection(), arguments.document("query"), {}, 0)
        return find.distinct_reply(arguments, found)


def _or_view(of_collection: Run, of_view: Run) -> Run:
    def run(context: Context, arguments: Arguments) -> Reply:
        try:
            return of_collection(context, arguments)
        except NotACollectionError:
            return of_view(context, arguments)

    return run


COMMANDS: Final = {
    name: replace(find.COMMANDS[name], run=_or_view(find.COMMANDS[name].run, of_view))
    for name, of_view in {"find": _find, "count": _count, "distinct": _distinct}.items()
}

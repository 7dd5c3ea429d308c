"""`explain` in MongoDB's shape: the plan, and what running it has touched."""

import time
from collections.abc import Mapping
from typing import Any, NamedTuple

from infra.embedded.aggregation import PipelineReader
from infra.embedded.bson_types import Document
from infra.embedded.candidates import Scan
from infra.embedded.context import Context
from infra.embedded.execution import Effort, find_rows
from infra.embedded.output import Output
from infra.embedded.pipeline import compile_pipeline
from infra.embedded.planner import Plan
from infra.embedded.reading import Query
from infra.embedded.shown_bounds import shown_bounds


class Pipeline(NamedTuple):
    """An aggregation taken apart.

    Attributes:
        query: the read that it begins with.
        rest: the stages after it.
        output: the stage at the end that writes, if any.
    """

    query: Query
    rest: list[Mapping[str, Any]]
    output: Output | None


def explain_query(context: Context, collection_name: str, query: Query) -> Document:
    """Explain a find, count, distinct, update or delete, by running its read."""
    with context.reading() as connection:
        collection = context.find_collection(connection, collection_name)
        if collection is None:
            return _report(context, collection_name, {"stage": "EOF"}, Effort(), 0, 0.0)
        plan = query.plan(connection, collection)
        effort, started = Effort(), time.perf_counter()
        rows = find_rows(
            connection,
            plan,
            query.sort,
            context.deadline,
            skip=query.skip,
            limit=query.limit,
            effort=effort,
        )
        returned = sum(1 for _ in rows)
        elapsed = time.perf_counter() - started
        return _report(context, collection_name, _stages(plan, query), effort, returned, elapsed)


def explain_pipeline(context: Context, collection_name: str, pipeline: Pipeline) -> Document:
    """Explain an aggregation: its leading read in full, the stages after it by what they are."""
    with context.reading() as connection:
        compile_pipeline(pipeline.rest, PipelineReader(context, connection), context.variables)
    read = explain_query(context, collection_name, pipeline.query)
    following = [*pipeline.rest, *([pipeline.output.stage] if pipeline.output else [])]
    if not following:
        return read
    cursor = {"queryPlanner": read["queryPlanner"], "executionStats": read["executionStats"]}
    return {"stages": [{"$cursor": cursor}, *following], "ok": 1.0}


def _report(
    context: Context,
    collection_name: str,
    winning: Document,
    effort: Effort,
    returned: int,
    elapsed_seconds: float,
) -> Document:
    return {
        "explainVersion": "1",
        "queryPlanner": {
            "namespace": f"{context.database}.{collection_name}",
            "winningPlan": winning,
            "rejectedPlans": [],
        },
        "executionStats": {
            "executionSuccess": True,
            "nReturned": returned,
            "executionTimeMillis": round(elapsed_seconds * 1000),
            "totalKeysExamined": effort.keys_examined,
            "totalDocsExamined": effort.documents_examined,
            "executionStages": winning,
        },
        "ok": 1.0,
    }


def _stages(plan: Plan, query: Query) -> Document:
    """The stages of a plan, outermost first."""
    stage = _access(plan)
    if not plan.sorted:
        stage = {"stage": "SORT", "sortPattern": dict(query.sort), "inputStage": stage}
    if query.skip:
        stage = {"stage": "SKIP", "skipAmount": query.skip, "inputStage": stage}
    if query.limit:
        stage = {"stage": "LIMIT", "limitAmount": query.limit, "inputStage": stage}
    return stage


def _access(plan: Plan) -> Document:
    direction = "backward" if plan.backwards else "forward"
    filtered = {"filter": "the query's"} if plan.matches is not None else {}
    if plan.scans is None:
        return {"stage": "COLLSCAN", **filtered, "direction": direction}
    scans = [_index_scan(scan, direction) for scan in plan.scans]
    if plan.scans and plan.scans[0].prefixes:
        return {
            "stage": "FETCH",
            **filtered,
            "inputStage": {"stage": "SORT_MERGE", "inputStage": scans[0]},
        }
    inner = scans[0] if len(scans) == 1 else {"stage": "OR", "inputStages": scans}
    return {"stage": "FETCH", **filtered, "inputStage": inner}


def _index_scan(scan: Scan, direction: str) -> Document:
    index = scan.index
    return {
        "stage": "IXSCAN",
        "keyPattern": index.pattern,
        "indexName": index.name,
        "isMultiKey": bool(index.multikey),
        "isUnique": index.unique,
        "isSparse": index.sparse,
        "isPartial": index.partial is not None,
        "direction": direction,
        "indexBounds": shown_bounds(
            index.fields, index.directions, scan.parts, backwards=direction == "backward"
        ),
    }

"""Aggregation pipelines: from stages to one function over documents.

    leading = split_leading(stages)         what the store's read does with its indexes
    run = compile_pipeline(leading.rest, context, variables)
    run(documents)                          an iterator; nothing is read before it is asked

`context` is how `$lookup` and `$unionWith` read other collections (`stage_core.Context`). A
compiled pipeline with a `$lookup` holds the variables of the document at hand: it serves one
aggregation at a time. Stages that are not in `STAGES` are refused by name (40324).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from infra.embedded.bson_types import Document
from infra.embedded.errors import location, search_not_enabled, type_mismatch
from infra.embedded.expression_core import NO_VARIABLES, Variables
from infra.embedded.leading import Leading, split_leading
from infra.embedded.lookup import equal_to, lookup, union_with
from infra.embedded.stage_core import WRITING_STAGES, Compiler, Context, Counter, Finder, Stage
from infra.embedded.stages import STAGES as LOCAL_STAGES
from infra.embedded.stages import parse_sort, sort_and_limit, whole_number
from infra.embedded.transforms import stage_parts

__all__ = [
    "STAGES",
    "Context",
    "Counter",
    "Finder",
    "Leading",
    "Stage",
    "compile_pipeline",
    "equal_to",
    "parse_sort",
    "split_leading",
]

STAGES: Final = {**LOCAL_STAGES, "$lookup": lookup, "$unionWith": union_with}
_SEARCH_STAGES: Final = frozenset({"$listSearchIndexes", "$search", "$searchMeta", "$vectorSearch"})


def compile_pipeline(
    stages: Sequence[Mapping[str, Any]], context: Context, variables: Variables = NO_VARIABLES
) -> Stage:
    """Build the function of a pipeline.

    Args:
        stages: the documents of the stages.
        context: the other collections.
        variables: such as `NOW`.

    Raises:
        StoreError: an unknown stage (40324) or operator (168), or a malformed operand.
    """
    return _compile(stages, Compiler(context, variables, _compile))


def _compile(stages: Any, compiler: Compiler) -> Stage:
    if not isinstance(stages, Sequence):
        raise type_mismatch("'pipeline' must be an array of stages")
    parts = [stage_parts(stage) for stage in stages]
    steps: list[Stage] = []
    place = 0
    while place < len(parts):
        name, operand = parts[place]
        following = parts[place + 1] if place + 1 < len(parts) else ("", None)
        if name == "$sort" and following[0] == "$limit":
            limit = whole_number("$limit", following[1], 1)
            steps.append(sort_and_limit(parse_sort(operand), limit))
            place += 1
        else:
            steps.append(_stage(name, operand, compiler))
        place += 1

    def run(documents: Iterable[Document]) -> Iterator[Document]:
        for step in steps:
            documents = step(documents)
        return iter(documents)

    return run


def _stage(name: str, operand: Any, compiler: Compiler) -> Stage:
    if name in WRITING_STAGES:
        raise location(40601, f"{name} can only be the final stage in the pipeline")
    if name in _SEARCH_STAGES:
        raise search_not_enabled(name)
    if name not in STAGES:
        raise location(40324, f"Unrecognized pipeline stage name: '{name}'")
    return STAGES[name](operand, compiler)

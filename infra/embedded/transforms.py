"""Stages that turn one document into one document: `$set`, `$unset`, `$project`, `$replaceWith`.

They make up the pipelines of updates, and pipelines of aggregations use them stage by stage.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from infra.embedded.bson_types import type_name
from infra.embedded.errors import invalid_options, location
from infra.embedded.expression_core import Variables, named_arguments
from infra.embedded.expressions import compile_expression
from infra.embedded.projection import compile_project, compile_set, compile_unset

Document = dict[str, Any]
Transform = Callable[[Document], Document]


def _set(operand: Any, variables: Variables) -> Transform:
    if not isinstance(operand, dict):
        raise location(40272, "$set specification stage must be an object")
    tree = compile_set(operand, variables)
    return lambda document: tree.apply(document, variables)


def _unset(operand: Any, variables: Variables) -> Transform:
    tree = compile_unset(operand if isinstance(operand, list) else [operand])
    return lambda document: tree.apply(document, variables)


def _project(operand: Any, variables: Variables) -> Transform:
    if not isinstance(operand, dict):
        raise location(15969, "$project specification must be an object")
    return compile_project(operand, variables).apply


def _replace_root(operand: Any, variables: Variables) -> Transform:
    named = named_arguments("$replaceRoot", operand, ("newRoot",), (), 40229)
    return _replace_with(named["newRoot"], variables)


def _replace_with(operand: Any, variables: Variables) -> Transform:
    evaluate = compile_expression(operand, variables)

    def replace(document: Document) -> Document:
        new = evaluate(document, variables)
        if type(new) is not dict:
            raise location(
                40228,
                "'newRoot' expression must evaluate to an object, but resulting value was of "
                f"type: '{type_name(new)}'",
            )
        return new

    return replace


TRANSFORMS: Final[dict[str, Callable[[Any, Variables], Transform]]] = {
    "$set": _set,
    "$addFields": _set,
    "$unset": _unset,
    "$project": _project,
    "$replaceRoot": _replace_root,
    "$replaceWith": _replace_with,
}


def compile_transforms(stages: Sequence[Mapping[str, Any]], variables: Variables) -> Transform:
    """Build the pipeline of an update.

    Raises:
        StoreError: a stage that updates do not have (72 InvalidOptions).
    """
    steps: list[Transform] = []
    for stage in stages:
        name, operand = stage_parts(stage)
        if name not in TRANSFORMS:
            raise invalid_options(f"{name} is not allowed to be used within an update")
        steps.append(TRANSFORMS[name](operand, variables))

    def run(document: Document) -> Document:
        for step in steps:
            document = step(document)
        return document

    return run


def stage_parts(stage: Any) -> tuple[str, Any]:
    """The name and operand of a stage.

    Raises:
        StoreError: it is no document with one field (40323).
    """
    if not isinstance(stage, Mapping) or len(stage) != 1:
        raise location(
            40323, "A pipeline stage specification object must contain exactly one field."
        )
    return next(iter(stage.items()))

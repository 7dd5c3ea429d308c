"""JSON Patch (RFC 6902): an entity is changed in the shape that clients see.

The entity is rendered as JSON, the steps are applied to it, and the result is read back by the type
that an update takes. What is wrong with it is said of the step that made it so.
"""

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from jsonpatch import (
    JsonPatch,
    JsonPatchException,
    JsonPatchTestFailed,
    JsonPointer,
    JsonPointerException,
)

from documents.base import EntityDocument, EntityKind
from documents.database import Row
from resolvers.errors import UserError, UserErrorCode
from resolvers.limits import PATCHED_LIMIT_BYTES
from resolvers.writing.attempt import Attempt, Review
from resolvers.writing.checks import Check, Spot, fields
from resolvers.writing.fields import target_checks
from resolvers.writing.items import OMITTED, Patch, PatchOperation, Target
from resolvers.writing.lookup import find_targets
from resolvers.writing.patch_checks import WITH_SOURCE, WITH_VALUE, patch, size_of
from resolvers.writing.rules import BatchRules

Entity = TypeVar("Entity", bound=EntityDocument)
Path = tuple[str, ...]


class StepRefusedError(Exception):
    """A step cannot be applied; `field` is the part of it that is at fault."""

    def __init__(self, field: str, code: UserErrorCode, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.code = code
        self.message = message


def patching(
    verb: str,
    model: type[Entity],
    fields_of: Callable[[Entity], Row],
    update: BatchRules[Any],
    texts: Callable[[Sequence[Patch]], list[str]] = lambda _: [],
) -> BatchRules[Patch]:
    """The rules of patches to a kind of entity, made of those of its updates."""

    async def prepare(attempt: Attempt[Patch]) -> None:
        found = [
            (index, item, fields_of(document))
            for index, item, document in await find_targets(attempt, model)
        ]
        updates = as_updates(attempt, found, update.checks)
        errors: list[UserError] = []
        await update.prepare(attempt.about(updates, errors))
        patches = dict(attempt.items)
        attempt.errors += [_moved(each, attempt, patches) for each in errors]

    return BatchRules(verb, update.kind, patch_checks(update.kind), prepare, texts)


def patch_checks(kind: EntityKind) -> dict[str, Check]:
    """Checks of patches to entities of a kind."""
    return target_checks(kind) | {"patch": patch}


def patched_texts(items: Sequence[Patch]) -> list[str]:
    """Texts that patches most likely give; others are seen when they are applied."""
    return [
        step.value
        for item in items
        for step in item.patch
        if step.path == "/text" and isinstance(step.value, str)
    ]


def as_updates(
    review: Review[Patch], found: Sequence[tuple[int, Patch, Row]], checks: Mapping[str, Check]
) -> list[tuple[int, Target]]:
    """The updates that patches come to; refuses those that fail, or that give what none may.

    Args:
        review: the patches.
        found: those whose entities are there, with the writable fields of these.
        checks: what the fields may be.
    """
    updates = [
        (index, _apply(review.spot(index), item, values, fields(checks)))
        for index, item, values in found
    ]
    return [(index, update) for index, update in updates if update is not None]


def _apply(spot: Spot, item: Patch, values: Row, check: Check) -> Target | None:
    document = item.shape.render(values)
    for place, step in enumerate(item.patch):
        try:
            document = _take(step, document, item.shape.read_only)
        except StepRefusedError as error:
            spot.at("patch", place, error.field).refuse(error.code, error.message)
            return None
    read = item.shape.read(item, document)
    errors: list[UserError] = []
    within = Spot(errors, spot.path, spot.index)
    if isinstance(read, Target):
        check(within, read)
    else:
        for misfit in read:
            within.at(*misfit.path).refuse(UserErrorCode.INVALID_VALUE, misfit.message)
    spot.errors.extend(_blamed(each, item, len(spot.path)) for each in errors)
    return read if isinstance(read, Target) and not errors else None


def _take(step: PatchOperation, document: Any, read_only: Container[str]) -> Any:
    given = {"path": step.path, "from": step.from_ if step.op in WITH_SOURCE else ""}
    for field, pointer in given.items():
        name = _parts(str(pointer))[:1]
        if name and name[0] in read_only:
            raise StepRefusedError(
                field,
                UserErrorCode.READ_ONLY,
                f"{name[0]!r} cannot be patched. To depend on a version, send expectedVersion.",
            )
    operation = given | {"op": step.op}
    if step.value is not OMITTED:
        operation["value"] = step.value
    return _bounded(_applied(operation, document))


def _applied(operation: Row, document: Any) -> Any:
    try:
        if operation["op"] in WITH_SOURCE:
            field = "from"
            JsonPointer(operation["from"]).resolve(document)
        field = "path"
        return JsonPatch([operation]).apply(document, in_place=True)
    except JsonPatchTestFailed as error:
        raise StepRefusedError(
            "value", UserErrorCode.TEST_FAILED, "There is another value in that place, or none."
        ) from error
    except (JsonPatchException, JsonPointerException) as error:
        raise StepRefusedError(
            field,
            UserErrorCode.PATCH_FAILED,
            f"{operation['op']!r} is not possible there: the place, or what holds it, is missing.",
        ) from error


def _bounded(document: Any) -> Any:
    size = size_of(document)
    if size is None or size > PATCHED_LIMIT_BYTES:
        raise StepRefusedError(
            "path", UserErrorCode.TOO_LONG, "This makes the entity too large, or nests it too deep."
        )
    return document


def _moved(error: UserError, review: Review[Patch], patches: Mapping[int, Patch]) -> UserError:
    if error.index is None:
        return error
    depth = len(review.spot(error.index).path)
    return _blamed(error, patches[error.index], depth)


def _blamed(error: UserError, item: Patch, depth: int) -> UserError:
    """The error at the last step that touched the place that it is about."""
    path = error.field[depth:]
    steps = [
        place
        for place, step in enumerate(item.patch)
        if any(_overlap(_parts(pointer), path) for pointer in _touched(step))
    ]
    place = steps[-1] if steps else len(item.patch) - 1
    step = item.patch[place]
    field = "value" if step.op in WITH_VALUE else "path"
    return replace(
        error,
        message=f"/{'/'.join(path)}: {error.message}",
        field=(*error.field[:depth], "patch", str(place), field),
    )


def _touched(step: PatchOperation) -> Iterator[str]:
    if step.op != "test":
        yield step.path
    if step.op == "move":
        yield str(step.from_)


def _parts(pointer: str) -> Path:
    return tuple(JsonPointer(pointer).parts)


def _overlap(left: Path, right: Path) -> bool:
    """Whether one place is within the other; "-" is any place of a list."""
    return all(a in (b, "-") for a, b in zip(left, right, strict=False))

"""`$merge`: documents of a pipeline are laid over those of a collection.

Each document is compared with the one in the collection that has the same values in the fields
`on`, which a unique index must cover. Every mode but `fail` is an update pipeline with the new
document as the variable `$$new`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bson import ObjectId

from infra.embedded.bson_types import (
    MISSING,
    Document,
    decode_document,
    encode_document,
    is_null,
    type_name,
)
from infra.embedded.catalog import Collection
from infra.embedded.context import Context
from infra.embedded.errors import (
    StoreError,
    bad_value,
    location,
    missing_field,
    no_match_to_merge,
    unknown_field,
)
from infra.embedded.expression_logic import check_variable
from infra.embedded.expressions import compile_expression
from infra.embedded.paths import split_path
from infra.embedded.reading import parse_query
from infra.embedded.update import Update, compile_update
from infra.embedded.writing import Writing

_FIELDS: Final = frozenset({"into", "on", "let", "whenMatched", "whenNotMatched"})
_PIPELINES: Final[dict[str, list[Document]]] = {
    "replace": [{"$replaceWith": "$$new"}],
    "merge": [{"$replaceWith": {"$mergeObjects": ["$$ROOT", "$$new"]}}],
    "keepExisting": [],
}
_UNMATCHED: Final = frozenset({"insert", "discard", "fail"})
_NEW: Final = "new"


@dataclass(frozen=True, slots=True)
class Merge:
    """A parsed `$merge`.

    Attributes:
        into: the name of a collection, or `db` and `coll`.
        on: paths that tell documents apart.
        matched: the pipeline for a document that is there; None when there may be none.
        unmatched: `insert`, `discard` or `fail`.
        let: variables of the pipeline, computed from the new document.
    """

    into: str | Mapping[str, Any]
    on: tuple[str, ...]
    matched: Sequence[Mapping[str, Any]] | None
    unmatched: str
    let: Mapping[str, Any]

    def write(
        self,
        context: Context,
        collection: Collection,
        documents: Iterable[bytes],
        variables: Mapping[str, Any],
    ) -> None:
        """Merge documents into a collection.

        Raises:
            StoreError: no unique index is on `on` (51183), a document lacks one of the fields
                (51132, 51185), or is there (11000) or is not (13113) against the mode.
        """
        self._need_unique_index(collection)
        writing = Writing(context, collection)
        lets = {name: compile_expression(part, variables) for name, part in self.let.items()}
        bound = {**variables, **dict.fromkeys(lets, MISSING), _NEW: MISSING}
        update = None if self.matched is None else compile_update(self.matched, (), bound)
        for raw in documents:
            new = self._with_id(decode_document(raw))
            for name, evaluate in lets.items():
                bound[name] = evaluate(new, variables)
            bound[_NEW] = new
            self._merge(writing, new, update)

    def _need_unique_index(self, collection: Collection) -> None:
        for index in collection.indexes:
            if index.unique and index.partial is None and set(index.fields) == set(self.on):
                return
        raise location(51183, "Cannot find index to verify that join fields will be unique")

    def _with_id(self, new: Document) -> Document:
        if "_id" in self.on and "_id" not in new:
            return {"_id": ObjectId(), **new}
        return new

    def _merge(self, writing: Writing, new: Document, update: Update | None) -> None:
        equalities = [{path: {"$eq": _value(new, path)}} for path in self.on]
        query = parse_query({"$and": equalities}, {}, limit=1)
        rows = [] if update is None else writing.rows(query)
        for row in rows:
            if self.matched and update is not None:
                writing.apply(row, update, None)
        if rows or self.unmatched == "discard":
            return
        if self.unmatched == "fail":
            raise no_match_to_merge()
        writing.insert(encode_document(new))
        # The next document may be about this one.
        writing.flush()


def _value(document: Document, path: str) -> Any:
    value: Any = document
    for part in split_path(path):
        value = value.get(part, MISSING) if type(value) is dict else value
        if type(value) is list:
            raise location(51185, f"$merge write error: 'on' field '{path}' cannot be an array")
    if is_null(value):
        message = f"$merge write error: 'on' field '{path}' cannot be missing, null or undefined"
        raise location(51132, message)
    return value


def parse_merge(operand: Any) -> Merge:
    """Check the operand of `$merge`.

    Raises:
        StoreError: it is malformed, or its modes do not go together (51181).
    """
    if not isinstance(operand, str | dict):
        raise location(
            51182,
            f"$merge only supports a string or object argument, not {type_name(operand)}",
        )
    options: Mapping[str, Any] = {"into": operand} if isinstance(operand, str) else operand
    for field in options:
        if field not in _FIELDS:
            raise unknown_field("$merge", field)
    if not isinstance(options.get("into"), str | dict):
        raise missing_field("$merge", "into")
    matched, unmatched = (
        options.get("whenMatched", "merge"),
        options.get("whenNotMatched", "insert"),
    )
    return Merge(
        into=options["into"],
        on=_join_fields(options.get("on", "_id")),
        matched=_matched_pipeline(matched, unmatched),
        unmatched=unmatched,
        let=_let(options, matched),
    )


def _join_fields(given: Any) -> tuple[str, ...]:
    fields = [given] if isinstance(given, str) else given
    if not isinstance(fields, list) or not all(isinstance(field, str) for field in fields):
        raise location(51186, "$merge 'on' must be a string or an array of strings")
    if not fields:
        raise location(51187, "If explicitly specifying $merge 'on', must include at least one")
    if len(set(fields)) < len(fields):
        raise location(31465, "Found a duplicate field in $merge 'on'")
    return tuple(fields)


def _matched_pipeline(matched: Any, unmatched: Any) -> Sequence[Mapping[str, Any]] | None:
    if not isinstance(unmatched, str) or unmatched not in _UNMATCHED:
        raise _unknown_mode("whenNotMatched", unmatched)
    if isinstance(matched, list):
        return matched
    if not isinstance(matched, str) or matched not in {*_PIPELINES, "fail"}:
        raise _unknown_mode("whenMatched", matched)
    if matched in {"keepExisting", "fail"} and unmatched != "insert":
        raise location(
            51181,
            f"Combination of $merge modes 'whenMatched: {matched}' and 'whenNotMatched: "
            f"{unmatched}' is not supported",
        )
    return _PIPELINES.get(matched)


def _unknown_mode(field: str, value: Any) -> StoreError:
    return bad_value(
        f"Enumeration value '{value}' for field '$merge.{field}' is not a valid value."
    )


def _let(options: Mapping[str, Any], matched: Any) -> Mapping[str, Any]:
    let = options.get("let", {})
    if not isinstance(let, dict):
        raise location(51199, "$merge 'let' must be an object")
    if let and not isinstance(matched, list):
        raise location(51199, f"Cannot use 'let' variables with 'whenMatched: {matched}' mode")
    if let.get(_NEW, "$$ROOT") != "$$ROOT":
        raise location(51273, "'let' may not define a value for the reserved 'new' variable")
    return {check_variable(name): part for name, part in let.items()}

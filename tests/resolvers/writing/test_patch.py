"""Any JSON Patch whatsoever is applied as RFC 6902 has it, or refused at one of its operations."""

from copy import deepcopy
from typing import Any

import jsonpatch
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from documents.base import EntityKind
from documents.ids import DocumentId
from resolvers.errors import UserError
from resolvers.writing.attempt import Review
from resolvers.writing.checks import fields
from resolvers.writing.items import Misfit, Patch, PatchOperation, Reference, Target
from resolvers.writing.patch import as_updates, patch_checks

WORD = Reference("w", EntityKind.WORD, DocumentId())
DOCUMENT = {"text": "rose", "tags": ["red", "thorny"], "metadata": {"a": {"b": [1, None]}, "~/": 0}}

TOKENS = st.sampled_from(
    ["text", "tags", "metadata", "a", "b", "0", "1", "2", "-", "01", "-1", "~0~1", "id", "é", "$"]
)
POINTERS = st.lists(TOKENS, max_size=4).map(lambda tokens: "".join(f"/{each}" for each in tokens))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TOKENS, inner, max_size=3),
    max_leaves=5,
)
OPERATIONS = st.builds(
    PatchOperation,
    op=st.sampled_from(["add", "remove", "replace", "move", "copy", "test"]),
    path=POINTERS,
    from_=POINTERS,
    value=VALUES,
)


class AnyJson:
    """A shape that takes every object: what is applied shows in what is read."""

    read_only = frozenset({"id"})

    def __init__(self) -> None:
        self.seen: Any = None

    def render(self, values: Any) -> Any:
        return deepcopy(values)

    def read(self, patch: Patch, value: Any) -> Target | list[Misfit]:
        self.seen = value
        return Target(id=patch.id) if isinstance(value, dict) else [Misfit((), "no object")]


def run(steps: list[PatchOperation]) -> tuple[Any, list[UserError]]:
    """What the document became, and what was refused."""
    shape = AnyJson()
    item = Patch(id=WORD, patch=steps, shape=shape)
    review = Review([(0, item)], [])
    fields(patch_checks(EntityKind.WORD))(review.spot(0), item)
    if not review.errors:
        as_updates(review, [(0, item, DOCUMENT)], {})
    return shape.seen, review.errors


def plain(step: PatchOperation) -> dict[str, Any]:
    return {"op": step.op, "path": step.path, "from": step.from_, "value": step.value}


@pytest.mark.parametrize(
    "examples", [300, pytest.param(20_000, marks=pytest.mark.long)], ids=["some", "many"]
)
def test_a_patch_is_applied_or_refused_at_one_operation(examples: int) -> None:
    @settings(max_examples=examples, database=None)
    @given(st.lists(OPERATIONS, max_size=5))
    def law(steps: list[PatchOperation]) -> None:
        seen, errors = run(steps)
        for error in errors:
            assert error.field[:2] == ("items", "0")
            assert error.field[2] == "patch"
            assert 0 <= int(error.field[3]) < len(steps)
            assert error.field[4] in ("op", "path", "from", "value")
        if not errors:
            expected = jsonpatch.apply_patch(DOCUMENT, [plain(step) for step in steps])
            assert seen == expected
        # Neither the stored values nor the request are touched: a transaction may be tried again.
        assert run(steps)[1] == errors

    law()


def test_true_is_not_one_to_a_test() -> None:
    step = PatchOperation(op="test", path="/metadata/a/b/0", value=True)
    assert [error.code.value for error in run([step])[1]] == ["TEST_FAILED"]

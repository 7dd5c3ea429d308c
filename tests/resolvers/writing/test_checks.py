"""Values that are refused by themselves, and where the refusal stands."""

from typing import Any

import pytest
from batches import place
from hypothesis import given
from hypothesis import strategies as st

from documents.base import EntityKind
from documents.ids import DocumentId
from documents.vocabulary import PartOfSpeech, RelationType
from resolvers.errors import UserError
from resolvers.limits import DEFINITION_LIMIT, HEADWORD_LIMIT
from resolvers.writing.batch import check_size
from resolvers.writing.checks import Spot
from resolvers.writing.fields import LIBRARY_CHECKS, WORD_CHECKS, target_checks
from resolvers.writing.items import (
    FormItem,
    NestedDefinition,
    NestedExample,
    NewLibrary,
    NewWord,
    PronunciationItem,
    Reference,
    RelationItem,
    Removal,
    WordUpdate,
)
from resolvers.writing.metadata import metadata
from resolvers.writing.rules import check_items

WORD_ID = Reference("w", EntityKind.WORD, DocumentId())


def refused(item: object, checks: Any = WORD_CHECKS) -> list[tuple[str, str]]:
    return [(each.code.value, place(each)) for each in check_items([(0, item)], checks)]


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (NewWord(text=""), ("INVALID_VALUE", "items.0.text")),
        (NewWord(text=" \n"), ("INVALID_VALUE", "items.0.text")),
        (NewWord(text=None), ("INVALID_VALUE", "items.0.text")),
        (NewWord(text="a\0b"), ("INVALID_VALUE", "items.0.text")),
        (NewWord(text="a\ud800b"), ("INVALID_VALUE", "items.0.text")),
        (NewWord(text="a" * (HEADWORD_LIMIT + 1)), ("TOO_LONG", "items.0.text")),
        (NewWord(text="a", language="english!"), ("INVALID_VALUE", "items.0.language")),
        (NewWord(text="a", language="e" * 300), ("INVALID_VALUE", "items.0.language")),
        (NewWord(text="a", language=None), ("INVALID_VALUE", "items.0.language")),
        (NewWord(text="a", homograph=0), ("INVALID_VALUE", "items.0.homograph")),
        (NewWord(text="a", tags=["b", ""]), ("INVALID_VALUE", "items.0.tags.1")),
        (NewWord(text="a", tags=["b"] * 201), ("TOO_LONG", "items.0.tags")),
        (NewWord(text="a", etymology="e\ud800"), ("INVALID_VALUE", "items.0.etymology")),
        (
            NewWord(text="a", part_of_speech=[PartOfSpeech.NOUN, PartOfSpeech.NOUN]),
            ("DUPLICATE", "items.0.partOfSpeech.1"),
        ),
        (
            NewWord(text="a", pronunciations=[PronunciationItem(value="")]),
            ("INVALID_VALUE", "items.0.pronunciations.0.value"),
        ),
        (
            NewWord(text="a", forms=[FormItem(text="as"), FormItem(text="\ud800")]),
            ("INVALID_VALUE", "items.0.forms.1.text"),
        ),
        (
            NewWord(text="a", definitions=[NestedDefinition(text="")]),
            ("INVALID_VALUE", "items.0.definitions.0.text"),
        ),
        (
            NewWord(text="a", definitions=[NestedDefinition(text="x" * (DEFINITION_LIMIT + 1))]),
            ("TOO_LONG", "items.0.definitions.0.text"),
        ),
        (
            NewWord(
                text="a",
                definitions=[
                    NestedDefinition(text="x"),
                    NestedDefinition(text="y", examples=[NestedExample(text="\0")]),
                ],
            ),
            ("INVALID_VALUE", "items.0.definitions.1.examples.0.text"),
        ),
        (
            NewWord(
                text="a",
                definitions=[
                    NestedDefinition(
                        text="x",
                        relations=[RelationItem(type=RelationType.ALSO, target_id=WORD_ID)],
                    )
                ],
            ),
            ("WRONG_TYPE", "items.0.definitions.0.relations.0.targetId"),
        ),
    ],
)
def test_a_bad_value_is_refused_where_it_stands(item: NewWord, expected: tuple[str, str]) -> None:
    assert refused(item) == [expected]


def test_every_bad_value_of_an_item_is_told() -> None:
    item = NewWord(text="", language="?", tags=["\0"])
    assert [where for _, where in refused(item)] == [
        "items.0.text",
        "items.0.language",
        "items.0.tags.0",
    ]


def test_an_update_checks_only_what_it_gives() -> None:
    checks = target_checks(EntityKind.WORD) | WORD_CHECKS
    assert refused(WordUpdate(id=WORD_ID, etymology=None), checks) == []


@pytest.mark.parametrize(
    ("reference", "code"),
    [
        (Reference("not an id"), "INVALID_VALUE"),
        (Reference("e", EntityKind.EXAMPLE, DocumentId()), "WRONG_TYPE"),
        (Reference("l", EntityKind.LIBRARY, DocumentId()), "WRONG_TYPE"),
    ],
)
def test_an_id_of_nothing_or_of_another_type_is_refused(reference: Reference, code: str) -> None:
    assert refused(Removal(id=reference), target_checks(EntityKind.WORD)) == [(code, "items.0.id")]


@pytest.mark.parametrize("key", ["", "A", "-a", "a" * 64, "a b", "a\n", "ü"])
def test_a_library_key_of_another_form_is_refused(key: str) -> None:
    item = NewLibrary(key=key, name="n")
    assert refused(item, LIBRARY_CHECKS) == [("INVALID_VALUE", "items.0.key")]


@pytest.mark.parametrize("count", [0, 251, 10_000])
def test_a_batch_is_neither_empty_nor_too_large(count: int) -> None:
    (error,) = check_size([None] * count)
    assert error.field == ("items",)
    assert check_size([None]) == check_size([None] * 250) == []


def deep(levels: int) -> object:
    value: object = 1
    for _ in range(levels):
        value = {"a": value}
    return value


@pytest.mark.parametrize(
    "value",
    [
        [],
        "text",
        {"": 1},
        {"$set": 1},
        {"a.b": 1},
        {"a": {"b\0": 1}},
        {"a": ["\ud800"]},
        {"a": float("nan")},
        {"a": 2**63},
        {"a": "x" * 20_000},
        deep(10),
        deep(5_000),
    ],
)
def test_metadata_that_no_document_can_hold_is_refused(value: object) -> None:
    errors: list[UserError] = []
    metadata(Spot(errors, ("metadata",)), value)
    assert len(errors) == 1


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text("ab ", max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", min_size=1), inner),
    max_leaves=6,
)


@given(st.dictionaries(st.text("abc", min_size=1, max_size=5), json_values, max_size=4))
def test_other_metadata_is_taken(value: dict[str, object]) -> None:
    errors: list[UserError] = []
    metadata(Spot(errors, ("metadata",)), value)
    assert errors == [] or "nests" in errors[0].message

"""What lists can be narrowed to: typed conditions, joined by and, or and not."""

from collections.abc import Iterable
from typing import Annotated, Protocol, Self

import strawberry

from documents.database import Row
from documents.vocabulary import RelationLevel, RelationType
from resolvers.reading.filters import FilterNode, filter_query
from schema.conditions import (
    FrequencyBandCondition,
    HeadwordCondition,
    IntCondition,
    LabelCondition,
    MetadataCondition,
    PartOfSpeechCondition,
    RegisterCondition,
)

AND = "All of these hold, too."
OR = "One of these holds, too; of none at all none does."
NOT = "This does not hold."
METADATA = "All of these hold for its metadata."


class Condition(Protocol):
    """A condition on one stored field."""

    def query(self, path: str) -> Row:
        """The store's filter."""


class Filter(Protocol):
    """What all filters have in common."""

    and_: list[Self] | None
    or_: list[Self] | None
    not_: Self | None

    def conditions(self) -> list[Row]:
        """The store's filters of the fields."""


@strawberry.input(description="Which words are listed; all that is given must hold.")
class WordFilter:
    """Conditions on words."""

    and_: list["WordFilter"] | None = strawberry.field(name="and", default=None, description=AND)
    or_: list["WordFilter"] | None = strawberry.field(name="or", default=None, description=OR)
    not_: "WordFilter | None" = strawberry.field(name="not", default=None, description=NOT)
    text: HeadwordCondition | None = strawberry.field(default=None, description="The headword.")
    part_of_speech: PartOfSpeechCondition | None = strawberry.field(
        default=None, description="Its parts of speech."
    )
    language: LabelCondition | None = strawberry.field(
        default=None, description="Its language tag."
    )
    frequency_band: FrequencyBandCondition | None = strawberry.field(
        default=None, description="How common it is."
    )
    tag: LabelCondition | None = strawberry.field(default=None, description="Its tags.")
    homograph: IntCondition | None = strawberry.field(
        default=None, description="Its number among homographs."
    )
    metadata: list[MetadataCondition] | None = strawberry.field(default=None, description=METADATA)

    def conditions(self) -> list[Row]:
        """The store's filters of the fields."""
        return [
            *_on("normalized", self.text),
            *_on("part_of_speech", self.part_of_speech),
            *_on("language", self.language),
            *_on("frequency_band", self.frequency_band),
            *_on("tags", self.tag),
            *_on("homograph", self.homograph),
            *(each.query() for each in self.metadata or ()),
        ]


@strawberry.input(description="Which definitions are listed; all that is given must hold.")
class DefinitionFilter:
    """Conditions on definitions."""

    and_: list["DefinitionFilter"] | None = strawberry.field(
        name="and", default=None, description=AND
    )
    or_: list["DefinitionFilter"] | None = strawberry.field(name="or", default=None, description=OR)
    not_: "DefinitionFilter | None" = strawberry.field(name="not", default=None, description=NOT)
    key: LabelCondition | None = strawberry.field(default=None, description="Its key.")
    part_of_speech: PartOfSpeechCondition | None = strawberry.field(
        default=None, description="Its part of speech."
    )
    domain: LabelCondition | None = strawberry.field(default=None, description="Its domain.")
    register: RegisterCondition | None = strawberry.field(default=None, description="Its register.")
    frequency_band: FrequencyBandCondition | None = strawberry.field(
        default=None, description="How often it is met."
    )
    synset: LabelCondition | None = strawberry.field(
        default=None, description="The key of its synset."
    )
    source: LabelCondition | None = strawberry.field(default=None, description="Its source.")
    position: IntCondition | None = strawberry.field(
        default=None, description="Its place among the word's definitions."
    )
    metadata: list[MetadataCondition] | None = strawberry.field(default=None, description=METADATA)

    def conditions(self) -> list[Row]:
        """The store's filters of the fields."""
        return [
            *_on("key", self.key),
            *_on("part_of_speech", self.part_of_speech),
            *_on("domain", self.domain),
            *_on("usage_register", self.register),
            *_on("frequency_band", self.frequency_band),
            *_on("synset.key", self.synset),
            *_on("source", self.source),
            *_on("position", self.position),
            *(each.query() for each in self.metadata or ()),
        ]


@strawberry.input(description="Which examples are listed; all that is given must hold.")
class ExampleFilter:
    """Conditions on examples."""

    and_: list["ExampleFilter"] | None = strawberry.field(name="and", default=None, description=AND)
    or_: list["ExampleFilter"] | None = strawberry.field(name="or", default=None, description=OR)
    not_: "ExampleFilter | None" = strawberry.field(name="not", default=None, description=NOT)
    source: LabelCondition | None = strawberry.field(default=None, description="Its source.")
    position: IntCondition | None = strawberry.field(
        default=None, description="Its place among the definition's examples."
    )

    def conditions(self) -> list[Row]:
        """The store's filters of the fields."""
        return [*_on("source", self.source), *_on("position", self.position)]


@strawberry.input(description="Which documents are listed; all that is given must hold.")
class DocumentFilter:
    """Conditions on documents."""

    and_: list["DocumentFilter"] | None = strawberry.field(
        name="and", default=None, description=AND
    )
    or_: list["DocumentFilter"] | None = strawberry.field(name="or", default=None, description=OR)
    not_: "DocumentFilter | None" = strawberry.field(name="not", default=None, description=NOT)
    key: LabelCondition | None = strawberry.field(default=None, description="Its key.")
    title: LabelCondition | None = strawberry.field(default=None, description="Its title.")
    language: LabelCondition | None = strawberry.field(
        default=None, description="Its language tag."
    )
    source: LabelCondition | None = strawberry.field(default=None, description="Its source.")
    metadata: list[MetadataCondition] | None = strawberry.field(default=None, description=METADATA)

    def conditions(self) -> list[Row]:
        """The store's filters of the fields."""
        return [
            *_on("key", self.key),
            *_on("title", self.title),
            *_on("language", self.language),
            *_on("source", self.source),
            *(each.query() for each in self.metadata or ()),
        ]


@strawberry.input(description="Which chunks are listed; all that is given must hold.")
class ChunkFilter:
    """Conditions on chunks."""

    and_: list["ChunkFilter"] | None = strawberry.field(name="and", default=None, description=AND)
    or_: list["ChunkFilter"] | None = strawberry.field(name="or", default=None, description=OR)
    not_: "ChunkFilter | None" = strawberry.field(name="not", default=None, description=NOT)
    position: IntCondition | None = strawberry.field(
        default=None, description="Its place in the document."
    )
    metadata: list[MetadataCondition] | None = strawberry.field(default=None, description=METADATA)

    def conditions(self) -> list[Row]:
        """The store's filters of the fields."""
        return [
            *_on("position", self.position),
            *(each.query() for each in self.metadata or ()),
        ]


@strawberry.input(description="Which libraries are listed; all that is given must hold.")
class LibraryFilter:
    """Conditions on libraries."""

    and_: list["LibraryFilter"] | None = strawberry.field(name="and", default=None, description=AND)
    or_: list["LibraryFilter"] | None = strawberry.field(name="or", default=None, description=OR)
    not_: "LibraryFilter | None" = strawberry.field(name="not", default=None, description=NOT)
    key: LabelCondition | None = strawberry.field(default=None, description="Its key.")
    name: LabelCondition | None = strawberry.field(default=None, description="Its name.")
    language: LabelCondition | None = strawberry.field(
        default=None, description="Its language tag."
    )
    metadata: list[MetadataCondition] | None = strawberry.field(default=None, description=METADATA)

    def conditions(self) -> list[Row]:
        """The store's filters of the fields."""
        return [
            *_on("key", self.key),
            *_on("name", self.name),
            *_on("language", self.language),
            *(each.query() for each in self.metadata or ()),
        ]


WordFilterArgument = Annotated[
    WordFilter | None, strawberry.argument(description="Which words are listed.")
]
DefinitionFilterArgument = Annotated[
    DefinitionFilter | None, strawberry.argument(description="Which definitions are listed.")
]
ExampleFilterArgument = Annotated[
    ExampleFilter | None, strawberry.argument(description="Which examples are listed.")
]
DocumentFilterArgument = Annotated[
    DocumentFilter | None, strawberry.argument(description="Which documents are listed.")
]
ChunkFilterArgument = Annotated[
    ChunkFilter | None, strawberry.argument(description="Which chunks are listed.")
]
LibraryFilterArgument = Annotated[
    LibraryFilter | None, strawberry.argument(description="Which libraries are listed.")
]
RelationTypes = Annotated[
    list[RelationType] | None, strawberry.argument(description="Only relations of these types.")
]
RelationLevels = Annotated[
    RelationLevel | None, strawberry.argument(description="Only relations that join these.")
]


def query_of(filter: Filter | None) -> Row:
    """The store's filter; without one everything is listed."""
    return {} if filter is None else filter_query(_node(filter))


def _node(filter: Filter) -> FilterNode:
    return FilterNode(
        filter.conditions(),
        all_of=_nodes(filter.and_),
        any_of=None if filter.or_ is None else _nodes(filter.or_),
        none_of=_nodes([filter.not_] if filter.not_ else None),
    )


def _nodes(filters: Iterable[Filter] | None) -> list[FilterNode]:
    return [_node(each) for each in filters or ()]


def _on(path: str, condition: Condition | None) -> list[Row]:
    return [] if condition is None else [condition.query(path)]

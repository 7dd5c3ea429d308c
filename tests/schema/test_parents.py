"""Derived from the schema: whatever field is asked of 1 or of 50 objects, the store is asked alike.

For every object type a query is put together that reads many of it, by the shortest way there is,
and every field is asked of these. A field whose required arguments are not told below fails.
"""

from collections import deque
from dataclasses import dataclass
from typing import Any

import pytest
from graphql import (
    GraphQLField,
    GraphQLObjectType,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
    is_object_type,
    is_required_argument,
)
from small_library import word_text

from documents.chunk import ChunkDocument
from documents.definition import DefinitionDocument
from documents.embedding import EmbeddingDocument
from documents.job import JobDocument, JobError, JobKind, JobProgress, JobState
from documents.library import LibraryDocument
from resolvers.context import Context
from resolvers.embedding import embed_texts
from schema.schema import make_schema

MANY = 50
SCHEMA = make_schema()._schema

# What fields need to be asked for at all, or to give objects with something below them.
ARGUMENTS = {
    "Query.library": 'by: {key: "ring"}',
    "Query.libraries": "last: %N",
    "Query.word": 'by: {natural: {library: "ring", text: "Word 000"}}',
    "Query.words": 'library: "ring", first: %N',
    "Query.document": 'by: {natural: {library: "ring", key: "d000"}}',
    "Query.libraryStats": 'library: "ring"',
    "Query.lookupWords": 'library: "ring", texts: [%TEXTS]',
    "Query.searchChunks": 'input: {library: "ring", by: {text: "line"}}, first: %N',
    "Query.search": 'input: {library: "ring", by: {text: "meaning"}}, first: %N',
    # As many documents as chunks are found, whatever page of these is asked for.
    "ChunkFacets.byDocument": f"first: {MANY}",
    "ChunkFacets.byMetadata": 'path: ["number"], of: DOCUMENT',
    "Library.definitions": 'filter: {domain: {eq: "numbers"}}, first: %N',
}
# There is one of these in an answer, however much is asked for.
SINGLE = {
    "Query",
    "LibraryConnection",
    "JobConnection",
    "SearchConnection",
    "ChunkSearchConnection",
    "WordFacets",
    "ChunkFacets",
    "_Service",
}
# Most libraries of the answer are empty and have none of these; they hold values only.
FEW = {
    "PartOfSpeechCount",
    "LanguageCount",
    "FrequencyBandCount",
    "EmbeddingCount",
    "MetadataCount",
}
# What pages are made of: asked for along with the pages.
PARTS_OF_PAGES = {"nodes", "edges", "node", "pageInfo"}


@dataclass(frozen=True)
class Step:
    """One field on the way from the root to an object type."""

    parent: str
    name: str
    field: GraphQLField

    @property
    def arguments(self) -> str:
        told = ARGUMENTS.get(f"{self.parent}.{self.name}", "")
        return told or ("first: %N" if "first" in self.field.args else "")

    @property
    def is_sized(self) -> bool:
        return "%" in self.arguments

    @property
    def is_list(self) -> bool:
        return is_list_type(get_nullable_type(self.field.type))

    @property
    def target(self) -> Any:
        return get_named_type(self.field.type)

    def text(self, number: int) -> str:
        required = [name for name, each in self.field.args.items() if is_required_argument(each)]
        if required and not self.arguments:
            pytest.fail(f"Tell in ARGUMENTS how to ask for {self.parent}.{self.name}: {required}")
        texts = ", ".join(f'"{word_text(each)}"' for each in range(number))
        filled = self.arguments.replace("%N", str(number)).replace("%TEXTS", texts)
        return f"{self.name}({filled})" if filled else self.name


Way = tuple[Step, ...]


def steps_from(parent: GraphQLObjectType) -> list[Step]:
    steps = [Step(parent.name, name, field) for name, field in parent.fields.items()]
    return [step for step in steps if not is_leaf_type(step.target)]


def ways() -> dict[str, Way]:
    """For each object type the shortest way to many: by a list that has as many as is asked for."""
    root = SCHEMA.query_type
    assert root is not None
    found: dict[str, Way] = {}
    seen: set[tuple[str, bool, bool]] = set()
    waiting: deque[tuple[GraphQLObjectType, Way, bool, bool]] = deque([(root, (), False, False)])
    while waiting:
        parent, way, is_sized, is_many = waiting.popleft()
        if (parent.name, is_sized, is_many) in seen:
            continue
        seen.add((parent.name, is_sized, is_many))
        if is_many:
            found.setdefault(parent.name, way)
        for step in filter(lambda each: is_object_type(each.target), steps_from(parent)):
            sized = is_sized or step.is_sized
            waiting.append((step.target, (*way, step), sized, is_many or (sized and step.is_list)))
    assert {name for name, _, _ in seen} - SINGLE == found.keys()
    return found


def question(way: Way, selected: str, number: int) -> str:
    """Ask for objects at the end of a way: the first list on it is so long, all others have one."""
    opened = []
    for step in way:
        opened.append(step.text(number))
        number = 1 if step.is_sized else number
    return "{ " + " { ".join([*opened, selected]) + " }" * (len(way) + 1)


def content(named: Any) -> str:
    """All values of an object; of a page all its parts."""
    if not isinstance(named, GraphQLObjectType):
        return "__typename"
    told = ["__typename"]
    for name, field in named.fields.items():
        if is_leaf_type(get_named_type(field.type)):
            told.append(name)
        elif name in PARTS_OF_PAGES:
            told.append(f"{name} {{ {content(get_named_type(field.type))} }}")
    return " ".join(told)


def reached(data: Any, way: Way) -> int:
    """How many objects stand at the end of a way."""
    if isinstance(data, list):
        return sum(reached(each, way) for each in data)
    if data is None or not way:
        return int(data is not None)
    return reached(data[way[0].name], way[1:])


WAYS = ways()
TYPES = sorted(WAYS.keys() - FEW)
FIELDS = [
    step
    for name in TYPES
    for step in steps_from(SCHEMA.type_map[name])  # type: ignore[arg-type]
    if step.name not in PARTS_OF_PAGES
]
ROOTS = [step for step in steps_from(SCHEMA.query_type) if step.is_sized]  # type: ignore[arg-type]


@pytest.fixture(scope="module")
async def full_ring(ring):
    """The ring, and as many libraries and jobs as are asked for."""
    empty = [
        LibraryDocument(key=f"empty-{number:02}", name="Empty", embedding=ring.embedding)
        for number in range(MANY - 1)
    ]
    jobs = [
        JobDocument(
            kind=JobKind.REBUILD_INDEX,
            library_id=library.id,
            state=JobState.FAILED,
            progress=JobProgress(done=1),
            error=JobError(code="INTERNAL", message="It failed."),
        )
        for library in (ring, *empty)
    ]
    await LibraryDocument.insert_many(empty)
    await JobDocument.insert_many(jobs)
    yield ring
    await JobDocument.delete_all()
    await LibraryDocument.find({"name": "Empty"}).delete()


async def open_indexes(services, library_id) -> None:
    """Wait for what searches would read in the background."""
    library = await LibraryDocument.get(library_id)
    for follower in await services.semantic_indexes.all_of(library):
        assert await follower.reach(library.sequence, seconds=60)


@pytest.fixture
async def alike(ask, commands, services, full_ring):
    """Run a question about 1 and about 50 objects, and compare what the store is sent."""
    passages = [
        *await DefinitionDocument.find({"library_id": full_ring.id}).to_list(),
        *await ChunkDocument.find({"library_id": full_ring.id}).to_list(),
    ]
    await embed_texts(Context(services), full_ring, {each.text for each in passages})

    async def compare(way: Way, selected: str) -> None:
        sent = []
        if way[0].name.startswith("search"):
            await open_indexes(services, full_ring.id)
        # The first run is not counted: it may find what the others are told by a cache.
        for number in (1, 1, MANY):
            commands.sent.clear()
            data = await ask(question(way, selected, number))
            sent.append(commands.names())
        assert sent[1] == sent[2], "one command a parent"
        assert reached(data, way) >= MANY // 2

    yield compare
    await EmbeddingDocument.find({"library_id": full_ring.id}).delete()


@pytest.mark.parametrize("name", TYPES)
async def test_the_values_of_many_objects_take_no_more_commands_than_those_of_one(alike, name):
    await alike(WAYS[name], content(SCHEMA.type_map[name]))


@pytest.mark.parametrize("step", FIELDS, ids=[f"{step.parent}.{step.name}" for step in FIELDS])
async def test_a_field_of_many_objects_takes_no_more_commands_than_that_of_one(alike, step):
    selected = f"{step.text(2)} {{ {content(step.target)} }}"
    await alike(WAYS[step.parent], selected)


@pytest.mark.parametrize("step", ROOTS, ids=[step.name for step in ROOTS])
async def test_a_long_list_takes_no_more_commands_than_a_short_one(alike, step):
    way = (step,) if step.is_list else (step, Step("", "nodes", step.target.fields["nodes"]))
    await alike(way, content(way[-1].target))

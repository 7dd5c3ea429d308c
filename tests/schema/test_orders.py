"""Every order that is offered has a database index, and its pages are whole under way."""

import random
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from bson import ObjectId
from small_library import make_definition, make_word, remove_library

from documents.chunk import ChunkDocument, chunk_id
from documents.database import Database, Row
from documents.definition import SynsetReference
from documents.document import DocumentDocument, document_id
from documents.example import ExampleDocument
from documents.job import JobDocument, JobKind
from documents.library import LibraryDocument, LibraryEmbedding
from documents.text import hash_text
from documents.unit_of_work import stored
from documents.vocabulary import FrequencyBand, PartOfSpeech
from documents.word import commonness
from resolvers.context import Context
from resolvers.errors import RequestError
from resolvers.reading import relationship as relationships
from resolvers.reading.order import ASCENDING, DESCENDING, Order, OrderTerm
from resolvers.reading.page import (
    Listing,
    Page,
    Parent,
    Slice,
    Wanted,
    load_collection_page,
    load_page,
)
from resolvers.reading.relationship import Relationship

OFFERED = [
    (each, order)
    for each in vars(relationships).values()
    if isinstance(each, Relationship)
    for order in each.orders
]
NAMES = [f"{each.name} {' '.join(order.names)}" for each, order in OFFERED]
every_order = pytest.mark.parametrize(("relationship", "way"), OFFERED, ids=NAMES)
SIZE = 5


def listing_of(relationship: Relationship, way: Order) -> Listing:
    terms = zip(way.names, way.columns, strict=False)
    return Listing(
        relationship, order_by=tuple(OrderTerm(name, col.direction) for name, col in terms)
    )


class Shelf:
    """A library whose rows share most of what they are ordered by, or lack it."""

    def __init__(self, database: Database, seed: int) -> None:
        self.database = database
        self.random = random.Random(seed)
        self.numbers = count()
        self.staying: list[ObjectId] = []
        self.library = LibraryDocument(
            key=f"shelf-{seed}",
            name="Shelf",
            embedding=LibraryEmbedding(provider="hashing", name="hashing", dimension=256),
        )
        self.word = self.make_word()
        self.definition = self.make_definition()
        self.document = self.make_document()

    def make(self, collection: str) -> Any:
        makers: dict[str, Callable[[], Any]] = {
            "words": self.make_word,
            "definitions": self.make_definition,
            "examples": self.make_example,
            "libraries": self.make_library,
            "documents": self.make_document,
            "chunks": self.make_chunk,
            "jobs": self.make_job,
        }
        return makers[collection]()

    def make_word(self) -> Any:
        text = self.random.choice(["run", "Run", "RUN", "walk", "Ärger", "ﬁne"])
        part = self.random.choice([PartOfSpeech.NOUN, PartOfSpeech.VERB])
        return make_word(
            self.library.id,
            text,
            part,
            homograph=next(self.numbers) + 1,
            language=self.random.choice(["en", "de"]),
            commonness=commonness(self.random.choice([None, None, *FrequencyBand])),
        )

    def make_definition(self) -> Any:
        number = next(self.numbers)
        key = f"{self.random.choice('ab')}{number}"
        return make_definition(
            self.word if hasattr(self, "word") else self.make_word(),
            key,
            "meaning",
            position=self.random.randrange(3),
            domain=self.random.choice([None, "art", "law"]),
            part_of_speech=self.random.choice([None, PartOfSpeech.NOUN, PartOfSpeech.VERB]),
            synset=SynsetReference(key=self.random.choice("st")),
        )

    def make_example(self) -> Any:
        return ExampleDocument(
            library_id=self.library.id,
            definition_id=self.definition.id,
            position=self.random.randrange(3),
            text=f"example {next(self.numbers)}",
        )

    def make_library(self) -> Any:
        number = next(self.numbers)
        return LibraryDocument(
            key=f"{self.random.choice('ab')}-{number}",
            name=self.random.choice(["Atlas", "Book"]),
            embedding=self.library.embedding,
            metadata={"shelf": self.library.key},
        )

    def make_job(self) -> Any:
        return JobDocument(kind=JobKind.REBUILD_INDEX, library_id=self.library.id)

    def make_document(self) -> Any:
        key = f"{self.random.choice('ab')}{next(self.numbers)}"
        return DocumentDocument(
            id=document_id(self.library.id, key),
            library_id=self.library.id,
            key=key,
            title=self.random.choice(["Atlas", "Book"]),
            language="en",
        )

    def make_chunk(self) -> Any:
        text = f"line {next(self.numbers)}"
        position = self.random.randrange(3)
        return ChunkDocument(
            id=chunk_id(self.document.id, position, text),
            library_id=self.library.id,
            document_id=self.document.id,
            position=position,
            text=text,
            text_hash=hash_text(text),
        )

    async def add(self, collection: str, number: int) -> list[ObjectId]:
        made = [stored(self.make(collection)) for _ in range(number)]
        if made:
            await self.database[collection].insert_many(made)
        return [each["_id"] for each in made]

    async def disturb(self, collection: str, passing: set[ObjectId]) -> None:
        """Add rows, remove some of those that may go, and touch what nothing is ordered by."""
        passing.update(await self.add(collection, self.random.randrange(4)))
        gone = self.random.sample(sorted(passing), min(len(passing), self.random.randrange(4)))
        passing.difference_update(gone)
        await self.database[collection].delete_many({"_id": {"$in": gone}})
        await self.database[collection].update_many(
            {"_id": {"$in": self.staying}}, {"$inc": {"version": 1}}
        )


@pytest.fixture
async def shelf(services, request):
    made = Shelf(services.database, getattr(request, "param", 0))
    await made.library.insert()
    await services.database["words"].insert_one(stored(made.word))
    await services.database["definitions"].insert_one(stored(made.definition))
    await services.database["documents"].insert_one(stored(made.document))
    yield made
    await remove_library(made.library)
    await services.database["libraries"].delete_many({"metadata.shelf": made.library.key})


def parent_of(relationship: Relationship, shelf: Shelf) -> Parent:
    parents = {
        "libraries": shelf.library,
        "words": shelf.word,
        "definitions": shelf.definition,
        "documents": shelf.document,
    }
    return Parent(parents[relationship.parent].id, shelf.library.id)


async def read(services, shelf: Shelf, listing: Listing, part: Slice) -> Page:
    wanted = Wanted(columns=frozenset({"_id"}), cursors=True)
    if not listing.relationship.parent:
        return await load_collection_page(Context(services), listing, part, wanted)
    parent = parent_of(listing.relationship, shelf)
    page = await load_page(Context(services), listing, parent, part, wanted)
    assert page is not None
    return page


def turn(page: Page, *, forward: bool) -> Slice | None:
    """The part of the list behind a page; None where it ends."""
    if not (page.has_next if forward else page.has_previous):
        return None
    if forward:
        return Slice(first=SIZE, after=page.cursor(page.rows[-1]))
    return Slice(last=SIZE, before=page.cursor(page.rows[0]))


def start(*, forward: bool) -> Slice:
    return Slice(first=SIZE) if forward else Slice(last=SIZE)


def in_order(rows: list[Row], order: Order) -> list[Row]:
    """What Python takes for the order: missing values first, ids last."""
    for column in reversed(order.columns):

        def key(row: Row, path: str = column.path) -> Any:
            value: Any = row
            for step in path.split("."):
                value = None if value is None else value.get(step)
            return (value is not None, value if value is None else _comparable(value))

        rows = sorted(rows, key=key, reverse=column.direction == DESCENDING)
    return rows


def _comparable(value: Any) -> Any:
    return value.encode() if isinstance(value, str) else value


@every_order
@pytest.mark.parametrize("forward", [True, False])
@pytest.mark.parametrize(
    "shelf",
    [1, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 40))],
    indirect=True,
)
async def test_a_walk_meets_what_stays_exactly_once_whatever_comes_and_goes(
    services, shelf, relationship, way, forward
):
    collection = relationship.children
    staying = shelf.staying = await shelf.add(collection, 24)
    passing = set(await shelf.add(collection, 6))
    listing = listing_of(relationship, way)
    met: list[ObjectId] = []
    part: Slice | None = start(forward=forward)
    while part is not None:
        page = await read(services, shelf, listing, part)
        ids = [row["_id"] for row in page.rows]
        met = met + ids if forward else ids + met
        part = turn(page, forward=forward)
        await shelf.disturb(collection, passing)
    assert len(met) == len(set(met))
    kept = [each for each in met if each in set(staying)]
    rows = await services.database[collection].find({"_id": {"$in": staying}}).to_list()
    expected = [
        row["_id"]
        for row in in_order(rows, way)
        if all(path_of(row, path) == value for path, value in relationship.constant.items())
    ]
    assert kept == expected


def path_of(row: Row, path: str) -> Any:
    for step in path.split("."):
        row = row[step]
    return row


@every_order
@pytest.mark.parametrize("turned", [False, True])
async def test_the_database_index_of_an_order_reads_a_page_and_no_more(
    services, shelf, commands, relationship, way, turned
):
    await shelf.add(relationship.children, 24)
    listing = listing_of(relationship, way.flipped if turned else way)
    part: Slice | None = start(forward=True)
    while part is not None:
        commands.sent.clear()
        page = await read(services, shelf, listing, part)
        (command,) = commands.sent
        examined = 0
        for stages in reads_of(command, relationship, shelf):
            told = await explain(services.database, relationship.children, stages)
            assert "IXSCAN" in told["stages"]
            assert not told["stages"] & {"COLLSCAN", "SORT"}, told
            assert told["keys"] <= SIZE + 2
            examined += told["documents"]
        # Where the first field says little, one read for each field may find some.
        assert examined <= 4 * (SIZE + 1)
        part = turn(page, forward=True)


def reads_of(command: Row, relationship: Relationship, shelf: Shelf) -> list[list[Row]]:
    """The reads of children in a command, as pipelines of their own for one parent."""
    if not relationship.parent:
        unions = [each["$unionWith"] for each in command["pipeline"] if "$unionWith" in each]
        return [command["pipeline"], *(union["pipeline"] for union in unions)]
    lookups = [stage["$lookup"] for stage in command["pipeline"] if "$lookup" in stage]
    parent = {relationship.foreign_field: parent_of(relationship, shelf).key}
    return [[{"$match": parent}, *lookup["pipeline"]] for lookup in lookups]


async def explain(database: Database, collection: str, pipeline: list[Row]) -> Row:
    command = {"aggregate": collection, "pipeline": pipeline, "cursor": {}}
    told = await database.command("explain", command, verbosity="executionStats")
    told = told["stages"][0]["$cursor"] if "stages" in told else told
    statistics = told["executionStats"]
    return {
        "stages": set(stages_of(told["queryPlanner"]["winningPlan"])),
        "keys": statistics["totalKeysExamined"],
        "documents": statistics["totalDocsExamined"],
    }


def stages_of(plan: Row) -> list[str]:
    below = [plan["inputStage"]] if "inputStage" in plan else plan.get("inputStages", [])
    return [plan["stage"], *(name for each in below for name in stages_of(each))]


async def test_an_order_without_a_database_index_is_refused_with_those_there_are(services, shelf):
    terms = (OrderTerm("frequency", ASCENDING), OrderTerm("text", ASCENDING))
    listing = Listing(relationships.LIBRARY_WORDS, order_by=terms)
    with pytest.raises(RequestError, match="FREQUENCY DESC, TEXT ASC; by CREATED ASC"):
        await read(services, shelf, listing, start(forward=True))

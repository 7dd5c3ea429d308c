"""How much of what a library holds: counted in the store, from database indexes.

A tally is one command for any number of libraries. Each label is a count of its own, which an index
answers; grouping would read every document.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from bson import ObjectId

from documents.database import Row
from documents.library import LibraryEmbedding
from documents.vocabulary import DescribedEnum, FrequencyBand, PartOfSpeech
from resolvers.context import Context
from resolvers.loaders import load_together

# What tallies need to know of a library.
LIBRARY_COLUMNS = ("language", "embedding")
OTHERS = "others"


class EmbeddingState(DescribedEnum):
    """What there is of a text's vector."""

    PENDING = "pending", "None yet: the text is found by meaning once it is embedded."
    CURRENT = "current", "One of the library's model: it is searched."
    OTHER = "other", "One of another model: it is not searched."


@dataclass(frozen=True, slots=True)
class CountedLibrary:
    """A library that something is counted of; equal ones are counted once."""

    id: ObjectId
    language: str
    model_key: str


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of one collection by label.

    Attributes:
        name: tells tallies apart.
        collection: what is counted.
        conditions: what the documents of each label have.
        others: the field whose values are labels, too, for what the condition `OTHERS` selects;
            these documents are read one by one.
    """

    name: str
    collection: str
    conditions: Callable[[CountedLibrary], Mapping[str, Row]]
    others: str | None = None


def _whole(collection: str) -> Tally:
    return Tally(collection, collection, lambda _: {"all": {}})


def _others(field: str, value: str) -> Row:
    return {"$or": [{field: {"$lt": value}}, {field: {"$gt": value}}]}


WORDS = _whole("words")
DEFINITIONS = _whole("definitions")
EXAMPLES = _whole("examples")
DOCUMENTS = _whole("documents")
CHUNKS = _whole("chunks")
PENDING_TEXTS = Tally("pending texts", "pending_texts", lambda _: {EmbeddingState.PENDING: {}})
SYNSETS = Tally("synsets", "definitions", lambda _: {"all": {"synset.position": 0}})
BY_PART_OF_SPEECH = Tally(
    "part of speech", "words", lambda _: {each: {"part_of_speech": each} for each in PartOfSpeech}
)
BY_FREQUENCY_BAND = Tally(
    "frequency band", "words", lambda _: {each: {"frequency_band": each} for each in FrequencyBand}
)
# Most words have the language of their library.
BY_LANGUAGE = Tally(
    "language",
    "words",
    lambda library: {
        library.language: {"language": library.language},
        OTHERS: _others("language", library.language),
    },
    others="language",
)
EMBEDDINGS = Tally(
    "embeddings",
    "embeddings",
    lambda library: {
        EmbeddingState.CURRENT: {"model": library.model_key},
        EmbeddingState.OTHER: _others("model", library.model_key),
    },
)


async def load_tally(context: Context, tally: Tally, library: Row) -> dict[str, int]:
    """Counts by label, without those of nothing; one trip for all libraries that ask together.

    Args:
        context: the operation.
        tally: what is counted.
        library: has `LIBRARY_COLUMNS`.
    """
    embedding = LibraryEmbedding.model_validate(library["embedding"])
    key = CountedLibrary(library["_id"], library["language"], embedding.model_key)
    return await load_together(context, ("tally", tally.name), partial(_read, context, tally), key)


async def _read(
    context: Context, tally: Tally, libraries: list[CountedLibrary]
) -> list[dict[str, int]]:
    ids = {"$in": [library.id for library in libraries]}
    pipeline: list[Row] = [
        {"$match": {"_id": ids}},
        {"$project": {"_id": 1}},
        {"$facet": {str(library.id): _stages(tally, library) for library in libraries}},
    ]
    (found,) = await (await context.services.database["libraries"].aggregate(pipeline)).to_list()
    return [_counts(tally.conditions(library), found[str(library.id)]) for library in libraries]


def _stages(tally: Tally, library: CountedLibrary) -> list[Row]:
    lookups = [
        {
            "$lookup": {
                "from": tally.collection,
                "localField": "_id",
                "foreignField": "library_id",
                "pipeline": [
                    *([{"$match": condition}] if condition else []),
                    _counting(tally, label),
                ],
                "as": _column(place),
            }
        }
        for place, (label, condition) in enumerate(tally.conditions(library).items())
    ]
    return [{"$match": {"_id": library.id}}, *lookups]


def _counting(tally: Tally, label: str) -> Row:
    if label == OTHERS:
        return {"$group": {"_id": f"${tally.others}", "n": {"$sum": 1}}}
    return {"$count": "n"}


def _counts(conditions: Mapping[str, Row], rows: list[Row]) -> dict[str, int]:
    # A library that was deleted meanwhile has nothing.
    row = rows[0] if rows else {}
    counts: dict[str, int] = {}
    for place, label in enumerate(conditions):
        for counted in row.get(_column(place), ()):
            counts[counted.get("_id", str(label))] = counted["n"]
    return counts


def _column(place: int) -> str:
    return f"n{place}"

"""Which lists hang on which documents: data, declared once for every way of executing."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from resolvers.reading.order import DESCENDING, Column, Order, ascending


@dataclass(frozen=True, slots=True)
class Relationship:
    """One list of children that documents of a collection have."""

    # Signed into cursors: a cursor of one relationship is refused by all others.
    name: str
    parent: str
    children: str
    local_field: str
    foreign_field: str
    # Ascending; together unique among the children of one parent. The order where none is chosen.
    order: tuple[str, ...]
    # What all children have, whatever the request filters by.
    constant: Mapping[str, object] = field(default_factory=dict)
    # Children must be of the parent's library although the joined field does not tell it.
    in_library: bool = False
    # Makes one child row of each member of this list.
    unwind: str | None = None
    # Unwound children only: the definition that this field points at is read along, as `target`.
    target_field: str | None = None
    # Joins children to the parent's id and to those of its synset's leads: `$$own` and `$$leads`.
    through_leads: bool = False
    # Those that clients can choose.
    orders: tuple[Order, ...] = ()


# A list that hangs on nothing: the whole collection.
LIBRARIES = Relationship(
    "libraries",
    "",
    "libraries",
    "",
    "",
    ("key",),
    orders=(
        ascending("key", names=("key",)),
        ascending("name", "_id", names=("name",)),
        ascending("_id", names=("created",)),
    ),
)
JOBS = Relationship(
    "jobs", "", "jobs", "", "", ("_id",), orders=(ascending("_id", names=("created",)),)
)
LIBRARY_WORDS = Relationship(
    "Library.words",
    "libraries",
    "words",
    "_id",
    "library_id",
    ("normalized", "_id"),
    orders=(
        ascending("normalized", "_id", names=("text",)),
        ascending("text", "part_of_speech_key", "homograph", names=("spelling",)),
        ascending("language", "normalized", "_id", names=("language", "text")),
        Order(
            (Column("commonness", DESCENDING, least=0), Column("normalized"), Column("_id")),
            names=("frequency", "text"),
        ),
        ascending("_id", names=("created",)),
    ),
)
LIBRARY_WORDS_BY_KEY = Relationship(
    "Library.wordsByKey",
    "libraries",
    "words",
    "_id",
    "library_id",
    ("text", "part_of_speech_key", "homograph"),
)
LIBRARY_DEFINITIONS = Relationship(
    "Library.definitions",
    "libraries",
    "definitions",
    "_id",
    "library_id",
    ("_id",),
    orders=(
        ascending("_id", names=("id",)),
        ascending("key", names=("key",)),
        Order((Column("part_of_speech", least=""), Column("_id")), names=("part_of_speech",)),
        Order((Column("domain", least=""), Column("_id")), names=("domain",)),
    ),
)
LIBRARY_EXAMPLES = Relationship(
    "Library.examples",
    "libraries",
    "examples",
    "_id",
    "library_id",
    ("_id",),
    orders=(ascending("_id", names=("id",)),),
)
LIBRARY_SYNSETS = Relationship(
    "Library.synsets",
    "libraries",
    "definitions",
    "_id",
    "library_id",
    ("synset.key", "_id"),
    constant={"synset.position": 0},
    orders=(ascending("synset.key", "_id", names=("key",)),),
)
WORD_DEFINITIONS = Relationship(
    "Word.definitions",
    "words",
    "definitions",
    "_id",
    "word_id",
    ("position", "_id"),
    orders=(ascending("position", "_id", names=("position",)),),
)
DEFINITION_EXAMPLES = Relationship(
    "Definition.examples",
    "definitions",
    "examples",
    "_id",
    "definition_id",
    ("position", "_id"),
    orders=(ascending("position", "_id", names=("position",)),),
)
SYNSET_DEFINITIONS = Relationship(
    "Synset.definitions",
    "definitions",
    "definitions",
    "synset.key",
    "synset.key",
    ("synset.position", "_id"),
    in_library=True,
)

LIBRARY_DOCUMENTS = Relationship(
    "Library.documents",
    "libraries",
    "documents",
    "_id",
    "library_id",
    ("key",),
    orders=(ascending("key", names=("key",)), ascending("title", "_id", names=("title",))),
)
LIBRARY_CHUNKS = Relationship(
    "Library.chunks",
    "libraries",
    "chunks",
    "_id",
    "library_id",
    ("_id",),
    orders=(ascending("_id", names=("id",)),),
)
DOCUMENT_CHUNKS = Relationship(
    "Document.chunks",
    "documents",
    "chunks",
    "_id",
    "document_id",
    ("position", "_id"),
    orders=(ascending("position", "_id", names=("position",)),),
)

RELATION_ORDER = ("relations.type", "relations.level", "relations.target_id")

DEFINITION_RELATIONS = Relationship(
    "Definition.relations",
    "definitions",
    "definitions",
    "_id",
    "_id",
    RELATION_ORDER,
    unwind="relations",
    target_field="relations.target_id",
)
DEFINITION_INCOMING_RELATIONS = Relationship(
    "Definition.incomingRelations",
    "definitions",
    "definitions",
    "targets",
    "relations.target_id",
    ("_id", *RELATION_ORDER),
    unwind="relations",
    in_library=True,
    through_leads=True,
)

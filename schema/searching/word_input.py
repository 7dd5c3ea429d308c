"""A search for words, as it is asked for."""

import strawberry

from documents.base import EntityKind
from documents.vocabulary import FrequencyBand, PartOfSpeech, RelationType
from resolvers.errors import RequestError
from resolvers.restrictions.pattern import check_pattern
from resolvers.restrictions.relatives import MAX_STEPS, Kinship
from resolvers.restrictions.word_columns import WordWish
from resolvers.searching.request import SearchMode, SearchRequest
from schema.node import decode_node_id
from schema.searching.asked import DIVERSITY, SearchBy, allowed, check_diversity

MAX_LIBRARIES = 10


@strawberry.input(
    description="Only what is so related to a word or definition, however many steps it takes; "
    "it is not itself among that."
)
class RelationCondition:
    """Only kinds of something."""

    of: strawberry.ID = strawberry.field(
        description="The id of a word or definition. In other libraries nothing is related to it."
    )
    type: list[RelationType] = strawberry.field(
        default_factory=lambda: [RelationType.HYPONYM, RelationType.INSTANCE_HYPONYM],
        description="What results are of it: its kinds, if nothing else is given.",
    )
    steps: int = strawberry.field(
        default=20, description="How many relations lead to it at most, up to 30."
    )

    def kinship(self) -> Kinship:
        """The plain condition.

        Raises:
            RequestError: the id is of something else, or the number of steps makes no sense.
        """
        reference = decode_node_id(self.of)
        if reference.kind not in (EntityKind.WORD, EntityKind.DEFINITION):
            raise RequestError(
                f"This is the id of a {reference.kind}: give that of a word or definition."
            )
        if not 1 <= self.steps <= MAX_STEPS:
            raise RequestError(f"The steps of a relation are 1 to {MAX_STEPS}.")
        return Kinship(reference.kind, reference.id, frozenset(self.type), self.steps)


@strawberry.input(description="Which words may be found; all conditions must hold.")
class SearchFilter:
    """Conditions on results."""

    part_of_speech: list[PartOfSpeech] | None = strawberry.field(
        default=None, description="One of these parts of speech."
    )
    language: list[str] | None = strawberry.field(
        default=None, description="One of these language tags."
    )
    frequency_band: list[FrequencyBand] | None = strawberry.field(
        default=None, description="One of these; not words of which none is known."
    )
    pattern: str | None = strawberry.field(
        default=None,
        description="What the headword looks like, as in crosswords: ? is one character, * any "
        "number of them, as in c?t and *ology. Case and width do not matter.",
    )
    min_length: int | None = strawberry.field(
        default=None, description="Fewest characters of the headword, spaces included."
    )
    max_length: int | None = strawberry.field(
        default=None, description="Most characters of the headword, spaces included."
    )
    relation: RelationCondition | None = strawberry.field(
        default=None, description="A definition that is so related to another, such as its kinds."
    )

    def words(self) -> WordWish | None:
        """What words must have; None where that is nothing.

        Raises:
            RequestError: the pattern makes no sense.
        """
        wish = WordWish(
            None if self.pattern is None else check_pattern(self.pattern),
            self.min_length,
            self.max_length,
            allowed(self.frequency_band),
        )
        return None if wish == WordWish() else wish


@strawberry.input(description="A search in one library, or in several together.")
class SearchInput:
    """What `search` takes."""

    by: SearchBy = strawberry.field(description="What is looked for.")
    mode: SearchMode = strawberry.field(
        default=SearchMode.SEMANTIC, description="What is compared with it."
    )
    library: str | None = strawberry.field(
        default=None, description="Key of the library; either this or `libraries`."
    )
    libraries: list[str] | None = strawberry.field(
        default=None,
        description="Keys of libraries that are searched together: a headword that several have is "
        "one result. At most 10. `minSequence` and `sequence` are of the first.",
    )
    filter: SearchFilter | None = strawberry.field(
        default=None, description="Which words may be found."
    )
    min_score: float | None = strawberry.field(
        default=None, description="Leaves out words that score less."
    )
    diversity: float = strawberry.field(default=0.0, description=DIVERSITY)
    min_sequence: int | None = strawberry.field(
        default=None,
        description="A `sequence` that a mutation gave: the results reflect it, or there are none.",
    )

    def request(self) -> SearchRequest:
        """The plain request."""
        wanted = self.filter or SearchFilter()
        first, *others = self._keys()
        return SearchRequest(
            library_key=first,
            more_libraries=tuple(others),
            mode=self.mode,
            text=self.by.text.value if self.by.text else None,
            vector=self.by.given_vector(),
            blend=self.by.ingredients(),
            part_of_speech=allowed(wanted.part_of_speech),
            languages=allowed(wanted.language),
            words=wanted.words(),
            kinship=wanted.relation.kinship() if wanted.relation else None,
            min_score=self.min_score,
            diversity=check_diversity(self.diversity),
            min_sequence=self.min_sequence,
        )

    def _keys(self) -> list[str]:
        """Each library once."""
        if (self.library is None) == (not self.libraries):
            raise RequestError("Name the library, or else the libraries, that are searched.")
        keys = list(dict.fromkeys(self.libraries or [self.library or ""]))
        if len(keys) > MAX_LIBRARIES:
            raise RequestError(f"At most {MAX_LIBRARIES} libraries are searched together.")
        return keys

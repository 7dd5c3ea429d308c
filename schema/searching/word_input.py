"""A search for words, as it is asked for."""

import strawberry

from documents.vocabulary import PartOfSpeech
from resolvers.errors import RequestError
from resolvers.searching.request import SearchMode, SearchRequest
from schema.searching.asked import SearchBy, allowed

MAX_LIBRARIES = 10


@strawberry.input(description="Which words may be found; all conditions must hold.")
class SearchFilter:
    """Conditions on results."""

    part_of_speech: list[PartOfSpeech] | None = strawberry.field(
        default=None, description="One of these parts of speech."
    )
    language: list[str] | None = strawberry.field(
        default=None, description="One of these language tags."
    )


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
            min_score=self.min_score,
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

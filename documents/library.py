"""A library: words and documents that are kept, searched and versioned together."""

from enum import StrEnum
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field
from pymongo import ASCENDING, IndexModel

from documents.base import EntityDocument, EntityKind, Metadata
from documents.vocabulary import IndexKind

LIBRARY_KEY_PATTERN = r"^[a-z0-9][a-z0-9-]{0,62}$"


class LibraryState(StrEnum):
    """Whether a library can be used."""

    READY = "ready"
    # Set before the first row goes, so that an interrupted deletion is seen and finished.
    DELETING = "deleting"


class LibraryEmbedding(BaseModel):
    """A model that makes vectors of the library's texts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    provider: str
    name: str
    dimension: int = Field(ge=1)
    metric: Literal["cosine", "inner_product", "squared_l2"] = "cosine"

    @property
    def model_key(self) -> str:
        """Names the model in stored embeddings: vectors of different models never meet."""
        return f"{self.provider}/{self.name}/{self.dimension}"


class LibraryIndex(BaseModel):
    """How the library's vectors are searched: a wish that the next build of its indexes fulfils."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: IndexKind = IndexKind.AUTO
    # Share of the ten nearest that searches are to find; None for the usual breadth.
    recall: float | None = Field(default=None, gt=0, lt=1)


class LibraryDocument(EntityDocument):
    """One library; `sequence` counts its committed transactions."""

    kind: ClassVar[EntityKind] = EntityKind.LIBRARY

    key: str = Field(pattern=LIBRARY_KEY_PATTERN)
    name: str
    language: str = "en"
    description: str | None = None
    license: str | None = None
    attribution: str | None = None
    source_url: str | None = None
    source_version: str | None = None
    embedding: LibraryEmbedding
    # The model that it is being embedded by anew; what is written is embedded by both.
    next_embedding: LibraryEmbedding | None = None
    # All texts have vectors of that model: indexes of these are made, and followed.
    is_next_embedded: bool | None = None
    # The model that it had before; its vectors are kept, to go back to.
    former_embedding: LibraryEmbedding | None = None
    index: LibraryIndex = Field(default_factory=LibraryIndex)
    metadata: Metadata = Field(default_factory=dict)
    sequence: int = Field(default=0, ge=0)
    state: LibraryState = LibraryState.READY
    # How often its indexes were made anew because somebody asked for it.
    index_builds: int = Field(default=0, ge=0)

    @property
    def models(self) -> list[LibraryEmbedding]:
        """Its own model, by which it is searched, and the one that is to follow."""
        following = [self.next_embedding] if self.next_embedding else []
        return [self.embedding, *following]

    @property
    def followed_models(self) -> list[LibraryEmbedding]:
        """The models whose indexes are kept up to date: one to come is, once it knows all texts."""
        return self.models if self.is_next_embedded else [self.embedding]

    class Settings:
        name = "libraries"
        keep_nulls = False
        indexes = [
            IndexModel([("key", ASCENDING)], name="key", unique=True),
            IndexModel([("name", ASCENDING), ("_id", ASCENDING)], name="name"),
        ]

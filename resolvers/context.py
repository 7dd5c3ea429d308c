"""What every rule of the domain is given: the process's parts, and the loaders of one operation."""

from dataclasses import dataclass, field
from typing import Any

from documents.database import Client, Database
from infra.cache import Cache
from infra.embeddings.registry import Embedders
from infra.settings import Settings
from resolvers.change_feed import ChangeFeed
from resolvers.index_registry import SemanticIndexes
from resolvers.job_feed import JobFeed
from resolvers.semantic_index.query_vectors import QueryVectors


@dataclass(frozen=True, slots=True)
class Services:
    """What one process has once, made by an entrypoint."""

    settings: Settings
    client: Client
    database: Database
    embedders: Embedders
    semantic_indexes: SemanticIndexes
    query_vectors: QueryVectors
    cache: Cache
    change_feed: ChangeFeed
    job_feed: JobFeed
    # Signs cursors; the same in every worker.
    cursor_key: bytes


@dataclass(slots=True)
class Context:
    """One operation. Never shared between operations: a loader remembers what it has read."""

    services: Services
    # Loaders by what they load (field, arguments, columns), made on first use.
    loaders: dict[Any, Any] = field(default_factory=dict)

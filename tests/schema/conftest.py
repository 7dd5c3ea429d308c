from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import strawberry
from pymongo import AsyncMongoClient
from pymongo.monitoring import (
    CommandFailedEvent,
    CommandListener,
    CommandStartedEvent,
    CommandSucceededEvent,
)
from small_library import remove_library, write_ring

from documents.database import Client, open_database
from documents.library import LibraryDocument
from infra.cache import Cache
from infra.embeddings.registry import Embedders
from infra.settings import Settings
from resolvers.change_feed import ChangeFeed
from resolvers.context import Context, Services
from resolvers.following import FollowerPlaces
from resolvers.index_registry import SemanticIndexes
from resolvers.job_feed import JobFeed
from resolvers.semantic_index.query_vectors import QueryVectors
from schema.schema import make_schema

RING_SIZE = 100

Ask = Callable[..., Awaitable[dict[str, Any]]]
Execute = Callable[..., Awaitable[strawberry.types.ExecutionResult]]


@dataclass
class CommandLog(CommandListener):
    """The commands that were sent to the store."""

    sent: list[dict[str, Any]] = field(default_factory=list)

    def started(self, event: CommandStartedEvent) -> None:
        self.sent.append(dict(event.command))

    def succeeded(self, event: CommandSucceededEvent) -> None:
        """Nothing to note."""

    def failed(self, event: CommandFailedEvent) -> None:
        """The caller sees it."""

    def names(self) -> list[str]:
        return [next(iter(command)) for command in self.sent]


@pytest.fixture
def commands() -> CommandLog:
    return CommandLog()


@pytest.fixture(scope="module")
async def ring(mongo_client: Client, database_name: str) -> LibraryDocument:
    """A ring of words; who changes it puts it right again."""
    await open_database(mongo_client, database_name)
    return await write_ring(mongo_client, RING_SIZE)


@pytest.fixture
async def services(
    store_uri: str,
    mongo_client: Client,
    database_name: str,
    tmp_path: Path,
    commands: CommandLog,
    ring: LibraryDocument,
) -> AsyncIterator[Services]:
    """A process whose reads are logged."""
    watched: Client = AsyncMongoClient(
        store_uri, tz_aware=True, uuidRepresentation="standard", event_listeners=[commands]
    )
    settings = Settings(data_dir=tmp_path, embedding_provider="hashing")
    embedders = Embedders(settings)
    async with watched, Cache(None) as cache:
        database = watched[database_name]
        await database.command("ping")
        commands.sent.clear()
        yield Services(
            settings=settings,
            # Documents are bound to this one; it sees what is written, the other what is read.
            client=mongo_client,
            database=database,
            embedders=embedders,
            semantic_indexes=SemanticIndexes(database, tmp_path / "indexes", wait_seconds=0.5),
            query_vectors=QueryVectors(embedders, cache),
            cache=cache,
            change_feed=ChangeFeed(database, FollowerPlaces(100)),
            job_feed=JobFeed(database, FollowerPlaces(100)),
            cursor_key=b"k" * 32,
        )


@pytest.fixture(scope="session")
def schema() -> strawberry.Schema:
    return make_schema()


@pytest.fixture
def execute(schema: strawberry.Schema, services: Services) -> Execute:
    """Run an operation with loaders of its own."""

    async def run(query: str, **variables: Any) -> strawberry.types.ExecutionResult:
        return await schema.execute(
            query, variable_values=variables, context_value=Context(services)
        )

    return run


@pytest.fixture
def ask(execute: Execute) -> Ask:
    """Run an operation that must succeed, and give its data."""

    async def run(query: str, **variables: Any) -> dict[str, Any]:
        result = await execute(query, **variables)
        assert result.errors is None, result.errors
        assert result.data is not None
        return result.data

    return run


@pytest.fixture
def refused(execute: Execute) -> Callable[..., Awaitable[str]]:
    """Run an operation that must fail, and give the code of its first error."""

    async def run(query: str, **variables: Any) -> str:
        result = await execute(query, **variables)
        assert result.errors
        cause = result.errors[0].original_error
        assert cause is not None, result.errors
        return str(getattr(cause, "code", type(cause).__name__))

    return run


@pytest.fixture
async def other_ring(ring: LibraryDocument, mongo_client: Client) -> AsyncIterator[LibraryDocument]:
    """A second library with the same keys."""
    library = await write_ring(mongo_client, 4, key="other-ring")
    yield library
    await remove_library(library)

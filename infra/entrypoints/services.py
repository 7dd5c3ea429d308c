"""Opening what one process needs: the store, the documents, the embedders."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pymongo.errors import PyMongoError

from documents.database import Client, connect, open_database
from infra.cache import Cache
from infra.embedded.launch import open_store
from infra.embeddings.registry import Embedders
from infra.entrypoints.data_folder import explained
from infra.errors import LexigraphError
from infra.secret_key import signing_key
from infra.settings import Settings
from resolvers.context import Services
from resolvers.semantic_index.query_vectors import QueryVectors
from resolvers.semantic_index.registry import SemanticIndexes


class StoreUnreachableError(LexigraphError):
    """The configured MongoDB does not answer."""

    code = "STORE_UNREACHABLE"


@asynccontextmanager
async def open_services(settings: Settings) -> AsyncIterator[Services]:
    """Open everything, and close it at the end.

    Raises:
        LexigraphError: the data folder, the store or the stored format cannot be used; says why.
    """
    with explained(settings.data_dir):
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        cursor_key = signing_key(settings)
    client = connect(await _store_uri(settings))
    try:
        await _check_reachable(client)
        database = await open_database(client, settings.mongodb_database)
        async with Cache(settings.redis_url) as cache:
            embedders = Embedders(settings.minilm_folder)
            yield Services(
                settings=settings,
                client=client,
                database=database,
                embedders=embedders,
                semantic_indexes=SemanticIndexes(database),
                query_vectors=QueryVectors(embedders, cache),
                cursor_key=cursor_key,
            )
    finally:
        await client.close()


async def _store_uri(settings: Settings) -> str:
    if settings.mongodb_uri is not None:
        return settings.mongodb_uri.get_secret_value()
    return (await asyncio.to_thread(open_store, settings.data_dir)).uri


async def _check_reachable(client: Client) -> None:
    try:
        await client.admin.command("ping")
    except PyMongoError as error:
        # The driver's message may hold the URI with its password; the type tells enough.
        raise StoreUnreachableError(
            f"The store does not answer ({type(error).__name__}). Check LEXIGRAPH_MONGODB_URI, that "
            "MongoDB runs as a replica set, and its user and password."
        ) from None

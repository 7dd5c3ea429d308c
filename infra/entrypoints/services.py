"""Opening what one process needs: the store, the documents, the embedders."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from importlib import import_module

from pymongo.errors import PyMongoError
from threadpoolctl import threadpool_limits

from documents.database import Client, connect, open_database
from infra.cache import Cache
from infra.embedded.launch import open_store
from infra.embeddings.registry import Embedders
from infra.entrypoints.data_folder import explained
from infra.entrypoints.store_keeper import store_kept_running
from infra.errors import LexigraphError
from infra.secret_key import signing_key
from infra.settings import Settings
from resolvers.change_feed import ChangeFeed
from resolvers.context import Services
from resolvers.following import FollowerPlaces
from resolvers.index_registry import SemanticIndexes
from resolvers.job_feed import JobFeed
from resolvers.semantic_index.engines import Engines
from resolvers.semantic_index.query_vectors import QueryVectors
from vectorindex.errors import EngineError


class StoreUnreachableError(LexigraphError):
    """The configured MongoDB does not answer."""

    code = "STORE_UNREACHABLE"


class EngineUnusableError(LexigraphError):
    """The configured Milvus cannot be used."""

    code = "ENGINE_UNUSABLE"


@asynccontextmanager
async def open_services(settings: Settings) -> AsyncIterator[Services]:
    """Open everything, and close it at the end.

    Raises:
        LexigraphError: the data folder, the store or the stored format cannot be used; says why.
    """
    with explained(settings.data_dir):
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        cursor_key = signing_key(settings)
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(connect(await _open_store(settings, stack)))
        await _check_reachable(client)
        database = await open_database(client, settings.mongodb_database)
        cache = await stack.enter_async_context(Cache(settings.redis_url))
        embedders = Embedders(settings)
        engines = _open_engines(settings, stack)
        indexes = SemanticIndexes(
            database,
            settings.data_dir / "indexes",
            lanes=share_cores(settings.workers),
            wait_seconds=settings.index_wait_seconds,
            engines=engines,
        )
        stack.push_async_callback(indexes.close)
        places = FollowerPlaces(settings.max_subscriptions)
        yield Services(
            settings=settings,
            client=client,
            database=database,
            embedders=embedders,
            semantic_indexes=indexes,
            query_vectors=QueryVectors(embedders, cache),
            cache=cache,
            change_feed=ChangeFeed(database, places),
            job_feed=JobFeed(database, places),
            cursor_key=cursor_key,
        )


def share_cores(workers: int) -> int:
    """How many threads of one worker may compute at once: workers x threads are the cores.

    BLAS gets one thread in each: more of ours make better use of a core than more of its.
    """
    threadpool_limits(limits=1, user_api="blas")
    return max(1, len(os.sched_getaffinity(0)) // workers)


async def _open_store(settings: Settings, stack: AsyncExitStack) -> str:
    """The URI of the store; an embedded one is looked after until the stack is closed."""
    if settings.mongodb_uri is not None:
        return settings.mongodb_uri.get_secret_value()
    store = await asyncio.to_thread(open_store, settings.data_dir)
    stack.enter_context(store_kept_running(settings.data_dir))
    return store.uri


def _open_engines(settings: Settings, stack: AsyncExitStack) -> Engines | None:
    if settings.milvus_uri is None:
        return None
    try:
        milvus = import_module("infra.entrypoints.milvus")
    except ModuleNotFoundError as error:
        raise EngineUnusableError(
            f"LEXIGRAPH_MILVUS_URI needs a client that is not installed ({error.name}): "
            "install Lexigraph with the extra milvus."
        ) from error
    try:
        engines = milvus.MilvusEngines(settings.milvus_uri.get_secret_value())
    except EngineError as error:
        raise EngineUnusableError(
            f"The Milvus of LEXIGRAPH_MILVUS_URI does not answer: {error}"
        ) from None
    stack.callback(engines.close)
    opened: Engines = engines
    return opened


async def _check_reachable(client: Client) -> None:
    try:
        await client.admin.command("ping")
    except PyMongoError as error:
        # The driver's message may hold the URI with its password; the type tells enough.
        raise StoreUnreachableError(
            f"The store does not answer ({type(error).__name__}). Check LEXIGRAPH_MONGODB_URI, "
            "that MongoDB runs as a replica set, and its user and password."
        ) from None

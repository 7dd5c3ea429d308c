"""Writes batches until it is killed: `python endless_writer.py URI DATABASE`; prints sequences."""

import asyncio
import sys
from pathlib import Path

from batches import call, word

from documents.database import connect, open_database
from infra.cache import Cache
from infra.embeddings.registry import Embedders
from infra.settings import Settings
from resolvers.change_feed import ChangeFeed
from resolvers.context import Context, Services
from resolvers.semantic_index.query_vectors import QueryVectors
from resolvers.semantic_index.registry import SemanticIndexes
from resolvers.writing.word import create_words

BATCH = 40


async def main(uri: str, name: str) -> None:
    embedders = Embedders(None)
    async with connect(uri) as client, Cache(None) as cache:
        database = await open_database(client, name)
        services = Services(
            settings=Settings(data_dir=Path(), embedding_provider="hashing"),
            client=client,
            database=database,
            embedders=embedders,
            semantic_indexes=SemanticIndexes(database, Path()),
            query_vectors=QueryVectors(embedders, cache),
            cache=cache,
            change_feed=ChangeFeed(database, 100),
            cursor_key=b"k" * 32,
        )
        number = 0
        while True:
            items = [
                word(f"{number}-{i}", f"Sense {number}-{i}.", examples=["e"]) for i in range(BATCH)
            ]
            result = await create_words(Context(services), call(*items))
            sys.stdout.write(f"{result.sequence}\n")
            sys.stdout.flush()
            number += 1


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

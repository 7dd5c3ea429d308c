"""Writes batches until it is killed: `python endless_writer.py URI DATABASE`; prints sequences."""

import asyncio
import sys

from batches import call, word
from one_process import open_process

from resolvers.context import Context
from resolvers.writing.word import create_words

BATCH = 40


async def main(uri: str, name: str) -> None:
    async with open_process(uri, name) as process:
        number = 0
        while True:
            items = [
                word(f"{number}-{i}", f"Sense {number}-{i}.", examples=["e"]) for i in range(BATCH)
            ]
            result = await create_words(Context(process.services), call(*items))
            sys.stdout.write(f"{result.sequence}\n")
            sys.stdout.flush()
            number += 1


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

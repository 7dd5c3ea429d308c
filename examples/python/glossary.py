"""Load a glossary into a library, list it, and find terms by what they mean.

    python glossary.py terms.tsv "what keeps a ship in its place" [SERVER]

Every line of the file is a term, a tab and what the term means. Loading a file again changes
nothing; loading a newer one changes what is different.
"""

import asyncio
import csv
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

from generated import (
    BatchOperationInput,
    Client,
    DefinitionUpsertInput,
    Refusal,
    WordUpsertInput,
)
from gql import Client as GqlClient
from gql.transport.httpx import HTTPXAsyncTransport

SERVER = "http://127.0.0.1:8000/graphql"
LIBRARY = "glossary"
# A batch has at most 250 operations, and a term takes two.
TERMS_A_BATCH = 125

Term = tuple[str, str]


async def main(file: Path, description: str, server: str = SERVER) -> None:
    async with connect(server) as client:
        made = await client.make_library(key=LIBRARY, name="Glossary")
        stop_at(made.upsert_libraries.user_errors)
        sequence = await load(client, read_terms(file))
        print("All terms:", ", ".join([text async for text in terms(client)]))
        # The results reflect what was loaded above, whichever worker of the server answers.
        found = await client.find_terms(library=LIBRARY, text=description, sequence=sequence)
        for edge in found.search.edges:
            print(f"{edge.node.text}: {edge.definition.text}")


@asynccontextmanager
async def connect(server: str) -> AsyncIterator[Client]:
    gql_client = GqlClient(transport=HTTPXAsyncTransport(server))
    # It sends again what was not answered.
    session = await gql_client.connect_async(reconnecting=True)
    try:
        yield Client(session)
    finally:
        await gql_client.close_async()


def read_terms(file: Path) -> list[Term]:
    with file.open(encoding="utf-8", newline="") as lines:
        return [(text, meaning) for text, meaning in csv.reader(lines, delimiter="\t")]


async def load(client: Client, terms: list[Term]) -> int | None:
    """Each batch is written whole or not at all; gives the sequence of the last one."""
    sequence = None
    for start in range(0, len(terms), TERMS_A_BATCH):
        items = list(operations(terms[start : start + TERMS_A_BATCH]))
        # Under this name the batch is run once, however often it is sent.
        request = str(uuid4())
        answer = await client.load_terms(library=LIBRARY, items=items, request=request)
        loaded = answer.apply_batch
        stop_at(loaded.user_errors)
        print(f"{loaded.created_count} created, {loaded.updated_count} updated")
        sequence = loaded.sequence
    return sequence


def operations(terms: list[Term]) -> Iterator[BatchOperationInput]:
    """A word, and a definition that refers to it by its name in this batch."""
    for number, (text, meaning) in enumerate(terms):
        word = WordUpsertInput(client_ref=f"w{number}", text=text)
        definition = DefinitionUpsertInput(word_id=f"@w{number}", key=text, text=meaning)
        yield BatchOperationInput(upsert_word=word)
        yield BatchOperationInput(upsert_definition=definition)


async def terms(client: Client) -> AsyncIterator[str]:
    """Every term of the library, page by page."""
    after = None
    while True:
        page = (await client.list_terms(library=LIBRARY, after=after)).words
        for word in page.nodes:
            yield word.text
        if not page.page_info.has_next_page:
            return
        after = page.page_info.end_cursor


def stop_at(user_errors: Sequence[Refusal]) -> None:
    if user_errors:
        sys.exit("\n".join(error.message for error in user_errors))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), *sys.argv[2:]))

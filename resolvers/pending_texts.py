"""Which texts are still to be embedded, kept beside them so that counting them costs nothing."""

from collections.abc import Iterable, Sequence

from documents.database import Row
from documents.embedding import EmbeddingDocument
from documents.library import LibraryDocument
from documents.pending_text import PendingTextDocument
from documents.unit_of_work import UnitOfWork, run_in_transaction
from resolvers.context import Context
from resolvers.semantic_index.sources import EMBEDDED


async def note_pending(unit: UnitOfWork, text_hashes: Iterable[bytes]) -> None:
    """Note which texts that are written have no vector yet, so that they can be counted."""
    hashes = list(set(text_hashes))
    if not hashes:
        return
    of_texts = {"library_id": unit.library.id, "text_hash": {"$in": hashes}}
    of_model = {"model": unit.library.embedding.model_key}
    embeddings = EmbeddingDocument.get_pymongo_collection()
    pending = PendingTextDocument.get_pymongo_collection()
    known = await embeddings.distinct("text_hash", of_texts | of_model, session=unit.session)
    noted = await pending.distinct("text_hash", of_texts, session=unit.session)
    new = set(hashes).difference(known, noted)
    if new:
        rows = [{"library_id": unit.library.id, "text_hash": digest} for digest in new]
        await pending.insert_many(rows, session=unit.session)


async def settle(unit: UnitOfWork, hashes: Sequence[bytes]) -> None:
    """The texts have their vectors with this transaction."""
    await PendingTextDocument.get_pymongo_collection().delete_many(
        {"library_id": unit.library.id, "text_hash": {"$in": hashes}}, session=unit.session
    )


async def forget_unused(context: Context, library: LibraryDocument) -> None:
    """Nobody waits for the vectors of texts that were deleted before they had any."""
    pending = context.services.database["pending_texts"]
    of_library: Row = {"library_id": library.id}

    async def work(unit: UnitOfWork) -> None:
        noted = await pending.distinct("text_hash", of_library, session=unit.session)
        said = of_library | {"text_hash": {"$in": noted}}
        used = [
            digest
            for source in EMBEDDED
            for digest in await context.services.database[source.collection].distinct(
                "text_hash", said, session=unit.session
            )
        ]
        unused = list(set(noted).difference(used))
        await pending.delete_many(
            {"text_hash": {"$in": unused}, **of_library}, session=unit.session
        )
        unit.noted = bool(unused)

    if await pending.find_one(of_library, {"_id": 1}):
        await run_in_transaction(context.services.client, library.id, work)

"""Is all well? What the store should have and has, and how far each library can be searched."""

from dataclasses import dataclass

from documents.database import DOCUMENT_MODELS, Database
from documents.library import LibraryDocument
from infra.embeddings.errors import EmbeddingError
from infra.embeddings.registry import Embedders
from resolvers.semantic_index.query_vectors import embedding_model
from resolvers.semantic_index.sources import EMBEDDED


@dataclass(frozen=True, slots=True)
class LibraryCondition:
    """One library in figures; `model_problem` is None where its model can be run here."""

    library: LibraryDocument
    words: int
    definitions: int
    texts: int
    texts_embedded: int
    model_problem: str | None


async def missing_database_indexes() -> list[str]:
    """Database indexes that the documents declare and the store lacks, as `collection.index`."""
    missing = []
    for model in DOCUMENT_MODELS:
        present = await model.get_pymongo_collection().index_information()
        declared = [index.document["name"] for index in model.Settings.indexes]
        missing += [
            f"{model.get_collection_name()}.{name}" for name in declared if name not in present
        ]
    return missing


async def library_condition(
    database: Database, embedders: Embedders, library: LibraryDocument
) -> LibraryCondition:
    """Count a library; reads every passage's text hash."""
    of_library = {"library_id": library.id}
    hashes = {
        digest
        for source in EMBEDDED
        for digest in await database[source.collection].distinct("text_hash", of_library)
    }
    embedded = await database["embeddings"].distinct(
        "text_hash", {**of_library, "model": library.embedding.model_key}
    )
    return LibraryCondition(
        library=library,
        words=await database["words"].count_documents(of_library),
        definitions=await database["definitions"].count_documents(of_library),
        texts=len(hashes),
        texts_embedded=len(hashes & set(embedded)),
        model_problem=_model_problem(embedders, library),
    )


def _model_problem(embedders: Embedders, library: LibraryDocument) -> str | None:
    try:
        embedders.get(embedding_model(library.embedding))
    except EmbeddingError as error:
        return error.message
    return None

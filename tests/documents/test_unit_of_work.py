"""Documents are stored byte for byte as Beanie would store them."""

from collections.abc import Iterator
from typing import Any

import bson
import numpy as np
import pytest
from beanie import Document
from beanie.odm.utils.dump import get_dict
from bson import ObjectId

from documents.base import EntityKind
from documents.change import ChangeDocument, ChangeEntry, ChangeOperation
from documents.database import Client, Database, open_database
from documents.definition import DefinitionDocument, Relation, SynsetReference
from documents.embedding import EmbeddingDocument, encode_vector
from documents.example import ExampleDocument
from documents.ids import DocumentId
from documents.text import hash_text
from documents.unit_of_work import stored
from documents.vocabulary import FrequencyBand, PartOfSpeech, RelationLevel, RelationType
from documents.word import Pronunciation, WordDocument, WordForm

LIBRARY_ID = DocumentId(ObjectId())
METADATA: dict[str, Any] = {"none": None, "nested": [{"deep": None, "number": 1.5}], "yes": True}


@pytest.fixture(autouse=True, scope="module")
async def database(mongo_client: Client, database_name: str) -> Database:
    """Beanie's documents know their collections only when a database is open."""
    return await open_database(mongo_client, database_name)


def documents() -> Iterator[Document]:
    word = WordDocument(
        library_id=LIBRARY_ID,
        text="über",
        normalized="uber",
        text_hash=hash_text("über"),
        language="de",
        part_of_speech=[PartOfSpeech.NOUN, PartOfSpeech.VERB],
        pronunciations=[Pronunciation(value="ybɐ"), Pronunciation(value="x", variety="GB")],
        forms=[WordForm(text="ue")],
        frequency_band=FrequencyBand.COMMON,
        metadata=METADATA,
    )
    definition = DefinitionDocument(
        library_id=LIBRARY_ID,
        word_id=word.id,
        key="k",
        text="above",
        text_hash=hash_text("above"),
        part_of_speech=PartOfSpeech.NOUN,
        synset=SynsetReference(key="s"),
        relations=[
            Relation(type=RelationType.ALSO, level=RelationLevel.SYNSET, target_id=LIBRARY_ID)
        ],
        metadata=METADATA,
    )
    yield word
    yield definition
    yield ExampleDocument(library_id=LIBRARY_ID, definition_id=definition.id, text="Über uns.")
    yield EmbeddingDocument(
        library_id=LIBRARY_ID,
        model="m",
        text_hash=hash_text("above"),
        vector=encode_vector(np.ones(8, dtype=np.float32)),
    )
    entry = ChangeEntry(
        kind=EntityKind.WORD, id=word.id, operation=ChangeOperation.CREATED, version=1
    )
    yield ChangeDocument(library_id=LIBRARY_ID, sequence=1, entries=[entry])


def test_documents_are_stored_as_beanie_stores_them() -> None:
    for document in documents():
        as_beanie = get_dict(document, to_db=True, keep_nulls=False)
        assert bson.encode(stored(document)) == bson.encode(as_beanie)


def test_what_is_stored_reads_as_the_same_document() -> None:
    for document in documents():
        row = bson.decode(bson.encode(stored(document)))
        again = type(document).model_validate(row)
        assert stored(again) == stored(document)

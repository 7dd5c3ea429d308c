"""A library for tests of reading: words in a ring, written directly as documents.

Word number i is called `word 007`; even ones are nouns, odd ones verbs. Each has two definitions
with two examples each. The first definitions of words 2k and 2k+1 make a synset. Each first
definition has a hyponym (the lead of the next synset), an antonym (the second definition of its
own word) and a relation to a definition that does not exist.

There are half as many documents as words: number i has the key `d007` and three chunks, the lines
of its text.
"""

from bson import ObjectId

from documents.chunk import ChunkDocument, chunk_id
from documents.database import Client
from documents.definition import (
    DefinitionDocument,
    Relation,
    SynsetReference,
    definition_id,
)
from documents.document import Chunking, DocumentDocument, document_id
from documents.example import ExampleDocument
from documents.ids import DocumentId
from documents.library import LibraryDocument, LibraryEmbedding
from documents.text import hash_text, normalize_headword
from documents.unit_of_work import UnitOfWork, run_in_transaction
from documents.vocabulary import ChunkingMethod, PartOfSpeech, RelationLevel, RelationType
from documents.word import Pronunciation, WordDocument, WordForm, part_of_speech_key

LIBRARY_KEY = "ring"


def word_text(number: int) -> str:
    return f"Word {number:03}"


def make_word(
    library_id: ObjectId, text: str, part: PartOfSpeech, **fields: object
) -> WordDocument:
    return WordDocument.model_validate(
        {
            "library_id": library_id,
            "text": text,
            "normalized": normalize_headword(text),
            "text_hash": hash_text(text),
            "language": "en",
            "part_of_speech": [part],
            "part_of_speech_key": part_of_speech_key([part]),
            **fields,
        }
    )


def make_definition(
    word: WordDocument, key: str, text: str, **fields: object
) -> DefinitionDocument:
    return DefinitionDocument.model_validate(
        {
            "_id": definition_id(word.library_id, key),
            "library_id": word.library_id,
            "word_id": word.id,
            "key": key,
            "text": text,
            "text_hash": hash_text(text),
            "part_of_speech": word.part_of_speech[0],
            **fields,
        }
    )


async def write_ring(client: Client, size: int, key: str = LIBRARY_KEY) -> LibraryDocument:
    """Write the library described above; `size` is even."""
    library = LibraryDocument(
        key=key,
        name="A ring of words",
        license="CC0-1.0",
        embedding=LibraryEmbedding(provider="hashing", name="character-ngrams-1", dimension=256),
    )
    await library.insert()
    words = [_ring_word(library.id, number) for number in range(size)]
    definitions = [
        _ring_definition(word, number, place, size)
        for number, word in enumerate(words)
        for place in range(2)
    ]
    examples = [
        ExampleDocument(
            library_id=library.id,
            definition_id=definition.id,
            position=place,
            text=f"Example {place} of {definition.key}",
        )
        for definition in definitions
        for place in range(2)
    ]

    documents = [_ring_document(library.id, number) for number in range(size // 2)]
    chunks = [chunk for document in documents for chunk in _lines(document)]

    async def write(unit: UnitOfWork) -> None:
        await unit.insert(words)
        await unit.insert(definitions)
        await unit.insert(examples)
        await unit.insert(documents)
        await unit.insert(chunks)

    await run_in_transaction(client, library.id, write)
    return library


async def remove_library(library: LibraryDocument) -> None:
    content = (WordDocument, DefinitionDocument, ExampleDocument, DocumentDocument, ChunkDocument)
    for model in content:
        await model.find({"library_id": library.id}).delete()
    await library.delete()


def _ring_word(library_id: DocumentId, number: int) -> WordDocument:
    part = PartOfSpeech.VERB if number % 2 else PartOfSpeech.NOUN
    return make_word(
        library_id,
        word_text(number),
        part,
        tags=["third"] if number % 3 == 0 else [],
        forms=[WordForm(text=f"Words {number:03}", tag="plural")],
        pronunciations=[Pronunciation(value="wɜd", variety="British")],
    )


def _ring_definition(word: WordDocument, number: int, place: int, size: int) -> DefinitionDocument:
    key, text = f"{number:03}-{place}", f"Meaning {place} of word {number}"
    if place:
        return make_definition(word, key, text, position=place)
    next_lead = (number // 2 * 2 + 2) % size

    def relation(type: RelationType, level: RelationLevel, key: str) -> Relation:
        target = definition_id(word.library_id, key)
        return Relation(type=type, level=level, target_id=target)

    return make_definition(
        word,
        key,
        text,
        position=place,
        domain="numbers",
        synset=SynsetReference(key=f"s{number // 2:03}", ili="i1", position=number % 2),
        relations=[
            relation(RelationType.HYPONYM, RelationLevel.SYNSET, f"{next_lead:03}-0"),
            relation(RelationType.ANTONYM, RelationLevel.SENSE, f"{number:03}-1"),
            relation(RelationType.ALSO, RelationLevel.SENSE, "still-to-come"),
        ],
    )


def _ring_document(library_id: DocumentId, number: int) -> DocumentDocument:
    key = f"d{number:03}"
    return DocumentDocument(
        id=document_id(library_id, key),
        library_id=library_id,
        key=key,
        title=f"Document {number}",
        text="\n".join(f"Line {line} of {key}." for line in range(3)),
        language="en",
        source_url="https://example.org",
        metadata={"number": number},
        chunking=Chunking(method=ChunkingMethod.SENTENCES, size=1),
        chunk_count=3,
    )


def _lines(document: DocumentDocument) -> list[ChunkDocument]:
    assert document.text
    lines = document.text.split("\n")
    starts = [document.text.index(line) for line in lines]
    return [
        ChunkDocument(
            id=chunk_id(document.id, position, line),
            library_id=document.library_id,
            document_id=document.id,
            position=position,
            text=line,
            text_hash=hash_text(line),
            start=start,
            end=start + len(line),
        )
        for position, (line, start) in enumerate(zip(lines, starts, strict=True))
    ]

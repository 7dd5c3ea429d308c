"""Beanie, unmodified, on the store."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from beanie import Document, Link, PydanticObjectId, WriteRules, init_beanie
from pydantic import BaseModel, Field
from pymongo import AsyncMongoClient, IndexModel
from pymongo.errors import DuplicateKeyError


class StoreTestAuthor(Document):
    name: str

    class Settings:
        name = "authors"


class StoreTestBook(Document):
    title: str
    pages: int = 0
    tags: list[str] = Field(default_factory=list)
    author: Link[StoreTestAuthor] | None = None

    class Settings:
        name = "books"
        indexes = [IndexModel("title", unique=True), IndexModel("tags")]


class Title(BaseModel):
    title: str


@pytest.fixture
async def books(
    mongo_client: AsyncMongoClient[dict[str, Any]], database_name: str
) -> AsyncIterator[type[StoreTestBook]]:
    """An initialised model with an empty collection."""
    database = mongo_client[database_name]
    await init_beanie(database, document_models=[StoreTestAuthor, StoreTestBook])
    yield StoreTestBook
    await StoreTestBook.delete_all()


async def test_documents_are_inserted_found_changed_and_deleted(
    books: type[StoreTestBook],
) -> None:
    book = await books(title="Roget", tags=["reference"]).insert()
    assert isinstance(book.id, PydanticObjectId)
    assert await books.get(book.id) == book
    await book.update({"$push": {"tags": "words"}})
    book.pages = 700
    await book.save()
    found = await books.find_one(books.title == "Roget")
    assert found is not None
    assert (found.tags, found.pages) == (["reference", "words"], 700)
    await found.delete()
    assert await books.find_all().count() == 0


async def test_unique_indexes_of_a_model_hold(books: type[StoreTestBook]) -> None:
    await books(title="Roget").insert()
    with pytest.raises(DuplicateKeyError):
        await books(title="Roget").insert()


async def test_lists_are_sorted_projected_and_aggregated(books: type[StoreTestBook]) -> None:
    await books.insert_many([books(title=f"book {n}", pages=n) for n in range(5)])
    titles = await books.find(books.pages > 1).sort("-pages").limit(2).project(Title).to_list()
    assert [one.title for one in titles] == ["book 4", "book 3"]
    assert await books.find_all().avg(books.pages) == 2.0


async def test_links_are_fetched(books: type[StoreTestBook]) -> None:
    author = StoreTestAuthor(name="Peter")
    await books(title="Thesaurus", author=author).insert(link_rule=WriteRules.WRITE)
    found = await books.find_one(books.title == "Thesaurus", fetch_links=True)
    assert found is not None
    assert isinstance(found.author, StoreTestAuthor)
    assert found.author.name == "Peter"


async def test_upserts_and_bulk_writes(books: type[StoreTestBook]) -> None:
    await books.find_one(books.title == "new").upsert(
        {"$set": {"pages": 1}}, on_insert=books(title="new")
    )
    await books.find_one(books.title == "new").upsert(
        {"$set": {"pages": 2}}, on_insert=books(title="new")
    )
    found = await books.find(books.title == "new").to_list()
    assert [one.pages for one in found] == [2]

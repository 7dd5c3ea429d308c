"""The schema of the cases in Strawberry's normal way; its objects are made in advance."""

from typing import Any

import strawberry

from benchmarks.graphql.cases import WIDE, make_data


@strawberry.type
class Definition:
    text: str
    part_of_speech: str
    position: int
    source: str | None
    version: int


@strawberry.type
class Word:
    text: str
    definitions: list[Definition]


@strawberry.type
class Link:
    name: str
    next: "Link | None"


Wide = strawberry.type(type("Wide", (), {"__annotations__": dict.fromkeys(WIDE, str)}))


@strawberry.type
class Hit:
    score: float
    rank: int
    word: Word


@strawberry.type
class Edge:
    cursor: str
    node: Word


@strawberry.type
class PageInfo:
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@strawberry.type
class Page:
    edges: list[Edge]
    page_info: PageInfo
    total_count: int


def _chain(link: dict[str, Any] | None) -> Link | None:
    return link and Link(name=link["name"], next=_chain(link["next"]))


def _objects() -> dict[str, Any]:
    data = make_data()
    words = [
        Word(
            text=word["text"],
            definitions=[
                Definition(part_of_speech=each["partOfSpeech"], **_without(each, "partOfSpeech"))
                for each in word["definitions"]
            ],
        )
        for word in data["words"]
    ]
    pairs = zip(data["page"]["edges"], words, strict=True)
    info = PageInfo(
        has_next_page=True, has_previous_page=False, start_cursor="cursor-0", end_cursor="cursor-99"
    )
    return {
        "words": words,
        "chain": _chain(data["chain"]),
        "wide": [Wide(**each) for each in data["wide"]],
        "search": [
            Hit(score=hit["score"], rank=hit["rank"], word=words[hit["rank"]])
            for hit in data["search"]
        ],
        "page": Page(
            edges=[Edge(cursor=edge["cursor"], node=word) for edge, word in pairs],
            total_count=100,
            page_info=info,
        ),
    }


def _without(values: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key != name}


OBJECTS = _objects()


@strawberry.type
class Query:
    @strawberry.field
    def words(self) -> list[Word]:
        return OBJECTS["words"]

    @strawberry.field
    def chain(self) -> Link:
        return OBJECTS["chain"]

    @strawberry.field
    def wide(self) -> list[Wide]:  # type: ignore[valid-type]
        return OBJECTS["wide"]

    @strawberry.field
    async def search(self) -> list[Hit]:
        return OBJECTS["search"]

    @strawberry.field
    async def page(self) -> Page:
        return OBJECTS["page"]

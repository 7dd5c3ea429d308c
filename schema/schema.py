"""The schema as a whole, and its text."""

import strawberry
from strawberry.extensions import MaxTokensLimiter, ParserCache, ValidationCache
from strawberry.printer import print_schema

from schema.query import Query

MAX_TOKENS = 5_000
CACHED_DOCUMENTS = 512


def make_schema() -> strawberry.Schema:
    """The schema that is served; its caches are shared by all schemas of the process."""
    return strawberry.Schema(
        query=Query,
        extensions=[
            lambda: MaxTokensLimiter(MAX_TOKENS),
            lambda: ParserCache(maxsize=CACHED_DOCUMENTS),
            lambda: ValidationCache(maxsize=CACHED_DOCUMENTS),
        ],
    )


def sdl() -> str:
    """The schema in the schema definition language, as committed in schema.graphql."""
    return print_schema(make_schema()) + "\n"

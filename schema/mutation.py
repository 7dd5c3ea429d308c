"""The root of all mutations, put together from those of each noun."""

import strawberry

from schema.mutations.batch import BatchMutation
from schema.mutations.chunk import ChunkMutation
from schema.mutations.definition import DefinitionMutation
from schema.mutations.document import DocumentMutation
from schema.mutations.example import ExampleMutation
from schema.mutations.job import JobMutation
from schema.mutations.library import LibraryMutation
from schema.mutations.word import WordMutation


@strawberry.type(description="Every mutation is one transaction.")
class Mutation(
    LibraryMutation,
    WordMutation,
    DefinitionMutation,
    ExampleMutation,
    DocumentMutation,
    ChunkMutation,
    BatchMutation,
    JobMutation,
):
    """Fields run one after the other, as GraphQL has it."""

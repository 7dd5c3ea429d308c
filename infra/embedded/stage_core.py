"""What a pipeline stage is, what it may ask of the store, and what its builder is given."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from infra.embedded.bson_types import Document
from infra.embedded.errors import location
from infra.embedded.expression_core import Evaluate, Variables
from infra.embedded.expressions import compile_expression

Stage = Callable[[Iterable[Document]], Iterator[Document]]
# They end the pipeline of a command (`output`), and are nothing that could go on.
WRITING_STAGES: Final = frozenset({"$out", "$merge"})


class Finder(Protocol):
    """A prepared read: the documents that have one of `values` in a field."""

    def __call__(self, values: list[Any]) -> Iterable[Document]:
        """Read them, in the order and to the limit prepared."""


class Counter(Protocol):
    """A prepared count: how many documents have one of `values` in a field."""

    def __call__(self, values: list[Any]) -> int:
        """Count them."""


class Context(Protocol):
    """What a pipeline asks of the store. A `limit` of 0 is no limit."""

    def find(
        self, collection: str, filter: Mapping[str, Any], sort: Mapping[str, int], limit: int
    ) -> Iterator[Document]:
        """Read documents of a collection, using its indexes."""

    def finder(
        self,
        collection: str,
        field: str,
        filter: Mapping[str, Any],
        sort: Mapping[str, int],
        limit: int,
    ) -> Finder:
        """Prepare the read of one `$lookup`, which is then done for every local document.

        It gives what `find` gives for `equal_to(field, values)` together with `filter`.
        """

    def counter(self, collection: str, field: str, filter: Mapping[str, Any]) -> Counter:
        """Prepare the count of what a finder without a limit would give."""


@dataclass(frozen=True, slots=True)
class Compiler:
    """What a stage's builder may use."""

    context: Context
    variables: Variables
    pipeline: Callable[[Any, "Compiler"], Stage]

    def expression(self, operand: Any) -> Evaluate:
        """Compile an expression with the variables of this place."""
        return compile_expression(operand, self.variables)

    def inside(self, variables: Variables) -> "Compiler":
        """The compiler for a pipeline inside a stage."""
        return Compiler(self.context, variables, self.pipeline)


def writing_stage(stages: Iterable[Any]) -> str | None:
    """The first stage of a pipeline that writes, by name."""
    for stage in stages:
        if isinstance(stage, Mapping) and not WRITING_STAGES.isdisjoint(stage):
            return str(next(iter(stage)))
    return None


def refuse_writing(stages: Iterable[Any], place: str, code: int) -> None:
    """Refuse a pipeline that would write where it may only read."""
    name = writing_stage(stages)
    if name is not None:
        raise location(code, f"{name} is not allowed to be used within a {place}")

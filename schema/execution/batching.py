"""Fields that are found for many objects at once, declared once for both ways of executing."""

from abc import abstractmethod
from collections.abc import Awaitable, MutableMapping, Sequence
from typing import Any, Self, get_args

from strawberry import Info
from strawberry.annotation import StrawberryAnnotation
from strawberry.dataloader import DataLoader
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver
from typing_extensions import override


class BatchField(StrawberryField):
    """A field whose resolver finds it for many objects: all that ask for it at the same moment.

        @batched
        @staticmethod
        async def author(books: strawberry.Parent[Sequence["Book"]], info: Info) -> list[Author]:
            return await authors_of([book.author_id for book in books])

    What it gives is a list with a value for each object, in their order; an exception in it is the
    error of its object. The field's type is that of one value. `info` is that of the first object.
    """

    @override
    def __call__(self, resolver: Any) -> Self:
        """Take a resolver whose values come in a list."""
        made = StrawberryResolver(resolver)
        listed = made.type_annotation
        if listed is not None:
            (each,) = get_args(listed.annotation)
            made.type_annotation = StrawberryAnnotation(each, namespace=listed.namespace)
        return super().__call__(made)

    @abstractmethod
    def loaders(self, info: Info) -> MutableMapping[Any, Any]:
        """Where the loaders of an operation are kept."""

    def find_all(self, sources: Sequence[Any], arguments: dict[str, Any]) -> Any:
        """The values for many objects, or something to await."""
        resolver = self.base_resolver
        if resolver is None or resolver.parent_parameter is None:
            raise TypeError(f"{self.python_name} takes no strawberry.Parent of many objects.")
        return resolver(**{**arguments, resolver.parent_parameter.name: sources})

    def get_result(
        self,
        source: Any,
        info: Info | None,
        args: list[Any],  # noqa: ARG002 - the framework's signature
        kwargs: Any,
    ) -> Awaitable[Any]:
        """For graphql-core, which asks for one object after the other."""
        if info is None:
            raise TypeError(f"{self.python_name} takes no info.")
        loaders = self.loaders(info)
        name = (self, *map(id, info._raw_info.field_nodes))
        if name not in loaders:

            async def load(sources: list[Any]) -> list[Any]:
                found: list[Any] = await self.find_all(sources, kwargs)
                return found

            loaders[name] = DataLoader(load, cache=False)
        loader: DataLoader[Any, Any] = loaders[name]
        return loader.load(source)

"""What mutations by JSON Patch take."""

from typing import Any

import strawberry
from strawberry import UNSET
from strawberry.scalars import JSON

from resolvers.writing.items import Patch, PatchOperation
from resolvers.writing.result import BatchCall
from schema.fields import Info
from schema.inputs.batch import EXPECTED_VERSION, ID, BatchInput, LibrariesInput, call_with
from schema.inputs.conversion import described_input, reference, to_item
from schema.inputs.shape import InputShape


@described_input
class PatchOperationInput:
    """One operation of a JSON Patch, written as in RFC 6902."""

    op: str = strawberry.field(description="One of add, remove, replace, move, copy, test.")
    path: str = strawberry.field(
        description="A JSON pointer into the fields that an update takes, such as '/tags/0'."
    )
    from_: str | None = strawberry.field(
        name="from", default=UNSET, description="Where move and copy take the value from."
    )
    value: JSON | None = strawberry.field(
        default=UNSET, description="What add, replace and test are about; null is a value."
    )


@described_input
class EntityPatchInput:
    """Operations that change one entity: all of them or, if one fails, none.

    They see the fields that an update takes, all of them: null where there is nothing.
    """

    id: strawberry.ID = strawberry.field(description=ID)
    expected_version: int | None = strawberry.field(default=UNSET, description=EXPECTED_VERSION)
    patch: list[PatchOperationInput] = strawberry.field(
        description="At most 100, applied in order; their values take at most 65,536 bytes."
    )

    def item(self, shape: InputShape) -> Patch:
        """The plain item."""
        version = None if self.expected_version is UNSET else self.expected_version
        return Patch(
            id=reference(self.id),
            expected_version=version,
            patch=[to_item(PatchOperation, each) for each in self.patch],
            shape=shape,
        )


def patches_of(
    info: Info,
    given: BatchInput[EntityPatchInput] | LibrariesInput[EntityPatchInput],
    update_input: type[Any],
    node_type: type[Any],
) -> BatchCall[Patch]:
    """The batch as the rules take it.

    Args:
        info: of the field.
        given: the batch.
        update_input: what an update of the entities takes.
        node_type: the entities' type.
    """
    shape = InputShape(info, update_input, node_type)
    return call_with(given, [each.item(shape) for each in given.items])

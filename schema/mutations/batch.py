"""The mutation that mixes operations."""

from typing import Annotated

import strawberry

from resolvers.writing.mixed import apply_batch
from resolvers.writing.result import ItemStatus
from schema.fields import Info, resolved
from schema.inputs.batch import BATCH
from schema.inputs.operation import ApplyBatchInput, operations_of
from schema.node import Node
from schema.payload import BatchPayload


@strawberry.type(description="What came of a mixed batch.")
class ApplyBatchPayload(BatchPayload[Node]):
    """Nodes of any type."""

    @resolved("How many items made something.")
    def created_count(self) -> int:
        """Without what was nested in them."""
        return self.result.count(ItemStatus.CREATED)

    @resolved("How many items changed something.")
    def updated_count(self) -> int:
        """Without those that found the values there already."""
        return self.result.count(ItemStatus.UPDATED)

    @resolved("How many items found their values there already.")
    def unchanged_count(self) -> int:
        """They keep their version."""
        return self.result.count(ItemStatus.UNCHANGED)

    @resolved("How many items deleted something.")
    def deleted_count(self) -> int:
        """Without what hung on them."""
        return self.result.count(ItemStatus.DELETED)


@strawberry.type
class BatchMutation:
    """The field that the root takes from here."""

    @resolved("Run operations of any kind on one library, in order, in one transaction.")
    async def apply_batch(
        self, info: Info, input: Annotated[ApplyBatchInput, BATCH]
    ) -> ApplyBatchPayload:
        """See `resolvers.writing.mixed`."""
        return ApplyBatchPayload(result=await apply_batch(info.context, operations_of(info, input)))

"""Where following begins."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

import strawberry

from documents.base import EntityKind
from schema.change import LibraryChange
from schema.fields import Info, followed
from schema.job import Job
from schema.node import decode_node_id_of
from schema.query import LibraryKey, NodeId

AfterSequence = Annotated[
    int | None,
    strawberry.argument(
        description="The last sequence that is known, so that nothing after it is missed; only "
        "what is new, if left out."
    ),
]


@strawberry.type(description="Where following begins.")
class Subscription:
    """The root of subscriptions."""

    @followed(
        "The changes of a library in their order, each once. After a reconnection, go "
        "on after the last `sequence` that was received."
    )
    async def library_changes(
        self, info: Info, library: LibraryKey, after_sequence: AfterSequence = None
    ) -> AsyncGenerator[LibraryChange, None]:
        """One change for each transaction."""
        context = info.context
        feed = context.services.change_feed
        async with aclosing(feed.follow(library, after_sequence)) as changes:
            async for change in changes:
                # The one before has been answered: nothing read for it may be taken for new.
                context.loaders.clear()
                yield LibraryChange(row=change)

    @followed("A job as it is, then each time there is news of it, until it is over.")
    async def job_progress(self, info: Info, id: NodeId) -> AsyncGenerator[Job, None]:
        """The last one tells what came of it."""
        context = info.context
        job_id = decode_node_id_of(EntityKind.JOB, id)
        async with aclosing(context.services.job_feed.follow(job_id)) as news:
            async for row in news:
                context.loaders.clear()
                yield Job(row=row)

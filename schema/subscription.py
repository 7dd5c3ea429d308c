"""Where following begins."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

import strawberry

from schema.change import LibraryChange
from schema.fields import Info, followed
from schema.query import LibraryKey

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

"""Mutations that ask for jobs, and the one that calls them off."""

from typing import Annotated

import strawberry

from documents.base import EntityKind
from documents.job import JobKind
from resolvers.job_requests import JobRequest, cancel_job, request_job
from resolvers.reembedding.request import request_dropping, request_reembedding
from schema.costs import BATCH, about
from schema.fields import Info, resolved
from schema.inputs.conversion import reference
from schema.inputs.job import (
    CancelJobInput,
    DropFormerVectorsInput,
    RebuildIndexInput,
    ReembedLibraryInput,
)
from schema.job import Job
from schema.links import load_node
from schema.payload import UserError, public_errors

INPUT = strawberry.argument(description="What is meant.")


@strawberry.type(description="A job that was asked for, or called off.")
class JobPayload:
    """What the payloads of all mutations about jobs share."""

    request: strawberry.Private[JobRequest]

    @resolved("The job as it is now; null if there is none.")
    async def job(self, info: Info) -> Job | None:
        """Reads the selected columns only."""
        job_id = self.request.job_id
        job: Job | None = await load_node(info, EntityKind.JOB, job_id) if job_id else None
        return job

    @resolved("Why there is none.", size=about(1))
    def user_errors(self) -> list[UserError]:
        """At most one."""
        return public_errors(self.request.errors)


@strawberry.type(description="What came of asking for new indexes.")
class RebuildIndexPayload(JobPayload):
    """See `JobPayload`."""


@strawberry.type(description="What came of asking for another embedding model.")
class ReembedLibraryPayload(JobPayload):
    """See `JobPayload`."""


@strawberry.type(description="What came of giving up the former vectors.")
class DropFormerVectorsPayload(JobPayload):
    """See `JobPayload`."""


@strawberry.type(description="What came of calling off a job.")
class CancelJobPayload(JobPayload):
    """See `JobPayload`."""


@strawberry.type
class JobMutation:
    """The fields that the root takes from here."""

    @resolved(
        "Make a library's indexes anew, as a job; searches use the old ones until then.",
        cost=BATCH,
    )
    async def rebuild_index(
        self, info: Info, input: Annotated[RebuildIndexInput, INPUT]
    ) -> RebuildIndexPayload:
        """See `resolvers.index_rebuilding`."""
        asked = await request_job(info.context, JobKind.REBUILD_INDEX, input.library)
        return RebuildIndexPayload(request=asked)

    @resolved(
        "Embed a library by another model, as a job. Searches are answered by the one it has until"
        " all texts have new vectors; the former ones are kept, so that the way back is short.",
        cost=BATCH,
    )
    async def reembed_library(
        self, info: Info, input: Annotated[ReembedLibraryInput, INPUT]
    ) -> ReembedLibraryPayload:
        """See `resolvers.reembedding`."""
        asked = await request_reembedding(info.context, input.library, input.wish())
        return ReembedLibraryPayload(request=asked)

    @resolved(
        "Remove the vectors of a library's former model, and of attempts that were cancelled, as a"
        " job.",
        cost=BATCH,
    )
    async def drop_former_vectors(
        self, info: Info, input: Annotated[DropFormerVectorsInput, INPUT]
    ) -> DropFormerVectorsPayload:
        """See `resolvers.reembedding`."""
        asked = await request_dropping(info.context, input.library)
        return DropFormerVectorsPayload(request=asked)

    @resolved(
        "Call off a job; one that runs stops within about a second, one that is over stays.",
        cost=BATCH,
    )
    async def cancel_job(
        self, info: Info, input: Annotated[CancelJobInput, INPUT]
    ) -> CancelJobPayload:
        """See `resolvers.jobs.queue`."""
        return CancelJobPayload(request=await cancel_job(info.context, reference(input.id)))

"""Removing the vectors of models that a library has no more."""

from functools import partial
from typing import Any, Final

from documents.embedding import EmbeddingDocument
from documents.unit_of_work import UnitOfWork, run_in_transaction
from resolvers.jobs.run import JobRun

# Writers wait while as many are removed.
PORTION: Final = 2_000


async def drop_vectors(run: JobRun) -> dict[str, Any]:
    """The job that makes room: see `drop_unused`.

    Raises:
        NotFoundError: the library is gone.
    """
    return {"dropped": await drop_unused(run)}


async def drop_unused(run: JobRun) -> int:
    """Remove vectors of all models but the library's own, the next and the former one.

    Returns:
        How many there were.

    Raises:
        NotFoundError: the library is gone.
    """
    client, library_id = run.context.services.client, run.job.library_id
    dropped = 0
    while (some := await run_in_transaction(client, library_id, partial(_drop_some, run))).result:
        dropped += some.result
        run.report(dropped, message="removing vectors")
    return dropped


async def _drop_some(run: JobRun, unit: UnitOfWork) -> int:
    # Which models a library has is decided in transactions like this one.
    await run.confirm(unit.session)
    model = await _unused_model(unit)
    if model is None:
        return 0
    vectors = EmbeddingDocument.get_pymongo_collection()
    of_model = {"library_id": unit.library.id, "model": model}
    found = vectors.find(of_model, {"_id": 1}, session=unit.session).limit(PORTION)
    ids = [row["_id"] async for row in found]
    await vectors.delete_many({"_id": {"$in": ids}}, session=unit.session)
    # Nobody follows these vectors: the log need not name them.
    unit.noted = True
    return len(ids)


async def _unused_model(unit: UnitOfWork) -> str | None:
    library = unit.library
    kept = {model.model_key for model in [*library.models, library.former_embedding] if model}
    vectors = EmbeddingDocument.get_pymongo_collection()
    model: str = ""
    # From model to model, past the vectors that each has.
    while row := await vectors.find_one(
        {"library_id": library.id, "model": {"$gt": model}},
        {"model": 1},
        sort=[("model", 1)],
        session=unit.session,
    ):
        model = row["model"]
        if model not in kept:
            return model
    return None

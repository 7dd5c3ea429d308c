"""Choosing the embedding model of a new library."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial

from documents.library import LibraryEmbedding
from infra.embeddings.errors import EmbeddingError
from infra.embeddings.registry import best_provider
from resolvers.context import Context
from resolvers.errors import UserError, UserErrorCode
from resolvers.writing.items import NewLibrary

AUTO = "auto"


async def choose_model(
    context: Context, provider: str | None = None, name: str | None = None
) -> LibraryEmbedding:
    """The model of a provider; without one, of the provider in the settings, or the best there is.

    Args:
        context: the operation.
        provider: who runs the model.
        name: of the model, the provider's newest if not given.

    Raises:
        EmbeddingError: there is no such provider or model, or its weights are missing or altered.
    """
    settings = context.services.settings
    wanted = provider or settings.embedding_provider
    if wanted == AUTO:
        wanted = best_provider(settings)
    embedders = context.services.embedders
    newest = partial(embedders.newest, wanted)
    embedder = await asyncio.to_thread(
        newest if name is None else partial(embedders.named, wanted, name)
    )
    return LibraryEmbedding.model_validate(asdict(embedder.model))


async def choose_models(
    context: Context, items: Sequence[NewLibrary], errors: list[UserError]
) -> dict[str | None, LibraryEmbedding]:
    """The model of each provider that items name; adds errors where it cannot be had."""
    models: dict[str | None, LibraryEmbedding] = {}
    if any(error.index is None for error in errors):
        return models
    for index, item in enumerate(items):
        try:
            models[item.provider] = await choose_model(context, item.provider)
        except EmbeddingError as error:
            path = ("items", str(index), "provider")
            errors.append(UserError(UserErrorCode.INVALID_VALUE, error.message, path, index))
    return models

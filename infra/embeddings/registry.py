"""The embedders there are, and those that a process has loaded."""

from collections.abc import Callable
from pathlib import Path
from threading import Lock

from infra.embeddings import hashing
from infra.embeddings.checked import CheckedEmbedder
from infra.embeddings.errors import ModelMismatchError, UnknownProviderError
from infra.embeddings.hashing import HashingEmbedder
from infra.embeddings.minilm import embedder as minilm
from infra.embeddings.minilm.embedder import load_minilm
from infra.embeddings.minilm.weights import HOW_TO_INSTALL, find_weights
from infra.embeddings.protocol import Embedder, EmbeddingModel

# Best first.
LOADERS: dict[str, Callable[[Path | None], Embedder]] = {
    minilm.PROVIDER: load_minilm,
    hashing.PROVIDER: lambda _: HashingEmbedder(),
}


def available_providers(*, minilm_folder: Path | None) -> list[str]:
    """Providers that can be loaded here, best first; `hashing` always can.

    Looks whether files are there, not whether they are intact.
    """
    missing = {minilm.PROVIDER} if find_weights(minilm_folder) is None else set()
    return [provider for provider in LOADERS if provider not in missing]


def load_embedder(model: EmbeddingModel | str, *, minilm_folder: Path | None) -> Embedder:
    """Load the embedder of a model, or a provider's only one.

    Args:
        model: what a library was embedded with, or the name of a provider.
        minilm_folder: where the files of all-MiniLM-L6-v2 are, if not in the installed package.

    Raises:
        UnknownProviderError: there is no such provider.
        MissingWeightsError: its files are not installed.
        AlteredWeightsError: its files are not the published ones.
        ModelMismatchError: the provider has another model than the one asked for.
    """
    provider = model if isinstance(model, str) else model.provider
    load = LOADERS.get(provider)
    if load is None:
        raise UnknownProviderError(
            f"There is no embedding provider `{provider}`. There are: {', '.join(LOADERS)}."
            f" minilm needs its weights: {HOW_TO_INSTALL}."
        )
    embedder = CheckedEmbedder(load(minilm_folder))
    if isinstance(model, EmbeddingModel):
        require_same_model(model, embedder.model)
    return embedder


def require_same_model(stored: EmbeddingModel, loaded: EmbeddingModel) -> None:
    """See that vectors of two models may be compared; the metric is the library's own affair.

    Raises:
        ModelMismatchError: provider, name or dimension differ.
    """
    if _identity(stored) != _identity(loaded):
        raise ModelMismatchError(
            f"The vectors are of {_describe(stored)}, but this server has {_describe(loaded)}."
            " Run the version of Lexigraph that made them, or embed the library anew."
        )


class Embedders:
    """The embedders of one process, each loaded on first use and kept. Thread-safe."""

    def __init__(self, minilm_folder: Path | None) -> None:
        self._minilm_folder = minilm_folder
        self._loaded: dict[str, Embedder] = {}
        self._lock = Lock()

    def get(self, model: EmbeddingModel | str) -> Embedder:
        """Find or load the embedder of a model or provider; blocks for 0.1 s when it loads.

        Raises:
            EmbeddingError: see `load_embedder`.
        """
        provider = model if isinstance(model, str) else model.provider
        with self._lock:
            embedder = self._loaded.get(provider)
            if embedder is None:
                embedder = load_embedder(provider, minilm_folder=self._minilm_folder)
                self._loaded[provider] = embedder
        if isinstance(model, EmbeddingModel):
            require_same_model(model, embedder.model)
        return embedder


def _identity(model: EmbeddingModel) -> tuple[str, str, int]:
    return model.provider, model.name, model.dimension


def _describe(model: EmbeddingModel) -> str:
    return f"{model.provider}/{model.name} ({model.dimension} dimensions)"

"""The embedders there are, and those that a process has loaded."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from threading import Lock

from infra.embeddings import corpus, hashing, sentence_transformers
from infra.embeddings.checked import CheckedEmbedder
from infra.embeddings.errors import ModelMismatchError, UnknownProviderError
from infra.embeddings.hashing import HashingEmbedder
from infra.embeddings.minilm import embedder as minilm
from infra.embeddings.minilm.embedder import load_minilm
from infra.embeddings.minilm.weights import HOW_TO_INSTALL, find_weights
from infra.embeddings.openai import embedder as openai
from infra.embeddings.openai.embedder import OpenAiEmbedder
from infra.embeddings.openai.endpoint import Endpoint
from infra.embeddings.protocol import Embedder, EmbeddingModel
from infra.embeddings.sentence_transformers import load_sentence_transformer
from infra.embeddings.static import embedder as static
from infra.embeddings.static.embedder import StaticEmbedder
from infra.embeddings.static.folder import find_table, newest_table, table_names
from infra.settings import Settings


@dataclass(frozen=True, slots=True)
class Provider:
    """How the models of one maker are had.

    Attributes:
        newest: the name of the model that new libraries get.
        load: the model of a name, or the provider's only one; who makes the vectors elsewhere is
            told the dimension that a library was made with.
        others: names of models that may be asked for besides.
    """

    newest: Callable[[Settings], str]
    load: Callable[[Settings, str, int | None], Embedder]
    others: Callable[[Settings], Iterable[str]] = lambda _: ()


def _of_tables(provider: str) -> Provider:
    return Provider(
        lambda settings: newest_table(settings.data_dir, provider),
        lambda settings, name, _: StaticEmbedder(
            find_table(settings.data_dir, provider, name), provider
        ),
        lambda settings: table_names(settings.data_dir, provider),
    )


def _load_openai(settings: Settings, name: str, dimension: int | None) -> OpenAiEmbedder:
    endpoint = Endpoint(
        settings.openai_url,
        settings.openai_key,
        timeout_seconds=settings.openai_timeout_seconds,
        per_minute=settings.openai_requests_per_minute,
    )
    return OpenAiEmbedder(endpoint, name, dimension or settings.openai_dimension)


PROVIDERS: dict[str, Provider] = {
    minilm.PROVIDER: Provider(
        lambda _: minilm.NAME, lambda settings, *_: load_minilm(settings.minilm_folder)
    ),
    static.PROVIDER: _of_tables(static.PROVIDER),
    corpus.PROVIDER: _of_tables(corpus.PROVIDER),
    openai.PROVIDER: Provider(lambda settings: settings.openai_model, _load_openai),
    sentence_transformers.PROVIDER: Provider(
        lambda settings: settings.sentence_transformers_model,
        lambda _settings, name, _dimension: load_sentence_transformer(name),
    ),
    hashing.PROVIDER: Provider(lambda _: hashing.NAME, lambda *_: HashingEmbedder()),
}


def best_provider(settings: Settings) -> str:
    """Of those that need no more than what is installed; `hashing` always does.

    Looks whether files are there, not whether they are intact.
    """
    return minilm.PROVIDER if find_weights(settings.minilm_folder) else hashing.PROVIDER


def find_provider(name: str) -> Provider:
    """The provider of that name.

    Raises:
        UnknownProviderError: there is none; says which there are.
    """
    provider = PROVIDERS.get(name)
    if provider is None:
        raise UnknownProviderError(
            f"There is no embedding provider `{name}`. There are: {', '.join(PROVIDERS)}."
            f" minilm needs its weights: {HOW_TO_INSTALL}."
        )
    return provider


def require_same_model(stored: EmbeddingModel, loaded: EmbeddingModel) -> None:
    """See that vectors of two models may be compared; the metric is the library's own affair.

    Raises:
        ModelMismatchError: provider, name or dimension differ.
    """
    if _identity(stored) != _identity(loaded):
        raise ModelMismatchError(
            f"The vectors are of {_describe(stored)}, but this server has {_describe(loaded)}."
            " Run the version of Lexigraph that made them, or embed the library anew"
            " (`lexigraph reembed`)."
        )


class Embedders:
    """The embedders of one process, each loaded on first use and kept. Thread-safe."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._loaded: dict[tuple[str, str], Embedder] = {}
        self._lock = Lock()

    def newest(self, provider: str) -> Embedder:
        """The embedder that new libraries of a provider get at this moment.

        Raises:
            EmbeddingError: see `get`.
        """
        return self._find(provider, find_provider(provider).newest(self._settings))

    def named(self, provider: str, name: str) -> Embedder:
        """The embedder of a model that this server offers: whoever asks names no other.

        Raises:
            UnknownProviderError: it is not offered; says which are.
            EmbeddingError: see `get`.
        """
        found = find_provider(provider)
        offered = {found.newest(self._settings), *found.others(self._settings)}
        if name not in offered:
            raise UnknownProviderError(
                f"{provider} has no model of that name here. It has: {', '.join(sorted(offered))}."
            )
        return self._find(provider, name)

    def get(self, model: EmbeddingModel) -> Embedder:
        """Find or load the embedder of a model; blocks for 0.1 s when it loads.

        Raises:
            UnknownProviderError: there is no such provider.
            MissingWeightsError: its files are not there.
            AlteredWeightsError: its files are not what they should be.
            ModelMismatchError: the provider has another model than the one asked for.
        """
        embedder = self._find(model.provider, model.name, model.dimension)
        require_same_model(model, embedder.model)
        return embedder

    def _find(self, provider: str, name: str, dimension: int | None = None) -> Embedder:
        with self._lock:
            embedder = self._loaded.get((provider, name))
            if embedder is None:
                load = find_provider(provider).load
                embedder = CheckedEmbedder(load(self._settings, name, dimension))
                self._loaded[provider, name] = embedder
        return embedder


def _identity(model: EmbeddingModel) -> tuple[str, str, int]:
    return model.provider, model.name, model.dimension


def _describe(model: EmbeddingModel) -> str:
    return f"{model.provider}/{model.name} ({model.dimension} dimensions)"

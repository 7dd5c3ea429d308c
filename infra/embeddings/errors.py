"""Why an embedding model cannot be used.

LexigraphError
└── EmbeddingError
    ├── UnknownProviderError     no such provider or model
    ├── MissingWeightsError      the model's files are not installed
    ├── AlteredWeightsError      the model's files are not the published ones
    ├── ModelMismatchError       a library was embedded by another model
    ├── InvalidVectorsError      an embedder returned unusable vectors
    ├── WrongDimensionError      a provider's vectors have another length than was set
    ├── ProviderUnavailableError a provider elsewhere does not answer
    ├── ProviderRefusedError     a provider elsewhere does not accept key, model or input
    └── QuotaExceededError       a provider elsewhere takes no more for now
"""

from typing import ClassVar

from infra.errors import LexigraphError


class EmbeddingError(LexigraphError):
    """Base of this module."""

    code: ClassVar[str] = "EMBEDDING_FAILED"


class UnknownProviderError(EmbeddingError):
    """Name one of the providers listed in the message."""

    code: ClassVar[str] = "EMBEDDING_PROVIDER_UNKNOWN"


class MissingWeightsError(EmbeddingError):
    """Install the weights as the message says, or choose the `hashing` provider."""

    code: ClassVar[str] = "EMBEDDING_WEIGHTS_MISSING"


class AlteredWeightsError(EmbeddingError):
    """Reinstall the weights: theirs would be vectors of another model."""

    code: ClassVar[str] = "EMBEDDING_WEIGHTS_ALTERED"


class ModelMismatchError(EmbeddingError):
    """Load the library's own model, or re-embed the library."""

    code: ClassVar[str] = "EMBEDDING_MODEL_MISMATCH"


class InvalidVectorsError(EmbeddingError):
    """A fault of the embedder: its vectors must not be stored or searched."""

    code: ClassVar[str] = "EMBEDDING_INVALID_VECTORS"


class WrongDimensionError(EmbeddingError):
    """Set the dimension that the model has."""

    code: ClassVar[str] = "EMBEDDING_WRONG_DIMENSION"


class ProviderUnavailableError(EmbeddingError):
    """Try again later: what could be done has been done."""

    code: ClassVar[str] = "EMBEDDING_PROVIDER_UNAVAILABLE"


class ProviderRefusedError(EmbeddingError):
    """Correct the settings that the message names."""

    code: ClassVar[str] = "EMBEDDING_PROVIDER_REFUSED"


class QuotaExceededError(EmbeddingError):
    """Wait, ask less often, or raise the quota."""

    code: ClassVar[str] = "EMBEDDING_QUOTA_EXCEEDED"

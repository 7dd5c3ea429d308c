"""The root of the project's exceptions.

LexigraphError
├── infra.settings.SettingsError
├── infra.embedded.*            the embedded store could not be started or reached
├── infra.embeddings.errors.*   an embedding model is unknown, missing or altered
├── documents.errors.*          a stored document is missing, doubled or changed meanwhile
└── resolvers.errors.*          a request breaks a rule of the domain

Every message says what to do; `code` is stable and documented in docs/errors.md.
"""

from typing import ClassVar


class LexigraphError(Exception):
    """Something the user can understand and act upon."""

    code: ClassVar[str] = "INTERNAL"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

"""What can be wrong with stored documents."""

from infra.errors import LexigraphError


class DocumentError(LexigraphError):
    """The base of the errors below."""


class NotFoundError(DocumentError):
    """A document that the request names does not exist."""

    code = "NOT_FOUND"


class DuplicateError(DocumentError):
    """A natural key is taken."""

    code = "DUPLICATE"


class VersionConflictError(DocumentError):
    """The document changed since it was read: read again and retry."""

    code = "VERSION_CONFLICT"


class StoreFormatError(DocumentError):
    """The database holds what this version cannot read."""

    code = "STORE_FORMAT"

"""What a request can do wrong.

Two kinds: a `RequestError` ends the operation and stands in the top-level `errors`; a `UserError`
is data, the
refusal of one item of a mutation, and stands in its payload's `userErrors`.
"""

from dataclasses import dataclass

from documents.vocabulary import DescribedEnum
from infra.errors import LexigraphError


class RequestError(LexigraphError):
    """An argument that cannot be served."""

    code = "BAD_USER_INPUT"


class CursorError(RequestError):
    """A cursor was altered, or belongs to another connection, order or filter."""

    code = "INVALID_CURSOR"


class LimitError(RequestError):
    """More was asked for than one request may have."""

    code = "LIMIT_EXCEEDED"


class ChangesGoneError(RequestError):
    """Changes that were asked for are not kept any more."""

    code = "CHANGES_GONE"


class IndexBehindError(RequestError):
    """A search cannot reflect the sequence that it was asked to, in time."""

    code = "INDEX_BEHIND"


class NotEmbeddedError(RequestError):
    """Something that a search is to find the like of has no vector yet."""

    code = "NOT_EMBEDDED"


class LibraryDeletedError(RequestError):
    """The library that is followed was deleted."""

    code = "LIBRARY_DELETED"


class TooManySubscriptionsError(RequestError):
    """The process has as many subscriptions as it may."""

    code = "TOO_MANY_SUBSCRIPTIONS"


class UserErrorCode(DescribedEnum):
    """Why an item of a mutation was refused."""

    NOT_FOUND = "NOT_FOUND", "What the input names is not there."
    DUPLICATE = "DUPLICATE", "It is there already, or stands in the input twice."
    INVALID_VALUE = "INVALID_VALUE", "A value is not of the form that its field takes."
    TOO_LONG = "TOO_LONG", "A text or a list is longer than its limit."
    VERSION_CONFLICT = "VERSION_CONFLICT", "It changed since it was read: see the node and decide."
    IN_USE = "IN_USE", "Something hangs on it that would go with it: send cascade if that is meant."
    UNDER_WAY = "UNDER_WAY", "A job is at it: wait until it is over, or cancel it."
    WRONG_TYPE = "WRONG_TYPE", "The id is that of another type."
    UNKNOWN_REFERENCE = "UNKNOWN_REFERENCE", "No item before this one has that `clientRef`."
    REFERENCE_REFUSED = "REFERENCE_REFUSED", "The item that a `clientRef` stands for was refused."
    READ_ONLY = "READ_ONLY", "A patch reaches for something that cannot be written."
    PATCH_FAILED = "PATCH_FAILED", "An operation of a patch cannot be applied to the current value."
    TEST_FAILED = "TEST_FAILED", "A `test` of a patch does not hold."
    IDEMPOTENCY_MISMATCH = "IDEMPOTENCY_MISMATCH", "The idempotency key is that of another request."


@dataclass(frozen=True, slots=True)
class UserError:
    """One refusal; `field` leads from the mutation's input to the value at fault."""

    code: UserErrorCode
    message: str
    field: tuple[str, ...] = ()
    index: int | None = None

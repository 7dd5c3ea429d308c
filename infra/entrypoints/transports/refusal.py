"""Requests that are answered without running anything."""

from collections.abc import Mapping

from infra.entrypoints.errors import formatted_error


class RefusedError(Exception):
    """The request is refused as a whole.

    Args:
        status: what HTTP answers.
        code: stable, in docs/errors.md.
        message: what to do instead.
        headers: of the HTTP response.
    """

    def __init__(
        self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers

    @property
    def formatted(self) -> dict[str, object]:
        """The error, where the answer is not a whole response."""
        return formatted_error(self.code, self.message)


def bad_request(message: str) -> RefusedError:
    """The refusal of what is no GraphQL request."""
    return RefusedError(400, "BAD_REQUEST", message)


def method_not_allowed(message: str) -> RefusedError:
    """The refusal of a method, or of what a method may not do."""
    return RefusedError(405, "METHOD_NOT_ALLOWED", message, {"allow": "GET, POST"})

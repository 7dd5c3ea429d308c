"""Asking Milvus, and what its failures become."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from pymilvus.exceptions import MilvusException

from vectorindex.errors import EngineError

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")


def ask(
    request: Callable[Arguments, Answer], *args: Arguments.args, **kwargs: Arguments.kwargs
) -> Answer:
    """The answer to a request.

    Raises:
        EngineError: there was none; the client tried for as long as its timeout allows.
    """
    try:
        return request(*args, **kwargs)
    except MilvusException as error:
        raise EngineError(f"Milvus failed: {error.message}") from error

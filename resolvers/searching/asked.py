"""What is looked for, checked: a text or a vector."""

from base64 import b64decode
from typing import Final

import numpy as np
from numpy.typing import NDArray

from documents.text import UNSTORABLE
from resolvers.errors import RequestError
from resolvers.lexical_index.analysis import holds_words
from resolvers.searching.request import SearchRequest
from vectorindex.protocol import LARGEST_COMPONENT

MAX_QUERY_LENGTH: Final = 2_000


def checked_text(request: SearchRequest) -> str:
    """The text that is looked for, without white space around it.

    Raises:
        RequestError: there is none, or it is too long, or says nothing.
    """
    if request.vector is not None or request.blend:
        raise RequestError(f"Mode {request.mode.name} compares words: ask by text.")
    return check_text(request.text or "")


def check_text(text: str) -> str:
    """A text without white space around it.

    Raises:
        RequestError: it is empty or too long, or says nothing.
    """
    text = text.strip()
    if not text:
        raise RequestError("Nothing to search for: describe the idea in a few words.")
    if len(text) > MAX_QUERY_LENGTH:
        raise RequestError(
            f"The description has {len(text):,} characters: use at most {MAX_QUERY_LENGTH:,}."
        )
    if found := UNSTORABLE.search(text):
        raise RequestError(f"The description holds U+{ord(found.group()):04X}: leave it out.")
    if not holds_words(text):
        raise RequestError("Nothing to search for: the description is punctuation alone.")
    return text


def unpack_vector(packed: str) -> list[float]:
    """The numbers of a vector that is given as Base64 of little-endian float32.

    Raises:
        RequestError: it is something else.
    """
    try:
        numbers = np.frombuffer(b64decode(packed, validate=True), dtype="<f4")
    except ValueError as error:
        raise RequestError(
            "The packed vector is not Base64 of float32 numbers, 4 bytes each."
        ) from error
    values: list[float] = numbers.tolist()
    return values


def check_vector(values: list[float], dimension: int) -> NDArray[np.float32]:
    """Numbers as a (d,) vector.

    Raises:
        RequestError: they are not as many as the dimension, too large, or all zero.
    """
    if len(values) != dimension:
        raise RequestError(
            f"The vector has {len(values)} numbers, this library's model makes {dimension}."
        )
    with np.errstate(over="ignore"):
        vector = np.asarray(values, dtype=np.float32)
    if not np.abs(vector).max() <= LARGEST_COMPONENT or not vector.any():
        raise RequestError(
            f"The vector's numbers must lie within ±{LARGEST_COMPONENT:g}, and not all be zero."
        )
    return vector

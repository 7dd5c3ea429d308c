"""JSON as clients send it, read without guessing.

orjson is strict (UTF-8, no NaN, no lone surrogates, nesting of at most 1,024), but reads a whole
number of more than 64 bits as the nearest float: another number than the client's.
"""

import json
import re

import orjson

# Where no such run of digits is, every whole number fits. Most bodies are known to have none at the
# speed of `in`; vectors are full of long fractions, which are no whole numbers.
LONG_RUN = b"0" * 19
DIGITS = bytes.maketrans(b"123456789", b"000000000")
LONG_NUMBER = re.compile(rb"(?<![0-9.])[0-9]{19}")
INT64 = range(-(2**63), 2**63)


class NumberTooLargeError(ValueError):
    """A whole number has more than 64 bits."""


def read_json(data: str | bytes) -> object:
    """Read a value.

    Raises:
        ValueError: it is not JSON; a `NumberTooLargeError` if a number would change.
    """
    value = orjson.loads(data)
    raw = data.encode() if isinstance(data, str) else data
    if LONG_RUN in raw.translate(DIGITS) and LONG_NUMBER.search(raw):
        try:
            json.loads(raw, parse_int=_check)
        except RecursionError as error:
            raise json.JSONDecodeError("It is nested too deep", "", 0) from error
    return value


def _check(digits: str) -> None:
    # Python refuses to read very many digits, and takes long over many.
    if len(digits) > 20 or int(digits) not in INT64:
        raise NumberTooLargeError(
            f"The number {digits[:24]} has more than 64 bits: send it as a string."
        )

"""Hypothesis strategies for BSON: every type, and numbers that are close to each other."""

from typing import Any

from bson import Decimal128, Int64, MaxKey, MinKey, ObjectId, Regex, Timestamp
from bson.binary import Binary
from bson.code import Code
from bson.datetime_ms import DatetimeMS
from hypothesis import strategies as st

INT32 = st.integers(-(2**31), 2**31 - 1)
INT64 = st.integers(-(2**63), 2**63 - 1)
NEAR_2_53 = st.integers(2**53 - 3, 2**53 + 3) | st.integers(2**63 - 1030, 2**63 - 1)
DECIMALS = st.builds(
    lambda digits, exponent: Decimal128(f"{digits}E{exponent}"),
    st.integers(-(10**33), 10**33) | st.integers(-100, 100) | NEAR_2_53,
    st.integers(-6000, 6000) | st.integers(-3, 3),
) | st.sampled_from(["NaN", "Infinity", "-Infinity", "-0", "0E+3", "0.1", "1.50"]).map(Decimal128)
NUMBERS = (
    INT32
    | INT64.map(Int64)
    | NEAR_2_53.map(Int64)
    | st.floats(allow_subnormal=False)
    | st.sampled_from([0.0, -0.0, 0.1, 5e-324, float(2**53), float(2**63)])
    | DECIMALS
)
TEXT = st.text(st.characters(codec="utf-8"), max_size=6) | st.sampled_from(["", "a", "a\0", "ab"])
NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=3)
REGEXES = st.builds(Regex, NAMES, st.sampled_from([0, 2, 8, 10, 64]))
SCALARS: st.SearchStrategy[Any] = st.one_of(
    NUMBERS,
    TEXT,
    st.none(),
    st.booleans(),
    st.binary(max_size=3),
    st.builds(Binary, st.binary(max_size=3), st.sampled_from([2, 4, 5, 9, 128])),
    st.binary(min_size=12, max_size=12).map(ObjectId),
    INT64.map(DatetimeMS),
    st.builds(Timestamp, st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1)),
    REGEXES,
    TEXT.map(Code),
    st.builds(Code, TEXT, st.dictionaries(NAMES, INT32, max_size=2)),
    st.sampled_from([MinKey(), MaxKey()]),
)


def _nested(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(children, max_size=3) | st.dictionaries(NAMES, children, max_size=3)


VALUES: st.SearchStrategy[Any] = st.recursive(SCALARS, _nested, max_leaves=6)
DOCUMENTS = st.dictionaries(NAMES, VALUES, max_size=4)

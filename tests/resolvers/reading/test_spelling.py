"""Spellings near a text."""

from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from resolvers.reading.spelling import near_spellings

TEXTS = st.text(st.sampled_from("abcxyz é"), max_size=12)


@given(TEXTS, st.integers(0, 2_000))
def test_all_are_one_edit_away_and_stand_there_once(text: str, most: int) -> None:
    near = near_spellings(text, most)
    assert len(near) == len(set(near)) <= most
    assert all(OSA.distance(text, each) == 1 for each in near)


@given(TEXTS, TEXTS)
def test_none_of_known_letters_is_left_out(text: str, other: str) -> None:
    if OSA.distance(text, other) == 1 and not set(other) - set(text) - set("abcxyz "):
        assert other in near_spellings(text, 5_000)


def test_likely_slips_come_first() -> None:
    first = near_spellings("definately", 60)
    assert {"definatly", "definitely", "defiantely"} <= set(first)

"""Patterns of headwords: what they match, and what is no pattern."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from resolvers.errors import RequestError
from resolvers.restrictions.pattern import check_pattern, lines_like

LETTERS = "ab.\\^$ \u00e9"


def matches(pattern: str, text: str) -> bool:
    """The meaning of a pattern, letter by letter."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(matches(pattern[1:], text[start:]) for start in range(len(text) + 1))
    return bool(text) and pattern[0] in ("?", text[0]) and matches(pattern[1:], text[1:])


@given(
    pattern=st.text(LETTERS + "?*", min_size=1, max_size=6),
    lines=st.lists(st.text(LETTERS, max_size=6), max_size=4),
)
@example(pattern="*a?", lines=["aab", "aa"])
def test_a_pattern_finds_the_whole_lines_that_it_means(pattern: str, lines: list[str]) -> None:
    found = [each.group() for each in lines_like(pattern).finditer("\n".join(lines))]
    wanted = [line for line in lines if matches(pattern, line)]
    if lines:
        assert found == wanted


def test_a_long_line_and_many_asterisks_are_looked_through_once() -> None:
    assert lines_like("*a" * 60 + "b").search("a" * 200) is None


def test_case_and_width_of_a_pattern_do_not_matter() -> None:
    assert check_pattern(" C\uff1fT ") == "c?t"


@pytest.mark.parametrize("pattern", ["", "  ", "a" * 201, "a\x00"])
def test_what_no_headword_can_match_is_refused(pattern: str) -> None:
    with pytest.raises(RequestError):
        check_pattern(pattern)

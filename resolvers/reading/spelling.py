"""Texts that are spelt almost like another."""

import string
from collections.abc import Iterable, Iterator
from itertools import chain, islice

VOWELS = "aeiouy"


def near_spellings(text: str, most: int) -> list[str]:
    """The texts one edit away from a normalised one: likelier slips first, each once.

    Letters to put in are those of English and those that the text has.

    Args:
        text: a normalised headword.
        most: stop after so many.
    """
    letters = dict.fromkeys(text.replace(" ", "") + string.ascii_lowercase + "'- ")
    near = dict.fromkeys(islice(_edits(text, list(letters)), most + 1))
    near.pop(text, None)
    return list(near)[:most]


def _edits(text: str, letters: Iterable[str]) -> Iterator[str]:
    splits = [(text[:place], text[place:]) for place in range(len(text) + 1)]
    return chain(
        (head + tail[1:] for head, tail in splits if tail),
        (head + tail[1] + tail[0] + tail[2:] for head, tail in splits if len(tail) > 1),
        (head + tail[0] + tail for head, tail in splits if tail),
        (
            head + vowel + tail[1:]
            for head, tail in splits
            if tail and tail[0] in VOWELS
            for vowel in VOWELS
        ),
        (head + letter + tail for letter in letters for head, tail in splits),
        (head + letter + tail[1:] for letter in letters for head, tail in splits if tail),
    )

r"""Regular expressions of clients: translated from PCRE, bounded in size and time.

    pattern = compile_pattern("^wal", "i")
    pattern.search("Walk")              True
    literal_start("^wal.*", "")         ("wal", True): what an index can look for

MongoDB runs PCRE2 in UTF mode, where `\d`, `\w`, `\s` and `\b` know ASCII alone and case folding
knows all of Unicode. `translate` writes those classes out, so that the `regex` package means the
same. A search that takes longer than `MAX_SECONDS` fails; it never blocks the store.
"""

import re
from functools import lru_cache
from typing import Final

import regex

from infra.embedded.errors import bad_value, location

MAX_PATTERN: Final = 16_384
MAX_SECONDS: Final = 0.5
_FLAGS: Final = {"i": regex.I, "m": regex.M, "s": regex.S, "x": regex.X, "u": 0}
_WORD: Final = "(?-i:[A-Za-z0-9_])"
# What each class means inside and outside of brackets.
_CLASSES: Final = {
    "d": "0-9",
    "D": r"\x00-/:-\U0010ffff",
    "w": "A-Za-z0-9_",
    "W": r"\x00-/:-@\[-\^`\{-\U0010ffff",
    "s": r" \t\n\x0b\f\r",
    "S": r"\x00-\x08\x0e-\x1f!-\U0010ffff",
}
_EDGES: Final = {
    "b": f"(?:(?<={_WORD})(?!{_WORD})|(?<!{_WORD})(?={_WORD}))",
    "B": f"(?:(?<={_WORD})(?={_WORD})|(?<!{_WORD})(?!{_WORD}))",
}
_TOKEN: Final = re.compile(r"\\Q(.*?)(?:\\E|\Z)|\\(.)|(\[\^?\]?)|(\[:)|(\])|(.)", re.DOTALL)
_SPECIAL: Final = frozenset(r"\^$.|?*+()[]{}")
_REPEATS: Final = re.compile(r"[*+{]")


class Pattern:
    """A compiled regular expression."""

    def __init__(self, compiled: "regex.Pattern[str]", *, can_backtrack: bool) -> None:
        self._compiled = compiled
        # Watching the clock costs more than most searches; without repeats none is needed.
        self._timeout = MAX_SECONDS if can_backtrack else None

    def search(self, text: str) -> bool:
        """Whether the expression is found in `text`."""
        return self.find(text) is not None

    def find(self, text: str, start: int = 0) -> "regex.Match[str] | None":
        """The first place where the expression is found, from `start` onwards.

        Raises:
            StoreError: the search took too long (51156).
        """
        try:
            return self._compiled.search(text, start, timeout=self._timeout)
        except TimeoutError:
            message = "Error occurred while executing the regular expression: match limit exceeded"
            raise location(51156, message) from None


@lru_cache(maxsize=512)
def compile_pattern(pattern: str, options: str) -> Pattern:
    """Compile an expression with options from `imsxu`.

    Raises:
        StoreError: an unknown option (51108), a malformed expression (51091).
    """
    flags = regex.VERSION0 | regex.UNICODE
    for letter in options:
        if letter not in _FLAGS:
            raise location(51108, f"invalid flag in regex options: {letter}")
        flags |= _FLAGS[letter]
    if len(pattern) > MAX_PATTERN or "\0" in pattern:
        raise location(51091, "Regular expression is invalid: too long, or with a NUL byte")
    try:
        compiled = regex.compile(translate(pattern), flags)
    except (regex.error, RecursionError, OverflowError) as error:
        raise location(51091, f"Regular expression is invalid: {error}") from error
    return Pattern(compiled, can_backtrack=_REPEATS.search(pattern) is not None)


def translate(pattern: str) -> str:
    """Write a PCRE expression in the dialect of the `regex` package.

    Raises:
        StoreError: POSIX classes such as `[:alpha:]`, which are not supported (2).
    """
    written: list[str] = []
    in_class = False
    for quoted, escaped, opening, posix, closing, plain in _TOKEN.findall(pattern):
        if in_class and (posix or opening == "["):
            if pattern.find("[:") >= 0:
                raise bad_value("POSIX character classes in $regex are not supported")
            written.append("\\[")
            continue
        if opening:
            in_class = True
        elif closing:
            in_class = False
        written.append(
            _escape(escaped, in_class=in_class)
            if escaped
            else opening or closing or plain or regex.escape(quoted)
        )
    return "".join(written)


def _escape(letter: str, *, in_class: bool) -> str:
    if letter in _CLASSES:
        return _CLASSES[letter] if in_class else f"(?-i:[{_CLASSES[letter]}])"
    return _EDGES[letter] if letter in _EDGES and not in_class else "\\" + letter


def literal_start(pattern: str, options: str) -> tuple[str, bool]:
    """What every matching string begins with, and whether every such string matches.

    Returns:
        ("", False) when nothing can be said.
    """
    if not pattern.startswith(("^", r"\A")) or set(options) - {"s", "u"} or "|" in pattern:
        return "", False
    rest = pattern.removeprefix("^").removeprefix(r"\A")
    literal: list[str] = []
    place = 0
    while place < len(rest):
        width, letter = _literal_at(rest, place)
        if not letter:
            break
        literal.append(letter)
        place += width
    tail = rest[place:]
    if literal and tail[:1] in {"*", "?", "{"}:
        literal.pop()
    exact = tail in {"", ".*"}
    return "".join(literal), exact and bool(literal)


def _literal_at(text: str, place: int) -> tuple[int, str]:
    """The character that the expression means at `place`, "" when it is no plain character."""
    letter = text[place]
    if letter == "\\" and place + 1 < len(text):
        following = text[place + 1]
        return 2, "" if following.isalnum() else following
    return 1, "" if letter in _SPECIAL else letter

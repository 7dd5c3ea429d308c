"""Cursors of results: they hold for the pages of one search."""

from dataclasses import dataclass, fields, is_dataclass, replace
from hashlib import blake2b
from typing import Any

import bson

from resolvers.reading.cursor import decode_cursor, encode_cursor
from resolvers.searching.page import SearchHit, SearchPosition
from resolvers.searching.request import SearchRequest


@dataclass(frozen=True, slots=True)
class CursorMaker:
    """Signs where results stand, for one request."""

    key: bytes
    identity: bytes

    def encode(self, hit: SearchHit) -> str:
        """The cursor of a hit."""
        return encode_cursor(self.key, self.identity, [hit.score, hit.id, hit.rank])

    def decode(self, cursor: str) -> SearchPosition:
        """The position of a hit."""
        score, found_id, rank = decode_cursor(self.key, self.identity, cursor)
        return SearchPosition(score, found_id, rank)


def identity_of(request: SearchRequest) -> bytes:
    """Names a search in its cursors."""
    # Every page may ask for a later one.
    wanted = _plain(replace(request, min_sequence=None))
    return blake2b(bson.encode({"search": wanted}), digest_size=16).digest()


def _plain(value: Any) -> Any:
    """A part of a request as BSON has it, the same for the same search."""
    if is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, frozenset):
        return sorted(map(str, value))
    return list(map(_plain, value)) if isinstance(value, tuple) else value

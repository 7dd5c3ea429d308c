"""Cursors of results: they hold for the pages of one search."""

from dataclasses import dataclass, fields
from hashlib import blake2b

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
    wanted = {each.name: getattr(request, each.name) for each in fields(request)}
    # Every page may ask for a later one.
    del wanted["min_sequence"]
    for name in ("part_of_speech", "languages", "documents"):
        wanted[name] = None if wanted[name] is None else sorted(map(str, wanted[name]))
    return blake2b(bson.encode({"search": wanted}), digest_size=16).digest()

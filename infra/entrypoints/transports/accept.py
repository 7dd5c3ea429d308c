"""How an answer is carried: what the `Accept` header allows for what is asked.

Qualities and wildcards are those of RFC 9110, section 12.5.1.
"""

from collections.abc import Iterator
from enum import Enum, auto
from functools import lru_cache
from typing import NamedTuple

from infra.entrypoints.transports.kind import Kind
from infra.entrypoints.transports.request import JSON

GRAPHQL_RESPONSE = "application/graphql-response+json"
EVENT_STREAM = "text/event-stream"
MULTIPART = "multipart/mixed"


class Reply(Enum):
    """The ways to carry an answer over HTTP."""

    # Clients that know both know the newer type's status codes, too: it goes first.
    GRAPHQL_RESPONSE = auto()
    JSON = auto()
    EVENTS = auto()
    # The format of graphql-js 17, and the one of 2022 that Apollo asks for by name.
    PARTS = auto()
    PARTS_OF_2022 = auto()
    SUBSCRIPTION_PARTS = auto()


POSSIBLE = {
    Kind.SINGLE: (Reply.GRAPHQL_RESPONSE, Reply.JSON, Reply.EVENTS, Reply.PARTS),
    Kind.DEFERRED: (Reply.PARTS, Reply.PARTS_OF_2022, Reply.EVENTS),
    Kind.STREAMED: (Reply.PARTS, Reply.EVENTS),
    Kind.SUBSCRIPTION: (Reply.EVENTS, Reply.SUBSCRIPTION_PARTS),
}


class MediaRange(NamedTuple):
    """One item of the header."""

    name: str
    parameters: dict[str, str]
    quality: float


# The same few clients ask again and again.
@lru_cache(256)
def choose_reply(accept: str, kind: Kind) -> Reply | None:
    """The reply that the client likes best, None if it takes none that is possible."""
    ranges = list(_ranges(accept)) if accept.strip() else [MediaRange("*/*", {}, 1.0)]
    qualities = {reply: _quality_of(reply, ranges) for reply in POSSIBLE[kind]}
    best = max(qualities, key=qualities.__getitem__)
    return best if qualities[best] > 0 else None


def _quality_of(reply: Reply, ranges: list[MediaRange]) -> float:
    match reply:
        case Reply.GRAPHQL_RESPONSE:
            found = [each for each in ranges if each.name == GRAPHQL_RESPONSE]
        case Reply.JSON:
            # Wildcards stand for the type that all clients know.
            names = (JSON, "application/*", "*/*")
            found = sorted(
                (each for each in ranges if each.name in names),
                key=lambda each: names.index(each.name),
            )
        case Reply.EVENTS:
            found = [each for each in ranges if each.name == EVENT_STREAM]
        case _:
            found = [each for each in ranges if each.name == MULTIPART and _speaks(each, reply)]
    return found[0].quality if found else 0.0


def _speaks(media_range: MediaRange, reply: Reply) -> bool:
    parameters = media_range.parameters
    if "subscriptionspec" in parameters:
        is_known = parameters["subscriptionspec"] in ("1.0", "1")
        return reply is Reply.SUBSCRIPTION_PARTS and is_known
    if "deferspec" in parameters:
        return reply is Reply.PARTS_OF_2022 and parameters["deferspec"] == "20220824"
    return reply is Reply.PARTS


def _ranges(accept: str) -> Iterator[MediaRange]:
    for part in accept.lower().split(","):
        name, *pairs = (each.strip() for each in part.split(";"))
        split = (pair.partition("=") for pair in pairs)
        parameters = {key.strip(): value.strip().strip('"') for key, _, value in split}
        yield MediaRange(name, parameters, _quality(parameters.pop("q", "1")))


def _quality(text: str) -> float:
    try:
        quality = float(text)
    except ValueError:
        return 0.0
    return quality if 0 <= quality <= 1 else 0.0

"""What the `Accept` header says of two media types (RFC 9110, section 12.5.1)."""

from collections.abc import Iterator


def prefers(accept: str, wanted: str, other: str) -> bool:
    """Whether a client that names `wanted` likes it at least as much as `other`.

    Wildcards do not name it: a client that takes everything gets what all clients know.
    """
    qualities = dict(_ranges(accept))
    quality = qualities.get(wanted, 0.0)
    return quality > 0 and quality >= qualities.get(other, 0.0)


def _ranges(accept: str) -> Iterator[tuple[str, float]]:
    for part in accept.lower().split(","):
        name, *parameters = (each.strip() for each in part.split(";"))
        yield name, min(map(_quality, parameters), default=1.0)


def _quality(parameter: str) -> float:
    try:
        return float(parameter.removeprefix("q=")) if parameter.startswith("q=") else 1.0
    except ValueError:
        return 0.0

"""What of a pipeline's beginning the store's own read can do, with its indexes."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from infra.embedded.stages import match_filter, parse_sort, whole_number
from infra.embedded.transforms import stage_parts


class Leading(NamedTuple):
    """A read, and the stages that remain after it.

    Attributes:
        filter: `{}` is everything.
        sort: path → 1 or -1; empty when the order does not matter.
        skip: how many of the documents read to pass over.
        limit: how many to give after that; 0 is no limit.
        rest: the stages that follow.
    """

    filter: dict[str, Any]
    sort: dict[str, int]
    skip: int
    limit: int
    rest: list[Mapping[str, Any]]


def split_leading(stages: Sequence[Mapping[str, Any]]) -> Leading:
    """Take `$match …, $sort, $skip, $limit` from the beginning of a pipeline.

    Raises:
        StoreError: one of these stages is malformed.
    """
    filters: list[dict[str, Any]] = []
    sort: dict[str, int] = {}
    skip = limit = place = 0
    for place, stage in enumerate(stages):  # noqa: B007  # where it stopped is used below
        name, operand = stage_parts(stage)
        if name == "$match" and not skip and not limit:
            filters.append(match_filter(operand))
        elif name == "$sort" and not sort and not skip and not limit:
            sort = parse_sort(operand)
        elif name == "$skip" and not skip and not limit:
            skip = whole_number("$skip", operand, 0)
        elif name == "$limit" and not limit:
            limit = whole_number("$limit", operand, 1)
        else:
            break
    else:
        place = len(stages)
    joined = {"$and": filters} if len(filters) > 1 else filters[0] if filters else {}
    return Leading(joined, sort, skip, limit, list(stages[place:]))

"""Filters of lists as the store takes them; equal wishes give equal filters."""

from collections.abc import Collection

from documents.database import Row
from documents.text import normalize_headword
from documents.vocabulary import FrequencyBand, PartOfSpeech, RelationLevel, RelationType

HIGHEST_CHARACTER = "\U0010ffff"


def word_query(
    text_prefix: str | None = None,
    part_of_speech: Collection[PartOfSpeech] | None = None,
    language: Collection[str] | None = None,
    frequency_band: Collection[FrequencyBand] | None = None,
    tag: Collection[str] | None = None,
) -> Row:
    """Words for which all given conditions hold."""
    prefix = normalize_headword(text_prefix) if text_prefix else ""
    return _given(
        normalized=prefix_range(prefix) if prefix else None,
        part_of_speech=_among(part_of_speech),
        language=_among(language),
        frequency_band=_among(frequency_band),
        tags=_among(tag),
    )


def definition_query(
    part_of_speech: Collection[PartOfSpeech] | None = None, domain: Collection[str] | None = None
) -> Row:
    """Definitions for which all given conditions hold."""
    return _given(part_of_speech=_among(part_of_speech), domain=_among(domain))


def relation_query(
    types: Collection[RelationType] | None = None, level: RelationLevel | None = None
) -> Row:
    """Unwound relations for which all given conditions hold."""
    wanted = {"relations.type": _among(types), "relations.level": level and level.value}
    return _given(**wanted)


def prefix_range(prefix: str) -> Row:
    """Texts that start with `prefix`: a range that a database index serves."""
    return {"$gte": prefix, "$lt": prefix + HIGHEST_CHARACTER}


def _among(values: Collection[str] | None) -> Row | None:
    """One value is asked for as equal: the database index then gives the order, too."""
    if values is None:
        return None
    distinct = sorted({str(value) for value in values})
    return {"$eq": distinct[0]} if len(distinct) == 1 else {"$in": distinct}


def _given(**conditions: object) -> Row:
    return {name: value for name, value in conditions.items() if value is not None}

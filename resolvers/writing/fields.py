"""What each field of an item may be: the same for new entities and for updates."""

from collections.abc import Mapping

from documents.base import EntityKind
from documents.library import LIBRARY_KEY_PATTERN
from resolvers.limits import (
    CHUNK_LIMIT,
    DEFINITION_LIMIT,
    DOCUMENT_LIMIT,
    ETYMOLOGY_LIMIT,
    EXAMPLE_LIMIT,
    HEADING_LIMIT,
    HEADWORD_LIMIT,
    LABEL_LIMIT,
    MAX_CHUNKS_PER_DOCUMENT,
    MAX_DEFINITIONS_PER_WORD,
    MAX_EXAMPLES_PER_DEFINITION,
    MAX_HEADING_LEVEL,
    MAX_HOMOGRAPH,
    MAX_LIST_LENGTH,
    MAX_PARTS_OF_SPEECH,
    MAX_POSITION,
    MAX_RELATIONS_PER_DEFINITION,
    NAME_LIMIT,
    TITLE_LIMIT,
    URL_LIMIT,
)
from resolvers.writing.checks import (
    Check,
    anything,
    between,
    distinct,
    every,
    fields,
    language_tag,
    listed,
    matching,
    not_empty,
    number,
    optional,
    reference,
    required,
    text,
)
from resolvers.writing.chunking_checks import chunking
from resolvers.writing.metadata import metadata

_label = text(LABEL_LIMIT)
_labels = optional(listed(MAX_LIST_LENGTH, _label))
_position = required(number(0, MAX_POSITION))

_pronunciation = fields(
    {"value": _label, "variety": optional(_label), "notation": optional(_label)}
)
_form = fields({"text": _label, "tag": optional(_label)})
_relation = fields({"target_id": reference(EntityKind.DEFINITION)})


def target_checks(kind: EntityKind) -> dict[str, Check]:
    """Checks of what every update or deletion of a kind names."""
    return {"id": reference(kind)}


def upsert_checks(checks: Mapping[str, Check]) -> dict[str, Check]:
    """The checks of a new entity, which must have its natural key."""
    return dict(checks) | {"key": required(checks.get("key", anything))}


EXAMPLE_CHECKS: dict[str, Check] = {
    "definition_id": reference(EntityKind.DEFINITION),
    "text": required(text(EXAMPLE_LIMIT)),
    "source": optional(_label),
    "position": _position,
}

DEFINITION_CHECKS: dict[str, Check] = {
    "word_id": reference(EntityKind.WORD),
    "key": optional(_label),
    "text": required(text(DEFINITION_LIMIT)),
    "position": _position,
    "part_of_speech": anything,
    "register": anything,
    "domain": optional(_label),
    "synonyms": _labels,
    "antonyms": _labels,
    "relations": optional(every(listed(MAX_RELATIONS_PER_DEFINITION, _relation), distinct)),
    "frequency_band": anything,
    "source": optional(_label),
    "metadata": optional(metadata),
    "examples": optional(listed(MAX_EXAMPLES_PER_DEFINITION, fields(EXAMPLE_CHECKS))),
}

WORD_CHECKS: dict[str, Check] = {
    "text": required(text(HEADWORD_LIMIT)),
    "language": required(language_tag),
    "part_of_speech": optional(every(listed(MAX_PARTS_OF_SPEECH, anything), distinct)),
    "homograph": required(number(1, MAX_HOMOGRAPH)),
    "pronunciations": optional(listed(MAX_LIST_LENGTH, _pronunciation)),
    "etymology": optional(text(ETYMOLOGY_LIMIT)),
    "forms": optional(listed(MAX_LIST_LENGTH, _form)),
    "frequency_band": anything,
    "tags": _labels,
    "metadata": optional(metadata),
    "definitions": optional(listed(MAX_DEFINITIONS_PER_WORD, fields(DEFINITION_CHECKS))),
}

_ready_chunk = fields(
    {
        "text": text(CHUNK_LIMIT),
        "start": optional(number(0, DOCUMENT_LIMIT)),
        "heading_path": optional(listed(MAX_HEADING_LEVEL, text(HEADING_LIMIT))),
        "metadata": optional(metadata),
    }
)

DOCUMENT_CHECKS: dict[str, Check] = {
    "key": optional(_label),
    "title": required(text(TITLE_LIMIT)),
    "text": optional(text(DOCUMENT_LIMIT)),
    "language": required(language_tag),
    "source": optional(_label),
    "source_url": optional(text(URL_LIMIT)),
    "metadata": optional(metadata),
    "chunking": optional(chunking),
    "chunks": optional(every(not_empty, listed(MAX_CHUNKS_PER_DOCUMENT, _ready_chunk))),
}

CHUNK_CHECKS: dict[str, Check] = {"metadata": optional(metadata)}

_index = fields({"kind": anything, "recall": optional(between(0, 1))})

LIBRARY_CHECKS: dict[str, Check] = {
    "key": matching(
        LIBRARY_KEY_PATTERN, "1 to 63 lower-case letters, digits and '-', not starting with '-'"
    ),
    "name": required(text(NAME_LIMIT)),
    "language": required(language_tag),
    "description": optional(text(DEFINITION_LIMIT)),
    "license": optional(text(DEFINITION_LIMIT)),
    "attribution": optional(text(DEFINITION_LIMIT)),
    "source_url": optional(text(URL_LIMIT)),
    "source_version": optional(_label),
    "index": optional(_index),
    "metadata": optional(metadata),
}

"""Entries, senses and synsets of a wordnet as its file tells them, before targets are known."""

from dataclasses import dataclass, field

import orjson
from pydantic import JsonValue

from resolvers.transfer.codec import Plain
from resolvers.transfer.spool import Spool


@dataclass(slots=True)
class RelationDraft:
    """A relation as its file tells it.

    Attributes:
        type: a `RelationType`.
        line: where it is told.
        target: a sense key or, between synsets or with `word`, a synset key.
        word: the headword of a target sense that is named by word and synset.
    """

    type: str
    line: int
    target: str
    word: str | None = None


@dataclass(slots=True)
class SynsetDraft:
    """What a file tells once for all senses of a synset; `examples` are (text, source)."""

    ili: str | None = None
    part_of_speech: str | None = None
    domain: str | None = None
    source: str | None = None
    text: str | None = None
    # Definitions that are told for one member only: (sense key, text).
    own_texts: list[tuple[str, str]] = field(default_factory=list)
    examples: list[tuple[str, str | None]] = field(default_factory=list)
    relations: list[RelationDraft] = field(default_factory=list)
    metadata: dict[str, JsonValue] = field(default_factory=dict)


@dataclass(slots=True)
class SenseDraft:
    """A sense; what it shares with its synset is `shared`, None where that follows later."""

    line: int
    key: str | None
    synset: str | None
    shared: SynsetDraft | None = None
    source: str | None = None
    synonyms: list[str] | None = None
    examples: list[tuple[str, str | None]] = field(default_factory=list)
    relations: list[RelationDraft] = field(default_factory=list)
    metadata: dict[str, JsonValue] = field(default_factory=dict)


@dataclass(slots=True)
class EntryDraft:
    """An entry without its senses, as codec.py encodes it, and its senses."""

    entry: Plain
    senses: list[SenseDraft]


def spool_entry(spool: Spool, line: int, draft: EntryDraft) -> None:
    """Keep a draft."""
    spool.add_entry(line, orjson.dumps(draft))


def spool_synset(spool: Spool, key: str, members: list[str], draft: SynsetDraft) -> bool:
    """Keep what is told of a synset; False when it was told before.

    Args:
        spool: where to.
        key: the synset.
        members: ids of entries or senses in their order; empty when the file does not order them.
        draft: what its senses share.
    """
    insert = "INSERT OR IGNORE INTO synset VALUES (?, NULL, ?, ?, ?)"
    row = (key, orjson.dumps(members), orjson.dumps(draft), draft.text is not None)
    return spool.database.execute(insert, row).rowcount == 1


def _relation_drafts(values: list[Plain]) -> list[RelationDraft]:
    return [RelationDraft(**value) for value in values]  # type: ignore[arg-type]  # our own dump


def load_synset(plain: dict[str, JsonValue]) -> SynsetDraft:
    """A synset out of the spool."""
    relations = _relation_drafts(plain.pop("relations"))  # type: ignore[arg-type]  # our own dump
    return SynsetDraft(**plain, relations=relations)  # type: ignore[arg-type]  # our own dump


def load_sense(plain: dict[str, JsonValue]) -> SenseDraft:
    """A sense out of the spool."""
    relations = _relation_drafts(plain.pop("relations"))  # type: ignore[arg-type]  # our own dump
    shared = plain.pop("shared")
    return SenseDraft(
        **plain,  # type: ignore[arg-type]  # our own dump
        relations=relations,
        shared=None if shared is None else load_synset(shared),  # type: ignore[arg-type]  # same
    )

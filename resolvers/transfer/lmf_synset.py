"""A synset of WN-LMF put together from its member senses."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Protocol

from documents.vocabulary import PartOfSpeech, RelationLevel, RelationType
from resolvers.transfer.lmf_ids import id_of_key
from resolvers.transfer.lmf_vocabulary import PARTS_OF_SPEECH, SYNSET_RELATIONS
from resolvers.transfer.lmf_xml import (
    element,
    example_element,
    part_of_speech_code,
    relation_element,
    text_element,
)
from resolvers.transfer.records import SenseRecord


@dataclass(frozen=True, slots=True)
class Member:
    """A sense with what its entry tells; the first member of a synset leads it.

    `part_of_speech` is the sense's own or, where it has none, the only one of its entry;
    `sense` names one only where it is not the entry's.
    """

    key: str
    language: str
    word: str
    part_of_speech: PartOfSpeech | None
    sense: SenseRecord


class SynsetIds(Protocol):
    """Knows all synsets of the library."""

    def synset_of(self, sense_key: str) -> str | None:
        """The synset of a sense, or None when there is no such sense."""

    def synset_id(self, key: str) -> str:
        """The id of a synset."""


def shared_examples(members: Sequence[Member]) -> int:
    """How many examples, from the first on, all members have in common."""
    columns = zip(*(member.sense.examples for member in members), strict=False)
    return sum(1 for _ in takewhile(lambda column: len(set(column)) == 1, columns))


def synset_element(
    key: str, members: Sequence[Member], ids: SynsetIds, left_out: Counter[str]
) -> str:
    """The Synset element; what members say otherwise than their lead is counted in `left_out`."""
    lead = members[0].sense
    part = _common_part_of_speech(members)
    code = None if part is None else part_of_speech_code(part)
    ili = lead.synset.ili if lead.synset else None
    values: dict[str, str | None] = {
        "id": ids.synset_id(key),
        "ili": ili or "",
        "partOfSpeech": code,
        "members": " ".join(id_of_key(member.key) for member in members),
        "lexfile": lead.domain,
    }
    content = [
        *_definitions(members),
        *_relations(members, ids, left_out),
        *map(example_element, lead.examples[: shared_examples(members)]),
    ]
    left_out["domain other than the lead's"] += sum(
        1 for member in members if member.sense.domain != lead.domain
    )
    left_out["part of speech other than the synset's"] += sum(
        1
        for member in members
        if member.sense.part_of_speech not in {None, PARTS_OF_SPEECH.get(code or "")}
    )
    return element("Synset", values, content)


def _common_part_of_speech(members: Sequence[Member]) -> PartOfSpeech | None:
    """What all members are. A synset of several kinds tells none, so that each keeps its own."""
    parts = {member.part_of_speech for member in members}
    return parts.pop() if len(parts) == 1 else None


def _definitions(members: Sequence[Member]) -> Iterator[str]:
    lead = members[0].sense
    yield text_element("Definition", lead.text)
    for member in members[1:]:
        if member.sense.text != lead.text:
            values: dict[str, str | None] = {"sourceSense": id_of_key(member.key)}
            yield text_element("Definition", member.sense.text, values)
    more = lead.metadata.get("more_definitions")
    if isinstance(more, list):
        yield from (text_element("Definition", str(text)) for text in more)


def _relations(members: Sequence[Member], ids: SynsetIds, left_out: Counter[str]) -> Iterator[str]:
    told: dict[tuple[RelationType, str], None] = {}
    for member in members:
        for edge in member.sense.relations:
            if edge.level is RelationLevel.SYNSET:
                target = ids.synset_of(edge.target_key)
                if target is None:
                    left_out["relations to what is not in the library"] += 1
                else:
                    told[edge.type, target] = None
    for type_, target in told:
        yield relation_element("SynsetRelation", type_, ids.synset_id(target), SYNSET_RELATIONS)

"""Wordnets on their way in: drafts whose relations still name synsets become records.

Both layouts that carry wordnets (WN-LMF and JSON Lines) are scanned into drafts. When the whole
file is in the spool, members are put in order, each synset gets its lead, and drafts are
completed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Final, TypeVar

import orjson

from documents.vocabulary import PartOfSpeech, RelationLevel, RelationType
from resolvers.transfer.codec import decode_entry
from resolvers.transfer.records import (
    EntryRecord,
    ExampleRecord,
    Refusal,
    RelationRecord,
    SenseRecord,
    SynsetReference,
)
from resolvers.transfer.spool import Spool
from resolvers.transfer.wordnet_drafts import (
    RelationDraft,
    SenseDraft,
    SynsetDraft,
    load_sense,
    load_synset,
)

Item = TypeVar("Item")

# Leads are asked for in clusters: the hyponyms of one synset share their hypernym.
_LEADS_REMEMBERED: Final = 65_536


def forget_undefined_senses(spool: Spool) -> None:
    """Let no relation end at a sense whose synset is missing or has no definition text."""
    spool.database.execute(
        "DELETE FROM sense WHERE NOT EXISTS"
        " (SELECT 1 FROM synset WHERE synset.key = sense.synset AND defined)"
    )


def order_members(spool: Spool) -> None:
    """Put the senses of every synset in order; the first one leads."""
    spool.database.execute("CREATE INDEX sense_synset ON sense (synset, word)")
    # Sorted into a copy first: the rows that are read are not those that are written.
    spool.database.execute(
        "CREATE TEMP TABLE member AS SELECT sense.synset, sense.key, word, entry_id, synonyms,"
        " members FROM sense LEFT JOIN synset ON synset.key = sense.synset"
        " WHERE sense.synset IS NOT NULL ORDER BY sense.synset, sense.rowid"
    )
    rows = spool.database.execute("SELECT * FROM member ORDER BY rowid")
    upsert = (
        "INSERT INTO synset (key, lead, members) VALUES (?, ?, ?)"
        " ON CONFLICT (key) DO UPDATE SET lead = excluded.lead, members = excluded.members"
    )
    for synset, group in groupby(rows, itemgetter(0)):
        members = _in_order(list(group))
        spool.database.execute(upsert, (synset, members[0][0], orjson.dumps(members)))


_MemberRow = tuple[str, str, str, str | None, bytes | None, bytes | None]


def _in_order(rows: list[_MemberRow]) -> list[tuple[str, str]]:
    """Keys and words: as listed, else as their synonyms tell, else as in the file."""
    order = _listed_order(rows) or _told_order(rows)
    last = len(order)
    # Sorting is stable: members that no order names stay as they are in the file, at the end.
    ranked = sorted(rows, key=lambda row: order.get(row[1], order.get(row[3] or row[2], last)))
    return [(key, word) for _, key, word, *_ in ranked]


def _listed_order(rows: list[_MemberRow]) -> dict[str, int]:
    listed = rows[0][5]
    return {name: rank for rank, name in enumerate(orjson.loads(listed))} if listed else {}


def _told_order(rows: list[_MemberRow]) -> dict[str, int]:
    """Recover the order from lists that leave out the member they belong to.

    The lead begins every list but its own, so from three members on it is known; of two members
    each list holds the other one, and nothing tells which leads.
    """
    if len(rows) < 3 or not all(row[4] for row in rows):
        return {}
    told = {row[2]: orjson.loads(row[4] or b"[]") for row in rows}
    firsts = [others[0] for others in told.values() if others]
    lead = max(dict.fromkeys(firsts), key=firsts.count)
    return {word: rank for rank, word in enumerate([lead, *told.get(lead, [])])}


def wordnet_records(spool: Spool) -> Iterator[EntryRecord | Refusal]:
    """Complete the spooled drafts."""
    return _Completion(spool).records()


class _Completion:
    """Gives records from drafts; looks up synsets and targets in the spool."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._database = spool.database
        self._lead = lru_cache(_LEADS_REMEMBERED)(self._find_lead)
        self._refusals: list[Refusal] = []

    def records(self) -> Iterator[EntryRecord | Refusal]:
        for line, blob in self._spool.entries():
            self._refusals = []
            draft = orjson.loads(blob)
            entry, _ = decode_entry(draft["entry"], line)
            senses = [load_sense(plain) for plain in draft["senses"]]
            completed = [self._sense(entry, sense) for sense in senses]
            yield replace(entry, senses=tuple([sense for sense in completed if sense]))
            yield from self._refusals

    def _sense(self, entry: EntryRecord, draft: SenseDraft) -> SenseRecord | None:
        shared, members = self._synset(draft.synset)
        shared = draft.shared or shared
        text = dict(shared.own_texts).get(draft.key or "", shared.text)
        if text is None:
            self._refuse(draft.line, f'sense "{draft.key}" has no definition text')
            return None
        keys = [key for key, _ in members]
        position = keys.index(draft.key) if draft.key in keys else 0
        relations, antonyms = self._relations(draft, shared, leads=position == 0)
        return SenseRecord(
            text=text,
            key=draft.key,
            synset=_reference(draft.synset, shared.ili, position),
            part_of_speech=_finer(shared.part_of_speech, entry.part_of_speech),
            domain=shared.domain,
            synonyms=tuple(
                [word for key, word in members if key != draft.key and word != entry.text]
                if draft.synonyms is None
                else draft.synonyms
            ),
            antonyms=antonyms,
            examples=tuple([ExampleRecord(*e) for e in (*shared.examples, *draft.examples)]),
            relations=relations,
            source=draft.source or shared.source,
            metadata={**shared.metadata, **draft.metadata},
        )

    def _synset(self, key: str | None) -> tuple[SynsetDraft, list[tuple[str, str]]]:
        select = "SELECT draft, members FROM synset WHERE key = ?"
        row = self._database.execute(select, (key,)).fetchone()
        if row is None:
            return SynsetDraft(), []
        draft = SynsetDraft() if row[0] is None else load_synset(orjson.loads(row[0]))
        return draft, orjson.loads(row[1])

    def _relations(
        self, draft: SenseDraft, shared: SynsetDraft, *, leads: bool
    ) -> tuple[tuple[RelationRecord, ...], tuple[str, ...]]:
        edges: list[RelationRecord] = []
        antonyms: list[str] = []
        for relation in draft.relations:
            key, word = self._target_sense(relation)
            if key is None:
                self._refuse_target(relation)
                continue
            type_ = RelationType(relation.type)
            edges.append(RelationRecord(type_, RelationLevel.SENSE, key))
            if type_ is RelationType.ANTONYM:
                antonyms.append(word)
        for relation in shared.relations:
            lead = self._lead(relation.target)
            if lead is not None:
                type_ = RelationType(relation.type)
                edges.append(RelationRecord(type_, RelationLevel.SYNSET, lead))
            elif leads or draft.shared is not None:
                # What a synset tells once is refused once, not for each of its members.
                self._refuse_target(relation)
        return _distinct(edges), _distinct(antonyms)

    def _target_sense(self, relation: RelationDraft) -> tuple[str | None, str]:
        if relation.word is None:
            select, values = "SELECT key, word FROM sense WHERE key = ?", (relation.target,)
            row = self._database.execute(select, values).fetchone()
        else:
            select = "SELECT key, word FROM sense WHERE synset = ? AND word = ? ORDER BY rowid"
            named = (relation.target, relation.word)
            row = self._database.execute(select, named).fetchone()
        return (None, "") if row is None else row

    def _find_lead(self, synset: str) -> str | None:
        select = "SELECT lead FROM synset WHERE key = ?"
        row = self._database.execute(select, (synset,)).fetchone()
        return None if row is None else row[0]

    def _refuse_target(self, relation: RelationDraft) -> None:
        named = relation.target if relation.word is None else f"{relation.word}, {relation.target}"
        reason = f'{relation.type} ends at "{named}", which the file does not define'
        self._refuse(relation.line, reason)

    def _refuse(self, line: int, reason: str) -> None:
        self._refusals.append(Refusal(line, reason))


def _distinct(items: Iterable[Item]) -> tuple[Item, ...]:
    return tuple(dict.fromkeys(items))


def _reference(key: str | None, ili: str | None, position: int) -> SynsetReference | None:
    return None if key is None else SynsetReference(key, ili, position)


def _finer(name: str | None, of_entry: tuple[PartOfSpeech, ...]) -> PartOfSpeech | None:
    if name is None or name == PartOfSpeech.OTHER or (name,) == of_entry:
        return None
    return PartOfSpeech(name)

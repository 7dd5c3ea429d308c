"""What holds after any sequence of batches, whatever was refused in them."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest
from batches import call, everything, refer, stored

from documents.base import EntityKind
from documents.database import Row
from documents.definition import DefinitionDocument, SynsetReference
from documents.ids import DocumentId
from documents.library import LibraryDocument
from documents.unit_of_work import UnitOfWork, run_in_transaction
from documents.vocabulary import RelationLevel, RelationType
from resolvers.context import Context
from resolvers.writing.definition import (
    create_definitions,
    delete_definitions,
    update_definitions,
)
from resolvers.writing.items import (
    DefinitionUpdate,
    DefinitionUpsert,
    ExampleUpsert,
    NestedDefinition,
    NestedExample,
    NewDefinition,
    NewWord,
    Reference,
    RelationItem,
    Removal,
    WordUpdate,
    WordUpsert,
)
from resolvers.writing.mixed import Operation, apply_batch
from resolvers.writing.result import BatchResult, ErrorPolicy
from resolvers.writing.word import create_words, delete_words, update_words

STEPS = 25
# Few enough that batches collide and texts are met again.
TEXTS = [f"text {number}" for number in range(12)]


Some = Callable[[EntityKind], Reference]
Name = Callable[[EntityKind, int], str]


class Chance:
    """Random batches about what is in the store, and now and then about what is not."""

    def __init__(self, context: Context, random: Random) -> None:
        self._context = context
        self._random = random
        self._ids: dict[EntityKind, list[DocumentId]] = {}

    async def step(self) -> BatchResult:
        for kind in (EntityKind.WORD, EntityKind.DEFINITION):
            rows = await stored(self._context, f"{kind}s")
            self._ids[kind] = [row["_id"] for row in rows]
        policy = self._random.choice(list(ErrorPolicy))
        if self._random.random() < 0.3:
            return await apply_batch(self._context, call(*self._mixed(), policy=policy))
        return await self._batch_of_one_kind(policy)

    async def _batch_of_one_kind(self, policy: ErrorPolicy) -> BatchResult:
        some = range(self._random.randint(1, 4))
        cascade = self._random.random() < 0.7
        match self._random.randint(0, 7):
            case 0 | 1:
                words = [self._new_word() for _ in some]
                return await create_words(self._context, call(*words, policy=policy))
            case 2 | 3:
                new = [self._new_definition() for _ in some]
                return await create_definitions(self._context, call(*new, policy=policy))
            case 4:
                texts = [WordUpdate(id=self._word(), text=self._text()) for _ in some]
                return await update_words(self._context, call(*texts, policy=policy))
            case 5:
                changes = [
                    DefinitionUpdate(id=self._definition(), relations=self._relations())
                    for _ in some
                ]
                return await update_definitions(self._context, call(*changes, policy=policy))
            case 6:
                gone = [Removal(id=self._definition()) for _ in some]
                deletion = call(*gone, policy=policy, cascade=cascade)
                return await delete_definitions(self._context, deletion)
            case _:
                gone = [Removal(id=self._word()) for _ in some]
                deletion = call(*gone, policy=policy, cascade=cascade)
                return await delete_words(self._context, deletion)

    def _mixed(self) -> list[Operation]:
        """Operations of all kinds; half of those that could refer to an earlier item do."""
        names: dict[EntityKind, list[str]] = {EntityKind.WORD: [], EntityKind.DEFINITION: []}

        def some(kind: EntityKind) -> Reference:
            if names[kind] and self._random.random() < 0.5:
                return Reference("@" + self._random.choice(names[kind]))
            return refer(kind, self._any(kind))

        def name(kind: EntityKind, number: int) -> str:
            names[kind].append(f"{kind}{number}")
            return names[kind][-1]

        return [self._operation(number, some, name) for number in range(8)]

    def _operation(self, number: int, some: Some, name: Name) -> Operation:
        word, definition = EntityKind.WORD, EntityKind.DEFINITION
        text, other = self._text(), self._text()
        makers: dict[str, Callable[[], object]] = {
            "createWord": lambda: replace(self._new_word(), client_ref=name(word, number)),
            "upsertWord": lambda: WordUpsert(
                text=text, etymology=other, client_ref=name(word, number)
            ),
            "createDefinition": lambda: NewDefinition(
                word_id=some(word), text=text, client_ref=name(definition, number)
            ),
            "upsertDefinition": lambda: DefinitionUpsert(
                word_id=some(word), key=text, text=other, client_ref=name(definition, number)
            ),
            "updateDefinition": lambda: DefinitionUpdate(
                id=some(definition), text=text, relations=self._relations()
            ),
            "upsertExample": lambda: ExampleUpsert(definition_id=some(definition), text=text),
            "deleteWord": lambda: Removal(id=some(word), cascade=True),
            "deleteDefinition": lambda: Removal(id=some(definition), cascade=True),
        }
        verb = self._random.choice(list(makers))
        return Operation(verb, makers[verb]())

    def _text(self) -> str:
        return self._random.choice(TEXTS)

    def _word(self) -> Reference:
        return refer(EntityKind.WORD, self._any(EntityKind.WORD))

    def _definition(self) -> Reference:
        return refer(EntityKind.DEFINITION, self._any(EntityKind.DEFINITION))

    def _any(self, kind: EntityKind) -> DocumentId:
        known = self._ids[kind]
        return self._random.choice(known) if known else DocumentId()

    def _relations(self) -> list[RelationItem]:
        return [
            RelationItem(
                type=RelationType.ALSO,
                level=self._random.choice(list(RelationLevel)),
                target_id=self._definition(),
            )
            for _ in range(self._random.randint(0, 2))
        ]

    def _new_word(self) -> NewWord:
        definitions = [
            NestedDefinition(text=self._text(), examples=[NestedExample(text=self._text())])
            for _ in range(self._random.randint(0, 2))
        ]
        return NewWord(text=self._text(), definitions=definitions)

    def _new_definition(self) -> NewDefinition:
        return NewDefinition(word_id=self._word(), text=self._text(), relations=self._relations())


@pytest.mark.parametrize("seed", range(4))
async def test_no_batch_breaks_the_library(
    context: Context, library: LibraryDocument, seed: int
) -> None:
    random = Random(seed)
    chance = Chance(context, random)
    for _ in range(STEPS):
        before = await everything(context)
        result = await chance.step()
        after = await everything(context)
        written = any(
            each.status.value in ("created", "updated", "deleted") for each in result.results
        )
        assert written == (before != after)
        check(after)
        await join_synset(context, library, random)


async def join_synset(context: Context, library: LibraryDocument, random: Random) -> None:
    """Put two definitions that are in none into a synset, as imports do."""

    async def work(unit: UnitOfWork) -> None:
        free = await unit.read(DefinitionDocument, {"synset": None})
        if len(free) > 1:
            members = random.sample(free, 2)
            for position, member in enumerate(members):
                key = f"synset of {members[0].id}"
                member.synset = SynsetReference(key=key, position=position)
            await unit.replace(members)

    await run_in_transaction(context.services.client, library.id, work)


def check(store: dict[str, list[Row]]) -> None:
    (library,) = store["libraries"]
    words = {row["_id"] for row in store["words"]}
    definitions = {row["_id"]: row for row in store["definitions"]}
    embedded = {bytes(row["text_hash"]) for row in store["embeddings"]}
    assert {row["word_id"] for row in definitions.values()} <= words
    assert {row["definition_id"] for row in store["examples"]} <= definitions.keys()
    targets = {edge["target_id"] for row in definitions.values() for edge in row["relations"]}
    assert targets <= definitions.keys()
    texts = [*store["words"], *definitions.values()]
    assert {bytes(row["text_hash"]) for row in texts} <= embedded
    assert len(embedded) == len(store["embeddings"])

    synsets = {row["synset"]["key"] for row in definitions.values() if "synset" in row}
    leads = Counter(
        row["synset"]["key"]
        for row in definitions.values()
        if "synset" in row and row["synset"]["position"] == 0
    )
    assert leads == dict.fromkeys(synsets, 1)

    sequences = [row["sequence"] for row in store["changes"]]
    assert sorted(sequences) == list(range(1, library["sequence"] + 1))

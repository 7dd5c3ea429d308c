"""What passes restrictions is remembered until the library changes, as long as there is room."""

import pytest
from bson import ObjectId

from documents.database import Client
from resolvers.restrictions import allow_lists
from resolvers.restrictions.allow_lists import AllowLists
from resolvers.semantic_index.id_set import IdSet


class Questions:
    """Counts how often each question is answered."""

    def __init__(self, lists: AllowLists) -> None:
        self.lists = lists
        self.answered: list[str] = []

    async def ask(self, question: str, sequence: int = 1) -> IdSet:
        async def find() -> IdSet:
            self.answered.append(question)
            return IdSet.of(ObjectId() for _ in question)

        return await self.lists.of(sequence, question, find)


@pytest.fixture
def questions(mongo_client: Client, database_name: str) -> Questions:
    return Questions(AllowLists(mongo_client[database_name], ObjectId()))


async def test_a_question_is_answered_again_when_the_library_has_changed(
    questions: Questions,
) -> None:
    first = await questions.ask("a")
    assert await questions.ask("a") == first
    assert await questions.ask("a", sequence=2) != first
    # Who still reads an older state asks in vain, and changes nothing for the others.
    await questions.ask("a", sequence=1)
    await questions.ask("a", sequence=2)
    assert questions.answered == ["a", "a", "a"]


async def test_long_answers_leave_no_room_for_old_ones(
    questions: Questions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(allow_lists, "IDS_KEPT", 6)
    for question in ("aa", "bbb", "cccc", "bbb", "d" * 9, "d" * 9, "cccc"):
        await questions.ask(question)
    assert questions.answered == ["aa", "bbb", "cccc", "bbb", "d" * 9, "cccc"]

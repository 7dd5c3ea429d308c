import asyncio
from collections.abc import Sequence
from random import Random

import pytest

from resolvers.semantic_index.joining import JoiningLoader


class Doubler:
    """Doubles numbers and remembers its batches; the gate holds a batch until it is opened."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.loader = JoiningLoader[int, int](self.run)

    async def run(self, keys: Sequence[int]) -> list[int]:
        self.batches.append(list(keys))
        await self.gate.wait()
        if 13 in keys:
            raise ValueError("unlucky")
        return [2 * key for key in keys]


@pytest.fixture
def doubler() -> Doubler:
    return Doubler()


async def start(*awaitables: object) -> list["asyncio.Task[int]"]:
    tasks = [asyncio.ensure_future(each) for each in awaitables]  # type: ignore[arg-type]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return tasks


async def test_an_idle_loader_starts_at_once(doubler: Doubler) -> None:
    assert await doubler.loader.load(4) == 8
    assert doubler.batches == [[4]]


async def test_loads_that_arrive_during_a_batch_form_the_next_one(doubler: Doubler) -> None:
    doubler.gate.clear()
    first = await start(doubler.loader.load(1))
    others = await start(*(doubler.loader.load(n) for n in (2, 3, 4)))
    doubler.gate.set()
    assert await asyncio.gather(*first, *others) == [2, 4, 6, 8]
    assert doubler.batches == [[1], [2, 3, 4]]


async def test_an_error_reaches_every_caller_of_its_batch_and_no_other(doubler: Doubler) -> None:
    doubler.gate.clear()
    first = await start(doubler.loader.load(1))
    failing = await start(doubler.loader.load(13), doubler.loader.load(2))
    doubler.gate.set()
    assert await first[0] == 2
    outcomes = await asyncio.gather(*failing, return_exceptions=True)
    assert [str(outcome) for outcome in outcomes] == ["unlucky", "unlucky"]
    assert await doubler.loader.load(5) == 10


async def test_a_cancelled_leader_leaves_the_others_their_answers(doubler: Doubler) -> None:
    doubler.gate.clear()
    (leader,) = await start(doubler.loader.load(1))
    (follower,) = await start(doubler.loader.load(2))
    leader.cancel()
    doubler.gate.set()
    assert await follower == 4
    with pytest.raises(asyncio.CancelledError):
        await leader


async def test_a_cancelled_leader_of_a_joined_batch_hands_the_batch_on(doubler: Doubler) -> None:
    doubler.gate.clear()
    (first,) = await start(doubler.loader.load(1))
    leader, follower = await start(doubler.loader.load(2), doubler.loader.load(3))
    doubler.gate.set()
    await first
    doubler.gate.clear()
    await asyncio.sleep(0)
    leader.cancel()
    await asyncio.sleep(0)
    doubler.gate.set()
    assert await follower == 6


async def test_a_cancelled_follower_is_not_computed(doubler: Doubler) -> None:
    doubler.gate.clear()
    (leader,) = await start(doubler.loader.load(1))
    (follower,) = await start(doubler.loader.load(2))
    follower.cancel()
    await asyncio.sleep(0)
    doubler.gate.set()
    assert await leader == 2
    assert await doubler.loader.load(3) == 6
    assert doubler.batches == [[1], [3]]


async def test_a_load_does_not_wait_long_for_a_batch_while_a_lane_is_free(
    doubler: Doubler,
) -> None:
    loader = JoiningLoader[int, int](doubler.run, lanes=2)
    doubler.gate.clear()
    first = await start(loader.load(1))
    others = await start(loader.load(2), loader.load(3))
    assert doubler.batches == [[1]]
    await asyncio.sleep(0.05)
    assert doubler.batches == [[1], [2, 3]]
    late = await start(loader.load(4), loader.load(5))
    await asyncio.sleep(0.02)
    assert doubler.batches == [[1], [2, 3]]
    doubler.gate.set()
    assert await asyncio.gather(*first, *others, *late) == [2, 4, 6, 8, 10]
    assert doubler.batches == [[1], [2, 3], [4, 5]]


async def test_many_loads_that_come_and_go_all_get_their_values() -> None:
    batches = 0

    async def run(keys: Sequence[int]) -> list[int]:
        nonlocal batches
        batches += 1
        await asyncio.sleep(0.001 * (sum(keys) % 5))
        return [2 * key for key in keys]

    loader = JoiningLoader[int, int](run, lanes=3)
    random = Random(1)
    tasks = []
    for number in range(500):
        tasks.append(asyncio.ensure_future(loader.load(number)))
        if number % 7 == 0:
            random.choice(tasks).cancel()
        if number % 3 == 0:
            await asyncio.sleep(0)
    values = await asyncio.gather(*tasks, return_exceptions=True)
    wrong = [
        value
        for number, value in enumerate(values)
        if value != 2 * number and not isinstance(value, asyncio.CancelledError)
    ]
    assert wrong == []
    assert batches < 500

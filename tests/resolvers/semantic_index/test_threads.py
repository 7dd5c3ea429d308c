"""Work in threads ends before anything else goes on."""

import asyncio
import threading

import pytest

from resolvers.semantic_index.threads import in_thread


async def test_the_result_and_the_error_of_the_work_arrive() -> None:
    assert await in_thread(divmod, 7, 2) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        await in_thread(divmod, 7, 0)


@pytest.mark.parametrize("fails", [False, True])
async def test_a_cancelled_caller_goes_on_only_when_the_work_has_ended(fails: bool) -> None:
    begun, may_end, ended = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        may_end.wait()
        ended.set()
        if fails:
            raise ValueError("nobody asks for this")

    async with asyncio.TaskGroup() as tasks:
        caller = tasks.create_task(in_thread(work))
        await asyncio.to_thread(begun.wait)
        for _ in range(2):
            caller.cancel()
            await asyncio.sleep(0.01)
            assert not caller.done()
        may_end.set()
    assert ended.is_set()
    assert caller.cancelled()

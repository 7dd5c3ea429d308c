"""Messages that no honest client sends: the store answers or hangs up, and goes on as it was."""

import contextlib
import socket
import struct
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bson import Decimal128, Int64, MaxKey, MinKey, ObjectId, Regex, Timestamp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from store_process import StoreProcess, connection, store_process

from infra.embedded.address import connect
from infra.embedded.bson_types import encode_document
from infra.embedded.commands import COMMANDS
from infra.embedded.expressions import EXPRESSION_OPERATORS
from infra.embedded.filters import FILTER_OPERATORS
from infra.embedded.pipeline import STAGES
from infra.embedded.update import UPDATE_OPERATORS
from infra.embedded.wire import OP_MSG, parse_request, read_frame

INTERNAL_ERROR = 1
ANSWER_SECONDS = 5
IDLE_DESCRIPTORS = 64
Body = dict[str, Any]

names = st.sampled_from(["a", "b", "a.b", "a.0", "_id", "", "$", "a.$", "a.$[]", "a..b", "$a", "ü"])
operators = st.sampled_from(sorted({*FILTER_OPERATORS, *UPDATE_OPERATORS, *EXPRESSION_OPERATORS}))
leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.integers(-(2**63), 2**63 - 1).map(Int64),
    st.floats(),
    st.text(max_size=3),
    st.sampled_from(["$a", "$$ROOT", "$a.b", "$$unheard", "words", "1"]),
    st.binary(max_size=4),
    st.sampled_from(
        [ObjectId(), Decimal128("1.5"), Decimal128("NaN"), MinKey(), MaxKey(), Timestamp(1, 1)]
    ),
    st.sampled_from([Regex("a"), Regex("("), Regex("^a", "i")]),
)
trees = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(names | operators, inner, max_size=3)
    ),
    max_leaves=8,
)
objects = st.dictionaries(names | operators, trees, max_size=3)
stages = st.dictionaries(st.sampled_from(sorted(STAGES)), trees, min_size=1, max_size=1)
statements = st.fixed_dictionaries(
    {"q": objects, "u": objects | st.lists(stages, max_size=2)},
    optional={"upsert": st.booleans(), "multi": st.booleans(), "arrayFilters": st.lists(objects)},
)
sound = st.one_of(
    st.builds(lambda query: {"find": "words", "filter": query}, objects),
    st.builds(lambda shown: {"find": "words", "projection": shown}, objects),
    st.builds(lambda order: {"find": "words", "sort": order}, objects),
    st.builds(
        lambda steps: {"aggregate": "words", "pipeline": steps, "cursor": {}},
        st.lists(stages, max_size=3),
    ),
    st.builds(
        lambda value: {"aggregate": "words", "pipeline": [{"$set": {"x": value}}], "cursor": {}},
        st.dictionaries(st.sampled_from(sorted(EXPRESSION_OPERATORS)), trees, min_size=1),
    ),
    st.builds(lambda items: {"update": "words", "updates": items}, st.lists(statements)),
    st.builds(lambda items: {"insert": "words", "documents": items}, st.lists(objects)),
    st.builds(
        lambda key: {"createIndexes": "words", "indexes": [{"key": key, "name": "x"}]},
        st.dictionaries(names, leaves, min_size=1, max_size=2),
    ),
    st.builds(
        lambda query, change: {"findAndModify": "words", "query": query, "update": change},
        objects,
        objects,
    ),
)
anything = st.builds(
    lambda name, value, options: {name: value, **options},
    st.sampled_from(sorted(COMMANDS)),
    leaves | trees,
    st.dictionaries(
        st.sampled_from(
            ["filter", "query", "sort", "limit", "skip", "cursor", "documents", "updates", "key",
             "pipeline", "indexes", "index", "batchSize", "lsid", "txnNumber", "autocommit",
             "startTransaction", "maxTimeMS", "readConcern", "writeConcern", "let", "hint", "to"]
        ),
        trees,
        max_size=4,
    ),
)  # fmt: skip
fuzzing = settings(suppress_health_check=list(HealthCheck))
FEW, MANY = 150, 5_000


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StoreProcess]:
    with store_process(tmp_path_factory.mktemp("fuzz") / "store.sqlite3") as store:
        with connection(store.uri) as say:
            for number in range(5):
                document = {"_id": number, "a": [number, {"b": "x"}], "b": {"a": 1.5}}
                say({"insert": "words", "documents": [document], "$db": "fuzz"})
        yield store


def message(body: bytes) -> bytes:
    return struct.pack("<iiiiIB", 21 + len(body), 1, 0, OP_MSG, 0, 0) + body


def assert_serving(store: StoreProcess) -> None:
    with connection(store.uri) as say:
        assert say({"ping": 1, "$db": "admin"})["ok"] == 1


def usage(store: StoreProcess) -> tuple[int, int, int]:
    """Open descriptors, threads, and resident KiB of the store."""
    process = Path("/proc") / str(store.process.pid)
    status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
    descriptors = len(list((process / "fd").iterdir()))
    return descriptors, int(status["Threads"]), int(status["VmRSS"].split()[0])


def send_and_hang_up(store: StoreProcess, content: bytes) -> None:
    """Say something, listen to what comes back, and go; silence is no answer."""
    with (
        connect(store.uri, ANSWER_SECONDS) as wire,
        wire.makefile("rb") as stream,
        contextlib.suppress(ConnectionError),
    ):
        wire.sendall(content)
        wire.shutdown(socket.SHUT_WR)
        while (frame := read_frame(stream)) is not None:
            assert "ok" in parse_request(frame).body


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A sound message in which some bytes have been changed, cut out or put in."""
    body = encode_document({**draw(sound), "$db": "fuzz"})
    content = bytearray(message(body))
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(content) - 1))
        match draw(st.integers(0, 3)):
            case 0:
                content[place] = draw(st.integers(0, 255))
            case 1:
                del content[place : place + draw(st.integers(1, 8))]
            case 2:
                content[place:place] = draw(st.binary(min_size=1, max_size=8))
            case _:
                length = draw(st.sampled_from([0, 1, 4, 5, 255, 2**31 - 1, 2**32 - 1]))
                content[place : place + 4] = struct.pack("<I", length)
        content = content or bytearray(b"\0")
    return bytes(content)


@pytest.mark.parametrize("examples", [FEW, pytest.param(MANY, marks=pytest.mark.long)])
def test_damaged_messages_leave_the_store_as_it_was(store: StoreProcess, examples: int) -> None:
    send_and_hang_up(store, message(encode_document({"ping": 1, "$db": "fuzz"})))

    @settings(fuzzing, max_examples=examples)
    @given(content=mutated() | st.binary(max_size=300))
    def law(content: bytes) -> None:
        send_and_hang_up(store, content)

    law()
    assert_serving(store)


@pytest.mark.parametrize("examples", [FEW, pytest.param(MANY, marks=pytest.mark.long)])
def test_no_command_is_a_fault_of_the_store(store: StoreProcess, examples: int) -> None:
    @settings(fuzzing, max_examples=examples)
    @given(body=sound | anything)
    def law(body: Body) -> None:
        with connection(store.uri) as say:
            reply = say({**body, "$db": "fuzz"})
            errors = [reply, *reply.get("writeErrors", [])]
            assert all(error.get("code") != INTERNAL_ERROR for error in errors), reply
            assert say({"ping": 1, "$db": "fuzz"})["ok"] == 1

    law()


def test_whoever_hangs_up_leaves_nothing_behind(store: StoreProcess) -> None:
    body = encode_document({"find": "words", "batchSize": 1, "$db": "fuzz"})

    def visit() -> None:
        for number in range(100):
            with connect(store.uri, ANSWER_SECONDS) as wire:
                wire.sendall(message(body)[: 1 + number * 2])

    visit()
    _, _, before = usage(store)
    for _ in range(3):
        visit()
    deadline = time.monotonic() + ANSWER_SECONDS
    # What stays is the maintenance thread, and connections to SQLite for whoever comes next.
    while not ((after := usage(store))[0] < IDLE_DESCRIPTORS and after[1] == 2):
        assert time.monotonic() < deadline, after
        time.sleep(0.05)
    assert after[2] < before + 32 * 1024


@pytest.mark.parametrize("in_arrays", [True, False])
@pytest.mark.parametrize("levels", [150, 250, 2_000])
def test_nesting_is_bounded(store: StoreProcess, levels: int, in_arrays: bool) -> None:
    deep = raw_nested(levels, in_arrays=in_arrays)
    for field, name in ((b"filter", b"find"), (b"query", b"count")):
        command = b"\x02" + name + b"\0\x06\0\0\0words\0\x03" + field + b"\0" + deep
        command += b"\x02$db\0\x05\0\0\0fuzz\0\0"
        send_and_hang_up(store, message(struct.pack("<i", 4 + len(command)) + command))
    assert_serving(store)


def raw_nested(levels: int, *, in_arrays: bool) -> bytes:
    """BSON that is nested deeper than an encoder would go."""
    document = struct.pack("<i", 5) + b"\0"
    for _ in range(levels):
        head = b"\x040\0" if in_arrays else b"\x03a\0"
        document = struct.pack("<i", 5 + len(head) + len(document)) + head + document + b"\0"
    return struct.pack("<i", 8 + len(document)) + b"\x03a\0" + document + b"\0"


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+$", "(a|b|ab)*c", "(.*)*x", "(a*)*b" * 5])
def test_a_regular_expression_cannot_hold_the_store(store: StoreProcess, pattern: str) -> None:
    with connection(store.uri) as say:
        bait = {"_id": "bait", "text": "ab" * 20 + "a" * 40 + "!"}
        say({"insert": "baits", "documents": [bait], "$db": "fuzz"})
        started = time.monotonic()
        reply = say({"find": "baits", "filter": {"text": {"$regex": pattern}}, "$db": "fuzz"})
        assert "ok" in reply
        assert time.monotonic() - started < ANSWER_SECONDS
        long = {"find": "baits", "filter": {"text": {"$regex": "a" * 40_000}}, "$db": "fuzz"}
        assert say(long)["ok"] == 0


@pytest.mark.parametrize(
    "command",
    [
        {"insert": "words", "documents": [{"a": "x" * 17_000_000}]},
        {"insert": "words", "documents": [{}] * 100_001},
        {"find": "words", "filter": {"a" + ".a" * 500: 1}},
        {"find": "words", "filter": {"$or": [{"a": 1}] * 2_000}, "limit": -(2**40)},
    ],
    ids=["document", "batch", "path", "limit"],
)
def test_sizes_are_bounded(store: StoreProcess, command: Body) -> None:
    with connection(store.uri) as say:
        assert say({**command, "$db": "fuzz"})["ok"] == 0
    assert_serving(store)

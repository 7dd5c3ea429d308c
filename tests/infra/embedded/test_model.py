"""Random operations of several clients on the store and on a model of MongoDB, side by side."""

import copy
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit
from uuid import uuid4

import mongo_model as model
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)
from mongo_model import Document, Index, RefusedError
from pymongo import DeleteOne, InsertOne, MongoClient, ReplaceOne, ReturnDocument, UpdateOne
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.errors import BulkWriteError, OperationFailure
from store_process import StoreProcess, store_process

WRITE_CONFLICT = 112
CLIENTS = 3
BULK_ORDER = ("insert", "", "update", "replace", "delete")
Client = MongoClient[Document]
State = dict[str, model.Collection]

scalars = st.one_of(
    st.integers(-2, 3),
    st.sampled_from([0.0, 1.0, 1.5, -0.5]),
    st.sampled_from(["", "a", "ab", "b"]),
    st.none(),
    st.booleans(),
)
lists = st.lists(scalars, max_size=3)
parts = st.fixed_dictionaries({}, optional={"x": scalars, "y": scalars})
values = scalars | lists
nested = scalars | parts | st.lists(parts, min_size=1, max_size=2)
identifiers = st.integers(0, 9)
contents = st.fixed_dictionaries({}, optional={"a": values, "b": values, "d": nested})
documents = st.builds(lambda _id, content: {"_id": _id, **content}, identifiers, contents)
paths = st.sampled_from(["a", "b", "d.x", "d.y"])
types = st.sampled_from(["null", "number", "string", "object", "array", "bool"])
comparisons = st.dictionaries(
    st.sampled_from(["$gt", "$gte", "$lt", "$lte"]), scalars, min_size=1, max_size=2
)
tests = st.one_of(
    comparisons,
    st.fixed_dictionaries({"$eq": values}),
    st.fixed_dictionaries({"$ne": values}),
    st.fixed_dictionaries({"$in": st.lists(scalars, max_size=3)}),
    st.fixed_dictionaries({"$nin": st.lists(scalars, max_size=3)}),
    st.fixed_dictionaries({"$exists": st.booleans()}),
    st.fixed_dictionaries({"$size": st.integers(0, 3)}),
    st.fixed_dictionaries({"$all": lists}),
    st.fixed_dictionaries({"$type": types}),
    st.fixed_dictionaries({"$regex": st.sampled_from(["^a", "b$", "^$"])}),
    st.fixed_dictionaries({"$mod": st.sampled_from([[2, 0], [2, 1], [3, 1]])}),
    st.fixed_dictionaries({"$not": comparisons}),
    st.fixed_dictionaries({"$elemMatch": comparisons}),
)
field_filters = st.one_of(
    st.dictionaries(paths, scalars | tests, max_size=2),
    st.dictionaries(st.sampled_from(["a", "b"]), lists, max_size=1),
    st.fixed_dictionaries({"d": parts | st.fixed_dictionaries({"$exists": st.booleans()})}),
    st.fixed_dictionaries(
        {
            "d": st.fixed_dictionaries(
                {
                    "$elemMatch": st.dictionaries(
                        st.sampled_from(["x", "y"]), scalars | comparisons, min_size=1
                    )
                }
            )
        }
    ),
    st.builds(lambda names: {"_id": {"$in": names}}, st.lists(identifiers, max_size=4)),
)
filters = st.one_of(
    field_filters,
    st.builds(
        lambda name, children: {name: children},
        st.sampled_from(["$and", "$or", "$nor"]),
        st.lists(field_filters, min_size=1, max_size=3),
    ),
)
pushes = scalars | st.fixed_dictionaries(
    {"$each": lists},
    optional={
        "$position": st.integers(0, 2),
        "$slice": st.integers(-3, 3),
        "$sort": st.sampled_from([1, -1]),
    },
)
numbers = st.integers(-2, 2) | st.sampled_from([0.5, 1.0])
fields = st.sampled_from(["a", "b"])
changes = st.one_of(
    st.dictionaries(fields, values, min_size=1).map(lambda parts: {"$set": parts}),
    st.builds(lambda value: {"$set": {"d": value}}, nested),
    st.builds(
        lambda path, value: {"$set": {path: value}}, st.sampled_from(["d.x", "d.y"]), scalars
    ),
    st.builds(lambda path: {"$unset": {path: ""}}, paths),
    st.builds(
        lambda name, path, value: {name: {path: value}},
        st.sampled_from(["$inc", "$mul"]),
        paths,
        numbers,
    ),
    st.builds(
        lambda name, path, value: {name: {path: value}},
        st.sampled_from(["$min", "$max"]),
        paths,
        scalars,
    ),
    st.builds(lambda path, value: {"$push": {path: value}}, fields, pushes),
    st.builds(
        lambda path, value: {"$addToSet": {path: value}},
        fields,
        scalars | st.fixed_dictionaries({"$each": lists}),
    ),
    st.builds(lambda path, value: {"$pull": {path: value}}, fields, scalars | comparisons),
    st.builds(lambda path, value: {"$pullAll": {path: value}}, fields, lists),
    st.builds(lambda path, end: {"$pop": {path: end}}, fields, st.sampled_from([1, -1])),
    st.just({"$rename": {"a": "b"}}),
    st.builds(
        lambda value, other: {"$setOnInsert": {"a": value}, "$set": {"b": other}}, scalars, scalars
    ),
)
patterns = st.lists(st.sampled_from(["a", "b", "d.x", "d.y", "_id"]), unique=True, max_size=1).map(
    lambda names: dict.fromkeys(names, 1)
)
directions = st.sampled_from([1, -1])
projections = st.none() | st.builds(
    lambda names, keep, with_id: {**dict.fromkeys(names, keep), **({} if with_id else {"_id": 0})},
    st.sets(st.sampled_from(["a", "b", "d"]), min_size=1),
    st.booleans(),
    st.booleans(),
)
indexes = st.builds(
    lambda names, way, unique, kind: Index(
        name="_".join(["i", *names, str(way), kind, "u" if unique else "n"]),
        fields=tuple((name, way) for name in names),
        unique=unique,
        sparse=kind == "sparse",
        partial={"a": {"$gte": 1}} if kind == "partial" else None,
    ),
    st.lists(st.sampled_from(["a", "b", "d.x", "d.y"]), min_size=1, max_size=2, unique=True),
    directions,
    st.booleans(),
    st.sampled_from(["plain", "plain", "sparse", "partial"]),
)
bulk_items = st.one_of(
    st.tuples(st.just("insert"), identifiers, contents),
    st.tuples(st.just("replace"), identifiers, contents),
    st.tuples(st.just("update"), identifiers, changes),
    st.tuples(st.just("delete"), identifiers, st.just({})),
)
clients = st.integers(0, CLIENTS - 1)
names = st.sampled_from(["one", "two"])


class Home:
    """A store that is killed and started again on the same file."""

    def __init__(self, path: Path, stack: ExitStack) -> None:
        self._path = path
        self._stack = stack
        self.store = self._started(0)

    def _started(self, port: int) -> StoreProcess:
        return self._stack.enter_context(store_process(self._path, port=port))

    def crash(self) -> None:
        self.store.kill()
        self.store = self._started(urlsplit(self.store.uri).port or 0)


@dataclass
class Running:
    """A transaction: its session, and what it sees once it has begun."""

    session: ClientSession
    view: State | None = None
    commits: int = 0
    changes: int = 0
    writes: bool = False


class StoreMachine(RuleBasedStateMachine):
    home: ClassVar[Home]

    def __init__(self) -> None:
        super().__init__()
        self.database = f"model_{uuid4().hex[:12]}"
        self.state: State = {"one": model.Collection(), "two": model.Collection()}
        self.running: dict[int, Running] = {}
        self.losers: list[ClientSession] = []
        # Commits of any kind, and those that changed something.
        self.commits = self.changes = 0
        self.clients = [Client(self.home.store.uri) for _ in range(CLIENTS)]

    def teardown(self) -> None:
        for client in list(self.running):
            self._end(client)
        for session in self.losers:
            session.end_session()
        for name in self.state:
            self._compare_everything(name)
        self.clients[0].drop_database(self.database)
        for client in self.clients:
            client.close()

    def collection(self, client: int, name: str) -> Collection[Document]:
        return self.clients[client][self.database][name]

    def _compare_everything(self, name: str, client: int = 0) -> None:
        stored = list(self.collection(client, name).find())
        expected = list(self.state[name].documents.values())
        assert model.same_documents(stored, expected), (stored, expected)

    @initialize(
        name=names,
        content=st.lists(documents, min_size=3, max_size=8),
        chosen=st.lists(indexes, min_size=1, max_size=3),
    )
    def settle(self, name: str, content: list[Document], chosen: list[Index]) -> None:
        """Begin with something to find, by indexes."""
        for index in chosen:
            self.create_index(0, name, index)
        for document in content:
            self.insert_one(0, name, document)

    # Transactions

    def _session(self, client: int) -> ClientSession | None:
        running = self.running.get(client)
        return None if running is None else running.session

    def _visible(self, client: int) -> State:
        """What a statement of this client would see, without sending one."""
        running = self.running.get(client)
        return self.state if running is None or running.view is None else running.view

    def _view(self, client: int) -> State:
        """What a statement sees that is sent; a transaction's first one takes the snapshot."""
        running = self.running.get(client)
        if running is None:
            return self.state
        if running.view is None:
            running.view = copy.deepcopy(self.state)
            running.commits, running.changes = self.commits, self.changes
        return running.view

    def _end(self, client: int, *, lost: bool = False) -> None:
        running = self.running.pop(client)
        if running.session.in_transaction:
            running.session.abort_transaction()
        if lost:
            # The session's next transaction would hold off other writers from its start.
            self.losers.append(running.session)
        else:
            running.session.end_session()

    def _writer(self) -> int | None:
        return next((client for client, one in self.running.items() if one.writes), None)

    def _write(
        self,
        client: int,
        name: str,
        run: Callable[[Collection[Document], ClientSession | None], Any],
        expect: Callable[[model.Collection], Any],
    ) -> tuple[Any, Any] | None:
        """Do the same to both; returns what the store and the model answered, if they went well."""
        running = self.running.get(client)
        writer = self._writer()
        if running is None and writer is not None:
            return None  # it would wait for that transaction
        trial = copy.deepcopy(self._view(client))
        code: int | None = None
        wanted: Any = None
        try:
            wanted = expect(trial[name])
        except RefusedError as refused:
            code = refused.code
        try:
            answer = run(self.collection(client, name), self._session(client))
        except OperationFailure as error:
            self._failed(client, writer, error, code)
            return None
        assert code is None, f"expected the code {code}, got {answer}"
        if running is None:
            self._committed(trial)
        else:
            assert running.writes or running.changes == self.changes, "a conflict was overlooked"
            assert writer in {None, client}, "two writers at once"
            running.view, running.writes = trial, True
        return answer, wanted

    def _committed(self, state: State) -> None:
        self.commits += 1
        self.changes += state != self.state
        self.state = state

    def _failed(
        self, client: int, writer: int | None, error: OperationFailure, code: int | None
    ) -> None:
        running = self.running.get(client)
        found = error.code
        if isinstance(error, BulkWriteError):
            found = error.details["writeErrors"][0]["code"]
        if running is not None:
            self._end(client, lost=found == WRITE_CONFLICT)
        if found == WRITE_CONFLICT:
            assert running is not None
            assert error.has_error_label("TransientTransactionError")
            assert writer not in {None, client} or running.commits != self.commits
        else:
            assert found == code, (error.details, code)
            self.commits += running is None

    @rule(client=clients)
    def begin(self, client: int) -> None:
        if client not in self.running:
            session = self.clients[client].start_session()
            session.start_transaction()
            self.running[client] = Running(session)

    @rule(client=clients, abort=st.booleans())
    def finish(self, client: int, abort: bool) -> None:
        running = self.running.get(client)
        if running is None:
            return
        if not abort:
            running.session.commit_transaction()
            if running.writes and running.view is not None:
                self._committed(running.view)
        self._end(client)

    @rule(chance=st.integers(0, 5))
    def crash(self, chance: int) -> None:
        if chance:
            return  # it takes a second
        self.home.crash()
        for client in list(self.running):
            self._end(client)
        for client in range(CLIENTS):
            for name in self.state:
                self._compare_everything(name, client)

    # Reading

    @rule(
        client=clients,
        name=names,
        filter=filters,
        sort=patterns,
        way=directions,
        skip=st.integers(0, 3),
        limit=st.integers(0, 4),
        projection=projections,
        batch=st.integers(1, 3),
    )
    def find(
        self,
        client: int,
        name: str,
        filter: Document,
        sort: dict[str, int],
        way: int,
        skip: int,
        limit: int,
        projection: Document | None,
        batch: int,
    ) -> None:
        order = dict.fromkeys(sort, way) | {"_id": way}
        cursor = self.collection(client, name).find(
            filter, projection, session=self._session(client), batch_size=batch
        )
        found = list(cursor.sort(list(order.items())).skip(skip).limit(limit))
        expected = model.sorted_by(self._view(client)[name].find(filter), order)[skip:]
        expected = expected[:limit] if limit else expected
        if projection is not None:
            expected = [model.project(one, projection) for one in expected]
        assert len(found) == len(expected), (found, expected)
        assert all(map(model.same_document, found, expected)), (found, expected)

    @rule(client=clients, name=names, filter=filters)
    def count(self, client: int, name: str, filter: Document) -> None:
        session = self._session(client)
        found = self.collection(client, name).count_documents(filter, session=session)
        unsorted = list(self.collection(client, name).find(filter, session=session))
        expected = self._view(client)[name].find(filter)
        assert found == len(expected)
        assert model.same_documents(unsorted, expected), (unsorted, expected)

    @rule(client=clients, name=names, path=st.sampled_from(["a", "b"]), filter=filters)
    def distinct(self, client: int, name: str, path: str, filter: Document) -> None:
        found = self.collection(client, name).distinct(path, filter, session=self._session(client))
        expected = {
            model.key(value)
            for one in self._view(client)[name].find(filter)
            if path in one
            for value in (one[path] if isinstance(one[path], list) else [one[path]])
        }
        assert len(found) == len(expected)
        assert {model.key(value) for value in found} == expected

    # Writing

    @rule(client=clients, name=names, document=documents)
    def insert_one(self, client: int, name: str, document: Document) -> None:
        self._write(
            client,
            name,
            lambda there, session: there.insert_one(dict(document), session=session),
            lambda here: here.insert(document),
        )

    @rule(client=clients, name=names, filter=filters, change=changes | contents)
    def change_one(self, client: int, name: str, filter: Document, change: Document) -> None:
        """Change the first in the order of `_id`, and look at it before or after."""
        self._find_one_and(client, name, filter, change, upsert=None)

    @rule(
        client=clients, name=names, identifier=identifiers, value=scalars, change=changes | contents
    )
    def upsert_one(
        self, client: int, name: str, identifier: int, value: Any, change: Document
    ) -> None:
        self._find_one_and(client, name, {"_id": identifier, "a": value}, change, upsert=identifier)

    def _find_one_and(
        self, client: int, name: str, filter: Document, change: Document, *, upsert: int | None
    ) -> None:
        def expect(here: model.Collection) -> Document | None:
            found = model.sorted_by(here.find(filter), {"_id": 1})
            if found:
                here.put(model.updated(found[0], change))
                return here.documents[found[0]["_id"]]
            if upsert is None:
                return None
            here.insert(inserted(filter, change))
            return here.documents[upsert]

        def run(there: Collection[Document], session: ClientSession | None) -> Document | None:
            replaces = not next(iter(change), "").startswith("$")
            call = there.find_one_and_replace if replaces else there.find_one_and_update
            return call(
                filter,
                dict(change),
                sort=[("_id", 1)],
                upsert=upsert is not None,
                return_document=ReturnDocument.AFTER,
                session=session,
            )

        answers = self._write(client, name, run, expect)
        if answers is not None:
            found, wanted = answers
            assert (found is None) == (wanted is None), answers
            assert found is None or model.same_document(found, wanted), answers

    @rule(client=clients, name=names, filter=filters, change=changes)
    def update_many(self, client: int, name: str, filter: Document, change: Document) -> None:
        if client not in self.running and self._writer() is not None:
            return
        before = copy.deepcopy(self._visible(client)[name])
        targets = [one["_id"] for one in before.find(filter)]
        outcomes: dict[int, Document] = {}
        codes: set[int] = set()
        for target in targets:
            try:
                outcomes[target] = model.updated(before.documents[target], change)
            except RefusedError as refused:
                codes.add(refused.code)
        has_indexes = bool(before.indexes)
        if codes or has_indexes:
            self._update_some(client, name, filter, change, before, outcomes, codes)
            return

        def expect(here: model.Collection) -> tuple[int, int]:
            here.documents.update(outcomes)
            changed = sum(
                not model.same_document(one, before.documents[number])
                for number, one in outcomes.items()
            )
            return len(targets), changed

        answers = self._write(
            client,
            name,
            lambda there, session: there.update_many(filter, change, session=session),
            expect,
        )
        if answers is not None:
            assert (answers[0].matched_count, answers[0].modified_count) == answers[1]

    def _update_some(
        self,
        client: int,
        name: str,
        filter: Document,
        change: Document,
        before: model.Collection,
        outcomes: Mapping[int, Document],
        codes: set[int],
    ) -> None:
        """An update of many that may fail on its way: which came first is for the store to say."""
        if client in self.running:
            return
        allowed = codes | {model.DUPLICATE_KEY, model.PARALLEL_ARRAYS}
        refusal: int | None = None
        try:
            self.collection(client, name).update_many(filter, change)
        except OperationFailure as error:
            refusal = error.code
        failed = refusal is not None
        assert not failed or refusal in allowed
        stored = {one["_id"]: one for one in self.collection(client, name).find()}
        assert stored.keys() == before.documents.keys()
        for number, one in stored.items():
            choices = [outcomes[number]] if number in outcomes else []
            if failed or number not in outcomes:
                choices.append(before.documents[number])
            assert any(model.same_document(one, choice) for choice in choices), (one, choices)
        assert failed or not codes
        after = model.Collection(indexes=before.indexes)
        for one in stored.values():
            after.insert(one)
        self._committed({**self.state, name: after})

    @rule(client=clients, name=names, filter=filters, many=st.booleans())
    def delete(self, client: int, name: str, filter: Document, many: bool) -> None:
        def expect(here: model.Collection) -> int:
            found = model.sorted_by(here.find(filter), {"_id": -1})
            for one in found if many else found[:1]:
                del here.documents[one["_id"]]
            return len(found) if many else len(found[:1])

        def run(there: Collection[Document], session: ClientSession | None) -> int:
            if many:
                return there.delete_many(filter, session=session).deleted_count
            found = there.find_one_and_delete(filter, sort=[("_id", -1)], session=session)
            return int(found is not None)

        answers = self._write(client, name, run, expect)
        assert answers is None or answers[0] == answers[1]

    @rule(
        client=clients,
        name=names,
        items=st.lists(bulk_items, min_size=1, max_size=5),
        ordered=st.booleans(),
    )
    def bulk(
        self, client: int, name: str, items: list[tuple[str, int, Document]], ordered: bool
    ) -> None:
        running, writer = self.running.get(client), self._writer()
        if running is not None or writer is not None:
            return  # a bulk write that fails in part is followed outside transactions alone
        trial = copy.deepcopy(self.state)
        numbered = list(enumerate(items))
        if not ordered:
            # PyMongo sends an unordered bulk in this order, a command for each kind.
            numbered.sort(key=lambda item: BULK_ORDER.index(item[1][0]) // 2)
        errors: list[tuple[int, int]] = []
        for place, item in numbered:
            try:
                apply(trial[name], item)
            except RefusedError as refused:
                errors.append((place, refused.code))
                if ordered:
                    break
        found: list[tuple[int, int]] = []
        try:
            self.collection(client, name).bulk_write(list(map(request, items)), ordered=ordered)
        except BulkWriteError as error:
            found = [(one["index"], one["code"]) for one in error.details["writeErrors"]]
        assert sorted(found) == sorted(errors)
        self._committed(trial)

    # Indexes

    @rule(client=clients, name=names, index=indexes)
    def create_index(self, client: int, name: str, index: Index) -> None:
        if client in self.running or index.name in self.state[name].indexes:
            return
        options: Document = {"sparse": True} if index.sparse else {}
        if index.partial is not None:
            options["partialFilterExpression"] = index.partial
        if any(clashes(index, other) for other in self.state[name].indexes.values()):
            return
        self._write(
            client,
            name,
            lambda there, _: there.create_index(
                list(index.fields), name=index.name, unique=index.unique, **options
            ),
            lambda here: here.add_index(index),
        )

    @rule(client=clients, name=names, place=st.integers(0, 3))
    def drop_index(self, client: int, name: str, place: int) -> None:
        present = list(self.state[name].indexes)
        if client in self.running or place >= len(present):
            return
        self._write(
            client,
            name,
            lambda there, _: there.drop_index(present[place]),
            lambda here: here.indexes.pop(present[place]),
        )


def clashes(index: Index, other: Index) -> bool:
    """Two indexes over the same keys may differ in their partial filter alone."""
    return index.fields == other.fields and index.partial == other.partial


def inserted(filter: Document, change: Document) -> Document:
    """What an upsert inserts."""
    if next(iter(change), "").startswith("$"):
        return model.updated(model.pinned(filter), change, inserting=True)
    return {"_id": filter["_id"], **change}


def request(item: tuple[str, int, Document]) -> Any:
    kind, identifier, content = item
    match kind:
        case "insert":
            return InsertOne({"_id": identifier, **content})
        case "replace":
            return ReplaceOne({"_id": identifier}, content, upsert=True)
        case "update":
            return UpdateOne({"_id": identifier}, content)
        case _:
            return DeleteOne({"_id": identifier})


def apply(here: model.Collection, item: tuple[str, int, Document]) -> None:
    kind, identifier, content = item
    match kind:
        case "insert":
            here.insert({"_id": identifier, **content})
        case "replace" if identifier in here.documents:
            here.put({"_id": identifier, **content})
        case "replace":
            here.insert({"_id": identifier, **content})
        case "update" if identifier in here.documents:
            here.put(model.updated(here.documents[identifier], content))
        case "delete":
            here.documents.pop(identifier, None)


@contextmanager
def at_home(path: Path) -> Iterator[Home]:
    with ExitStack() as stack:
        yield Home(path, stack)


@pytest.mark.parametrize(
    ("examples", "steps"), [(20, 30), pytest.param(200, 50, marks=pytest.mark.long)]
)
def test_the_store_does_what_the_model_does(tmp_path: Path, examples: int, steps: int) -> None:
    with at_home(tmp_path / "store.sqlite3") as here:

        class Machine(StoreMachine):
            home = here

        run_state_machine_as_test(
            Machine,
            settings=settings(
                max_examples=examples,
                stateful_step_count=steps,
                suppress_health_check=list(HealthCheck),
                phases=[Phase.explicit, Phase.generate],
            ),
        )

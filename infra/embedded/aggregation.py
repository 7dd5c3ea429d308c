"""How pipelines read: through the planner, one snapshot for the whole aggregation."""

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any, Final

from bson import Decimal128, Int64, ObjectId
from bson.binary import Binary
from bson.datetime_ms import DatetimeMS

from infra.embedded.bounds import analyse, index_bounds
from infra.embedded.bson_types import Document, decode_document
from infra.embedded.candidates import Scan, merge_prefixes
from infra.embedded.catalog import Collection, NotACollectionError, View
from infra.embedded.context import Context
from infra.embedded.execution import count_rows, find_few, find_rows
from infra.embedded.matcher import compile_filter
from infra.embedded.opening import Connection
from infra.embedded.pipeline import Counter, Finder, compile_pipeline, equal_to, split_leading
from infra.embedded.planner import Plan, make_plan
from infra.embedded.ranges import point, scan_ranges
from infra.embedded.reading import Query

# Values whose equality is one exact range of keys.
_PLAIN: Final = frozenset(
    {str, int, float, Int64, Decimal128, ObjectId, bool, bytes, Binary, DatetimeMS}
)
_PLACEHOLDER: Final = ObjectId(bytes(12))


class PipelineReader:
    """The `Context` of a pipeline: reads other collections of the same database."""

    def __init__(self, context: Context, connection: Connection) -> None:
        self._context = context
        self._connection = connection

    def find(
        self, collection: str, filter: Mapping[str, Any], sort: Mapping[str, int], limit: int
    ) -> Iterator[Document]:
        """Read documents of a collection or view; one that is not there is empty."""
        try:
            found = self._context.find_collection(self._connection, collection)
        except NotACollectionError as met:
            return self._find_in_view(met.view, filter, sort, limit)
        query = Query(compile_filter(filter, self._context.variables), sort, limit=limit)
        rows = query.rows(self._context, self._connection, found)
        return (row.decoded() for row in rows)

    def _find_in_view(
        self, view: View, filter: Mapping[str, Any], sort: Mapping[str, int], limit: int
    ) -> Iterator[Document]:
        stages: list[Mapping[str, Any]] = [*view.pipeline, {"$match": filter}]
        stages += [{"$sort": sort}] if sort else []
        stages += [{"$limit": limit}] if limit else []
        leading = split_leading(stages)
        stop = leading.skip + leading.limit if leading.limit else None
        found = self.find(view.source, leading.filter, leading.sort, stop or 0)
        run = compile_pipeline(leading.rest, self, self._context.variables)
        return run(islice(found, leading.skip, stop))

    def finder(
        self,
        collection: str,
        field: str,
        filter: Mapping[str, Any],
        sort: Mapping[str, int],
        limit: int,
    ) -> Finder:
        """Prepare one read for many values: the plan is made once, its ranges for each value."""
        plan_for = self._prepare(collection, field, filter, sort)

        def find(values: list[Any]) -> Iterator[Document]:
            plan = plan_for(values)
            if plan is None:
                return self.find(collection, _joined(field, values, filter), sort, limit)
            deadline = self._context.deadline
            few = find_few(self._connection, plan, deadline, limit) if limit else None
            if few is not None:
                return map(decode_document, few)
            rows = find_rows(self._connection, plan, sort, deadline, limit=limit)
            return (row.decoded() for row in rows)

        return find

    def counter(self, collection: str, field: str, filter: Mapping[str, Any]) -> Counter:
        """Prepare one count for many values; index entries alone are read where they suffice."""
        plan_for = self._prepare(collection, field, filter, {})

        def count(values: list[Any]) -> int:
            plan = plan_for(values)
            if plan is None:
                found = self.find(collection, _joined(field, values, filter), {}, 0)
                return sum(1 for _ in found)
            return count_rows(self._connection, plan, self._context.deadline, skip=0, limit=0)

        return count

    def _prepare(
        self, name: str, field: str, filter: Mapping[str, Any], sort: Mapping[str, int]
    ) -> Callable[[list[Any]], Plan | None]:
        """Plan the read once; it then gives the plan for values, None where they need another."""
        try:
            collection = self._context.find_collection(self._connection, name)
        except NotACollectionError:
            collection = None
        plan_for = None if collection is None else self._plan(collection, field, filter, sort)

        def plan_for_values(values: list[Any]) -> Plan | None:
            if plan_for is None or len(values) != 1 or type(values[0]) not in _PLAIN:
                return None
            return plan_for(values[0])

        return plan_for_values

    def _plan(
        self,
        collection: Collection,
        field: str,
        filter: Mapping[str, Any],
        sort: Mapping[str, int],
    ) -> Callable[[Any], Plan] | None:
        """Plan the read with a placeholder; None when no index begins with what is known."""
        rest = compile_filter(filter, self._context.variables)
        if field in analyse(rest.tree).constraints:
            return None
        whole = compile_filter({**filter, field: _PLACEHOLDER}, self._context.variables)
        plan = make_plan(self._connection, collection, whole, sort)
        if plan.scans is None or len(plan.scans) != 1:
            return None
        index, is_merged = plan.scans[0].index, bool(plan.scans[0].prefixes)
        parts = index_bounds(analyse(whole.tree), index.fields, multikey=index.multikey).parts
        if field not in index.fields[: len(parts)]:
            return None
        place = index.fields.index(field)
        matches = plan.matches and rest.matches

        def plan_for(value: Any) -> Plan:
            own = [*parts[:place], [point(value)], *parts[place + 1 :]]
            prefixes = merge_prefixes(index, own) if is_merged else ()
            scan = Scan(index, scan_ranges(own, index.directions), own, prefixes)
            return Plan(collection, (scan,), plan.backwards, matches, plan.sorted)

        return plan_for


def _joined(field: str, values: list[Any], filter: Mapping[str, Any]) -> Document:
    return {"$and": [equal_to(field, values), filter]}

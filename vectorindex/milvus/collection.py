"""What a Milvus collection looks like: fields, index, rows and conditions."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pymilvus import CollectionSchema, DataType, MilvusClient
from pymilvus.milvus_client.index import IndexParams

from vectorindex.engine import IDS, Columns, Where
from vectorindex.errors import OtherIndexError
from vectorindex.protocol import ID_BYTES, Metric, Vectors

METRICS: Final = {Metric.COSINE: "COSINE", Metric.INNER_PRODUCT: "IP", Metric.SQUARED_L2: "L2"}
# As hnswlib is measured in benchmarks/vector.
HNSW: Final = {"M": 16, "efConstruction": 200}
ID, VECTOR = "id", "vector"
# Ours begin with it: a column may be called anything.
COLUMN_PREFIX = "column_"


def make_schema(dimension: int, dtypes: Mapping[str, np.dtype[Any]]) -> CollectionSchema:
    """Ids and bytes are kept in hexadecimal digits, whose order is that of the bytes."""
    schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field(ID, DataType.VARCHAR, max_length=2 * ID_BYTES, is_primary=True)
    schema.add_field(VECTOR, DataType.FLOAT_VECTOR, dim=dimension)
    for name, dtype in dtypes.items():
        if dtype.kind == "S":
            length = 2 * dtype.itemsize
            schema.add_field(COLUMN_PREFIX + name, DataType.VARCHAR, max_length=length)
        else:
            schema.add_field(COLUMN_PREFIX + name, DataType.INT64)
    return schema


def make_index(metric: Metric, dtypes: Mapping[str, np.dtype[Any]]) -> IndexParams:
    """A graph over the vectors, and an inverted index of each column for the filters."""
    index = MilvusClient.prepare_index_params()
    index.add_index(VECTOR, index_type="HNSW", metric_type=METRICS[metric], params=HNSW)
    for name in dtypes:
        index.add_index(COLUMN_PREFIX + name, index_type="INVERTED")
    return index


def create_collection(
    client: MilvusClient, name: str, schema: CollectionSchema, index: IndexParams
) -> None:
    """Create an empty collection."""
    # What was acknowledged is found, whichever process asks.
    client.create_collection(name, schema=schema, consistency_level="Strong")
    # Of nothing an index is built in no time: waiting for each costs half a second.
    client.create_index(name, index, sync=False)


def check_same(
    client: MilvusClient,
    collection: str,
    dimension: int,
    metric: Metric,
    dtypes: Mapping[str, np.dtype[Any]],
) -> None:
    """Refuse a collection that is there and was made for something else."""
    there = client.describe_collection(collection)["fields"]
    wanted = make_schema(dimension, dtypes).to_dict()["fields"]
    metric_there = client.describe_index(collection, VECTOR)["metric_type"]
    if _types(there) != _types(wanted) or metric_there != METRICS[metric]:
        raise OtherIndexError(
            f"the collection {collection!r} has other columns, another dimension or metric;"
            " rebuild the index"
        )


def _types(fields: Sequence[Mapping[str, Any]]) -> dict[str, tuple[Any, ...]]:
    """By field its type and size."""
    types = {}
    for field in fields:
        sizes = field.get("params", {})
        size = sizes.get("dim", sizes.get("max_length", 0))
        types[field["name"]] = (field["type"], int(size))
    return types


def to_rows(ids: Sequence[bytes], vectors: Vectors, columns: Columns) -> list[dict[str, Any]]:
    """Rows as the client takes them."""
    stored = {COLUMN_PREFIX + name: _to_stored(column) for name, column in columns.items()}
    names = list(stored)
    return [
        {ID: key.hex(), VECTOR: vector, **dict(zip(names, values, strict=True))}
        for key, vector, *values in zip(ids, vectors, *stored.values(), strict=True)
    ]


def to_columns(
    rows: Sequence[Mapping[str, Any]], dtypes: Mapping[str, np.dtype[Any]]
) -> dict[str, NDArray[Any]]:
    """The columns that `to_rows` was given."""
    return {
        name: _from_stored([row[COLUMN_PREFIX + name] for row in rows], dtype)
        for name, dtype in dtypes.items()
    }


def field_names(dtypes: Mapping[str, np.dtype[Any]]) -> list[str]:
    """All fields of a row."""
    return [ID, VECTOR, *(COLUMN_PREFIX + name for name in dtypes)]


def to_expression(where: Where, dtypes: Mapping[str, np.dtype[Any]]) -> str:
    """Checked conditions in Milvus's language; numbers and hexadecimal digits alone get into it."""
    return " and ".join(
        f"{ID} in [{', '.join(map(_to_literal, values))}]"
        if name == IDS
        else f"{COLUMN_PREFIX}{name} in [{_to_literals(values, dtypes[name])}]"
        for name, values in where.items()
    )


def _to_literal(value: int | bytes) -> str:
    return f'"{value.hex()}"' if isinstance(value, bytes) else str(_to_signed(value))


def _to_literals(values: Collection[int | bytes], dtype: np.dtype[Any]) -> str:
    if dtype.kind == "S":
        # Zeros at the end count as padding, as in NumPy's arrays of bytes.
        return ", ".join(_to_literal(bytes(value).rstrip(bytes(1))) for value in values)
    return ", ".join(_to_literal(int(value)) for value in values)


def _to_signed(value: int) -> int:
    """Milvus has no unsigned numbers of 64 bits: the upper half of them becomes negative."""
    return value - (1 << 64) if value >= 1 << 63 else value


def _to_stored(column: NDArray[Any]) -> list[Any]:
    if column.dtype.kind == "S":
        return [value.hex() for value in column.tolist()]
    return [_to_signed(value) for value in column.tolist()]


def _from_stored(values: Sequence[Any], dtype: np.dtype[Any]) -> NDArray[Any]:
    if dtype.kind == "S":
        return np.array([bytes.fromhex(value) for value in values], dtype=dtype)
    return np.array(values, dtype=np.int64).astype(dtype)

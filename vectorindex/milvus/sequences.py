"""How far a collection has followed: one row beside it, since Milvus has no transactions."""

from typing import Final

from pymilvus import DataType, MilvusClient

from vectorindex.milvus.collection import create_collection
from vectorindex.milvus.requests import ask

KEY, SEQUENCE, UNUSED = "id", "sequence", "unused"
ONLY_KEY: Final = "sequence"


class SequenceStore:
    """The sequence of one collection."""

    def __init__(self, client: MilvusClient, collection: str) -> None:
        """Open it, or begin it."""
        self._client = client
        self._name = f"{collection}_sequence"
        ask(self._open)

    def read(self) -> int:
        """The last number that was written; 0 before the first."""
        rows = ask(self._client.query, self._name, ids=[ONLY_KEY], output_fields=[SEQUENCE])
        return int(rows[0][SEQUENCE]) if len(rows) else 0

    def write(self, sequence: int) -> None:
        """Remember a number."""
        row = {KEY: ONLY_KEY, SEQUENCE: sequence, UNUSED: [0.0, 0.0]}
        ask(self._client.upsert, self._name, [row])

    def drop(self) -> None:
        """Forget it."""
        ask(self._client.drop_collection, self._name)

    def _open(self) -> None:
        if not self._client.has_collection(self._name):
            schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
            schema.add_field(KEY, DataType.VARCHAR, max_length=len(ONLY_KEY), is_primary=True)
            schema.add_field(SEQUENCE, DataType.INT64)
            # Milvus keeps no collection without vectors.
            schema.add_field(UNUSED, DataType.FLOAT_VECTOR, dim=2)
            index = MilvusClient.prepare_index_params()
            index.add_index(UNUSED, index_type="FLAT", metric_type="L2")
            create_collection(self._client, self._name, schema, index)
        self._client.load_collection(self._name)

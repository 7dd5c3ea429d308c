"""The Milvus of the settings. Loaded only where one is configured: its client is an extra."""

from collections.abc import Collection

from pymilvus import MilvusClient

from resolvers.semantic_index.columns import COLUMNS
from vectorindex.milvus.engine import MilvusEngine, MilvusSettings
from vectorindex.milvus.requests import ask
from vectorindex.protocol import Metric

TIMEOUT_SECONDS = 20


class MilvusEngines:
    """See `Engines`: an engine is a collection."""

    def __init__(self, uri: str) -> None:
        self._client = ask(MilvusClient, uri, timeout=TIMEOUT_SECONDS)

    def open(self, name: str, dimension: int, metric: str) -> MilvusEngine:
        """See `Engines.open`."""
        settings = MilvusSettings(name, dimension, Metric(metric), COLUMNS)
        return MilvusEngine(self._client, settings)

    def drop_others(self, prefix: str, keep: Collection[str]) -> None:
        """See `Engines.drop_others`."""
        for name in ask(self._client.list_collections):
            if name.startswith(prefix) and not name.startswith(tuple(keep)):
                ask(self._client.drop_collection, name)

    def close(self) -> None:
        """End the connection."""
        self._client.close()

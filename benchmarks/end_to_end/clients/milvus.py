"""Milvus's own client over gRPC."""

import numpy as np
from pymilvus import MilvusClient

from benchmarks.end_to_end.clients.asking import K, Search, run_client

COLLECTION = "benchmark"
ADDED_AT_ONCE = 2_000


def connect(address: str) -> Search:
    client = MilvusClient(address)
    client.load_collection(COLLECTION)

    def search(query: np.ndarray) -> list[str]:
        (hits,) = client.search(COLLECTION, [query], limit=K, output_fields=["text"])
        return [hit["entity"]["text"] for hit in hits]

    return search


def fill(address: str, texts: list[str], vectors: np.ndarray) -> None:
    client = MilvusClient(address)
    client.create_collection(COLLECTION, dimension=vectors.shape[1], metric_type="IP")
    for start in range(0, len(texts), ADDED_AT_ONCE):
        part = slice(start, start + ADDED_AT_ONCE)
        rows = zip(range(len(texts))[part], texts[part], vectors[part], strict=True)
        client.insert(
            COLLECTION,
            [{"id": number, "text": text, "vector": vector} for number, text, vector in rows],
        )
    client.flush(COLLECTION)


if __name__ == "__main__":
    run_client(connect)

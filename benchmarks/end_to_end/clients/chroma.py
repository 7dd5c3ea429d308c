"""Chroma's own client over HTTP."""

from urllib.parse import urlsplit

import chromadb
import numpy as np

from benchmarks.end_to_end.clients.asking import K, Search, run_client

COLLECTION = "benchmark"
ADDED_AT_ONCE = 2_000


def connect(address: str) -> Search:
    collection = client_of(address).get_collection(COLLECTION)

    def search(query: np.ndarray) -> list[str]:
        found = collection.query([query], n_results=K, include=["documents", "distances"])
        return found["documents"][0]

    return search


def client_of(address: str) -> chromadb.ClientAPI:
    return chromadb.HttpClient(host="127.0.0.1", port=urlsplit(address).port)


def fill(address: str, texts: list[str], vectors: np.ndarray) -> None:
    collection = client_of(address).create_collection(COLLECTION, metadata={"hnsw:space": "ip"})
    for start in range(0, len(texts), ADDED_AT_ONCE):
        part = slice(start, start + ADDED_AT_ONCE)
        collection.add(
            ids=[str(number) for number in range(len(texts))[part]],
            documents=texts[part],
            embeddings=vectors[part],
        )


if __name__ == "__main__":
    run_client(connect)

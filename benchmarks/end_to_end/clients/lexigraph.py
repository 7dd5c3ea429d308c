"""GraphQL over HTTP."""

from base64 import b64encode

import httpx
import numpy as np
import orjson

from benchmarks.end_to_end.clients.asking import Search, run_client

LIBRARY = "benchmark"
HEADERS = {"content-type": "application/json"}
QUERY = """
query Find($library: String!, $vector: String!) {
  search(input: {library: $library, by: {packedVector: $vector}}, first: 10) {
    edges { score node { id text } definition { text } }
  }
}
"""


def connect(address: str) -> Search:
    client = httpx.Client(timeout=60)

    def search(query: np.ndarray) -> list[str]:
        vector = b64encode(query.astype("<f4").tobytes()).decode()
        variables = {"library": LIBRARY, "vector": vector}
        body = orjson.dumps({"query": QUERY, "variables": variables})
        response = client.post(f"{address}/graphql", content=body, headers=HEADERS)
        data = orjson.loads(response.content)["data"]
        return [edge["definition"]["text"] for edge in data["search"]["edges"]]

    return search


if __name__ == "__main__":
    run_client(connect)

"""The graph as a part of a larger one, behind a gateway."""

import json

QUERY = """{
  favourites { stars text partOfSpeech definitions(first: 1) { nodes { text } } }
  shelf { owner name }
}"""


def test_a_gateway_joins_the_graph_and_asks_once_for_all_objects_of_a_type(node, command_line):
    with command_line.server(sample_library="true") as server:
        found = server.ask('{ words(library: "sample", first: 20) { nodes { id text } } }')
        words = found["words"]["nodes"]
        ids = ",".join(word["id"] for word in words)
        ran = node.run("gateway.mjs", f"{server.url}graphql", QUERY, ids)
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    answer = told["answer"]
    assert "errors" not in answer, answer
    assert [each["text"] for each in answer["data"]["favourites"]] == [e["text"] for e in words]
    assert all(each["stars"] == 5 for each in answer["data"]["favourites"])
    assert answer["data"]["shelf"]["owner"] == "Ada"
    assert answer["data"]["shelf"]["name"]
    # One question for the words, one for the library, or both in one.
    assert len(told["asked"]) <= 2, told["asked"]

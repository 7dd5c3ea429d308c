"""How a library is searched is chosen and seen over GraphQL; a job makes what was chosen."""

from typing import Any

from garden import Ask, Garden

from resolvers.context import Services
from resolvers.job_works import WORKS
from resolvers.jobs.runner import JobRunner

INDEX = """
{ library(by: {key: "garden"}) { index {
  kind recallTarget transactionsBehind secondsBehind
  definitions { state kind vectors segments sizeBytes imbalance recall sequence }
  chunks { state vectors }
} } }
"""
UPDATE = """
mutation($id: ID!, $index: LibraryIndexInput) {
  updateLibraries(input: {items: {id: $id, index: $index}}) {
    results { status node { index { kind recallTarget } } } userErrors { code field }
  }
}
"""
PATCH = """
mutation($id: ID!) {
  patchLibraries(input: {items: {id: $id, patch: [
    {op: "test", path: "/index/kind", value: "BINARY"}
    {op: "replace", path: "/index/kind", value: "LSH"}
  ]}}) { results { node { index { kind recallTarget } } } userErrors { code field } }
}
"""
SEARCH = '{ search(input: {library: "garden", by: {text: "flower"}}) { nodes { text } } }'
JOBS = "{ jobs { nodes { kind state library { key } } } }"


WARNING = '{ library(by: {key: "garden"}) { index { definitions { warning } } } }'


async def index(ask: Ask) -> dict[str, Any]:
    found: dict[str, Any] = (await ask(INDEX))["library"]["index"]
    return found


async def test_a_library_tells_its_index(ask: Ask, garden: Garden) -> None:
    missing = await index(ask)
    assert (missing["kind"], missing["recallTarget"]) == ("AUTO", None)
    assert missing["definitions"] == {
        "state": "MISSING",
        "kind": None,
        "vectors": 0,
        "segments": 0,
        "sizeBytes": 0,
        "imbalance": None,
        "recall": None,
        "sequence": None,
    }
    await ask(SEARCH)
    there = await index(ask)
    assert (there["transactionsBehind"], there["secondsBehind"]) == (0, 0)
    definitions = there["definitions"]
    assert definitions.pop("sizeBytes") > 0
    assert definitions == {
        "state": "READY",
        "kind": "FLAT",
        "vectors": 1,
        "segments": 1,
        "imbalance": None,
        "recall": 1,
        "sequence": 2,
    }
    assert there["chunks"] == {"state": "READY", "vectors": 0}


async def test_another_kind_is_built_by_a_job(ask: Ask, garden: Garden, services: Services) -> None:
    before = await ask(SEARCH)
    wish = {"kind": "BINARY", "recall": 0.99}
    payload = (await ask(UPDATE, id=garden.id, index=wish))["updateLibraries"]
    chosen = {"index": {"kind": "BINARY", "recallTarget": 0.99}}
    assert payload == {"results": [{"status": "UPDATED", "node": chosen}], "userErrors": []}
    again = (await ask(UPDATE, id=garden.id, index=wish))["updateLibraries"]
    assert again["results"][0]["status"] == "UNCHANGED"

    job = {"kind": "REBUILD_INDEX", "library": {"key": "garden"}}
    assert (await ask(JOBS))["jobs"]["nodes"] == [{**job, "state": "WAITING"}]
    assert await JobRunner(services, WORKS).run_next()
    assert (await ask(JOBS))["jobs"]["nodes"] == [{**job, "state": "DONE"}]
    assert await ask(SEARCH) == before


async def test_a_kind_that_cannot_help_is_warned_of(
    ask: Ask, garden: Garden, services: Services
) -> None:
    await ask(UPDATE, id=garden.id, index={"kind": "KDTREE"})
    assert await JobRunner(services, WORKS).run_next()
    await ask(SEARCH)
    warning = (await ask(WARNING))["library"]["index"]["definitions"]["warning"]
    assert "choose AUTO" in warning
    await ask(UPDATE, id=garden.id, index=None)
    assert await JobRunner(services, WORKS).run_next()
    await ask(SEARCH)
    assert (await ask(WARNING))["library"]["index"]["definitions"]["warning"] is None


async def test_the_kind_can_be_patched_and_null_is_the_usual_one(ask: Ask, garden: Garden) -> None:
    await ask(UPDATE, id=garden.id, index={"kind": "BINARY", "recall": 0.9})
    patched = (await ask(PATCH, id=garden.id))["patchLibraries"]
    assert patched["results"][0]["node"]["index"] == {"kind": "LSH", "recallTarget": 0.9}
    usual = (await ask(UPDATE, id=garden.id, index=None))["updateLibraries"]
    assert usual["results"][0]["node"]["index"] == {"kind": "AUTO", "recallTarget": None}


async def test_a_recall_that_no_search_can_have_is_refused(ask: Ask, garden: Garden) -> None:
    for recall in (0, 1, -0.5):
        wish = {"recall": recall}
        payload = (await ask(UPDATE, id=garden.id, index=wish))["updateLibraries"]
        assert payload["userErrors"] == [
            {"code": "INVALID_VALUE", "field": ["items", "0", "index", "recall"]}
        ]

"""Another embedding model is asked for, seen and gone back from over GraphQL."""

from typing import Any

from garden import Ask, Garden
from models import lay_table

from resolvers.context import Services
from resolvers.job_works import WORKS
from resolvers.jobs.runner import JobRunner

REEMBED = """
mutation($provider: EmbeddingProvider!, $name: String) {
  reembedLibrary(input: {library: "garden", provider: $provider, name: $name}) {
    job { kind state } userErrors { code field }
  }
}
"""
DROP = """
mutation { dropFormerVectors(input: {library: "garden"}) { job { kind } userErrors { code } } }
"""
MODELS = """
{ library(by: {key: "garden"}) {
  embedding { provider } nextEmbedding { provider } formerEmbedding { provider name }
} }
"""
SEARCH = '{ search(input: {library: "garden", by: {text: "flower"}}) { nodes { text } } }'


async def models(ask: Ask) -> list[Any]:
    library = (await ask(MODELS))["library"]
    return [model and model["provider"] for model in library.values()]


async def test_a_library_is_embedded_anew_and_back(
    ask: Ask, garden: Garden, services: Services
) -> None:
    lay_table(services.settings.data_dir)
    before = await ask(SEARCH)
    asked = (await ask(REEMBED, provider="STATIC"))["reembedLibrary"]
    assert asked == {"job": {"kind": "REEMBED_LIBRARY", "state": "WAITING"}, "userErrors": []}
    assert await models(ask) == ["hashing", None, None]
    assert await JobRunner(services, WORKS).run_next()
    assert await models(ask) == ["static", None, "hashing"]
    assert await ask(SEARCH) == before

    former = (await ask(MODELS))["library"]["formerEmbedding"]["name"]
    await ask(REEMBED, provider="HASHING", name=former)
    assert await JobRunner(services, WORKS).run_next()
    assert await models(ask) == ["hashing", None, "static"]
    assert (await ask(DROP))["dropFormerVectors"]["job"] == {"kind": "DROP_VECTORS"}
    assert await models(ask) == ["hashing", None, None]


async def test_a_model_that_cannot_be_had_is_refused(ask: Ask, garden: Garden) -> None:
    for wish in ({"provider": "HASHING"}, {"provider": "MINILM", "name": "oracle"}):
        refused = (await ask(REEMBED, **wish))["reembedLibrary"]
        told = {"code": "INVALID_VALUE", "field": ["provider"]}
        assert refused == {"job": None, "userErrors": [told]}

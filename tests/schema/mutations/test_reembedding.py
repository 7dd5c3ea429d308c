"""Another embedding model is asked for, seen and gone back from over GraphQL."""

import shutil
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
    await refuse(ask, "provider", provider="HASHING")
    await refuse(ask, "provider", provider="STATIC")
    await refuse(ask, "name", provider="MINILM", name="oracle")


async def test_only_models_that_the_server_offers_are_loaded(
    ask: Ask, garden: Garden, services: Services
) -> None:
    folder = services.settings.data_dir
    lay_table(folder)
    (table,) = folder.glob("models/static/*.npz")
    elsewhere = str(shutil.copy(table, folder.parent))
    await refuse(ask, "name", provider="STATIC", name=f"../../../{table.stem}")
    await refuse(ask, "name", provider="STATIC", name=elsewhere.removesuffix(".npz"))
    await refuse(ask, "name", provider="SENTENCE_TRANSFORMERS", name=str(folder))
    await refuse(ask, "name", provider="OPENAI", name="another-model")


async def refuse(ask: Ask, field: str, **wish: str) -> None:
    refused = (await ask(REEMBED, **wish))["reembedLibrary"]
    told = {"code": "INVALID_VALUE", "field": [field]}
    assert refused == {"job": None, "userErrors": [told]}

"""A worker of this server whose operations are executed by one of two engines.

python -m benchmarks.graphql.serve (plans|graphql-core) PORT FOLDER
"""

import asyncio
import sys
from pathlib import Path

import uvicorn
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from infra.entrypoints import backend
from infra.entrypoints.app import create_app
from infra.logs import configure_logging
from infra.settings import Settings
from schema.schema import make_schema


def main() -> None:
    engine, port, folder = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    configure_logging("error", "json")
    settings = Settings(data_dir=folder, embedding_provider="hashing", graphiql=False, port=port)
    if engine == "graphql-core":
        backend.make_schema = _make_usual_schema
    asyncio.run(backend.prepare_store(settings))
    app = create_app(settings, backend.open_backend)
    uvicorn.run(app, port=port, log_level="error", access_log=False)


def _make_usual_schema(settings: Settings) -> object:
    schema = make_schema(settings)
    schema.execution_context_class = StrawberryGraphQLCoreExecutionContext
    return schema


if __name__ == "__main__":
    main()

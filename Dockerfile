# syntax=docker/dockerfile:1

# GraphiQL, bundled from its locked packages.
FROM node:22-bookworm-slim AS graphiql
WORKDIR /app/infra/entrypoints/graphiql
COPY infra/entrypoints/graphiql/package.json infra/entrypoints/graphiql/package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY infra/entrypoints/graphiql/build.mjs ./
COPY infra/entrypoints/graphiql/src ./src
RUN npm run build

# The locked environment; the project itself stays where the server runs it from.
FROM python:3.13-slim-bookworm AS environment
COPY --from=ghcr.io/astral-sh/uv:0.13 /uv /usr/local/bin/uv
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN --mount=type=cache,target=/root/.cache/uv \
    uv sync --frozen --no-default-groups --group minilm --no-install-project
COPY README.md ./
COPY schema ./schema
COPY resolvers ./resolvers
COPY documents ./documents
COPY vectorindex ./vectorindex
COPY infra ./infra
RUN --mount=type=cache,target=/root/.cache/uv \
    uv sync --frozen --no-default-groups --group minilm

FROM python:3.13-slim-bookworm
RUN useradd --system --uid 10001 --no-create-home lexigraph \
    && install -d -o lexigraph -g lexigraph -m 0750 /data
COPY --from=environment /app /app
COPY --from=graphiql /app/build/graphiql /app/build/graphiql
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    LEXIGRAPH_DATA_DIR=/data \
    LEXIGRAPH_HOST=0.0.0.0 \
    LEXIGRAPH_PORT=8000
WORKDIR /app
USER lexigraph
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["lexigraph"]
CMD ["serve"]

"""Vectors from an endpoint, against a small HTTP server that answers as OpenAI's does, or fails."""

import json
import logging
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import numpy as np
import pytest

from infra.embeddings.errors import (
    EmbeddingError,
    InvalidVectorsError,
    ProviderRefusedError,
    ProviderUnavailableError,
    QuotaExceededError,
    WrongDimensionError,
)
from infra.embeddings.openai import endpoint
from infra.embeddings.openai.embedder import BATCH_TEXTS
from infra.embeddings.openai.pacing import Breaker, Pace
from infra.embeddings.protocol import Embedder, EmbeddingModel
from infra.embeddings.registry import Embedders
from infra.settings import Settings

KEY = "sk-nobody-may-see-this"


class Service:
    """What the server was asked, and what it answers with before it does its work."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.failures: list[tuple[int, dict[str, str], str]] = []
        self.dimension = 3

    def answer(self, body: dict[str, Any]) -> str:
        data = [
            {"index": index, "embedding": [float(len(text)), 1.0, 0.0][: self.dimension]}
            for index, text in enumerate(body["input"])
        ]
        return json.dumps({"data": data[::-1], "model": body["model"]})


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def url(service: Service) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            service.requests.append(body)
            service.keys.append(self.headers["authorization"])
            status, headers, answer = 200, {}, ""
            if service.failures:
                status, headers, answer = service.failures.pop(0)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            content = (answer or service.answer(body)).encode()
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/v1"
        server.shutdown()
        thread.join()


@pytest.fixture
def embedder(url: str, monkeypatch: pytest.MonkeyPatch) -> Embedder:
    monkeypatch.setattr(endpoint, "FIRST_PAUSE_SECONDS", 0.001)
    settings = Settings(openai_url=url, openai_key=KEY, openai_model="words-1", openai_dimension=3)
    return Embedders(settings).newest("openai")


def test_vectors_come_in_the_order_of_their_texts_at_unit_length(
    embedder: Embedder, service: Service
) -> None:
    vectors = embedder.embed(["a", "ccc", ""])

    lengths = np.array([[1, 1, 0], [3, 1, 0], [1, 1, 0]], dtype=np.float32)
    np.testing.assert_allclose(vectors, lengths / np.linalg.norm(lengths, axis=1)[:, None])
    assert embedder.model == EmbeddingModel("openai", "words-1", 3)
    assert service.requests == [{"model": "words-1", "input": ["a", "ccc", " "]}]
    assert service.keys == [f"Bearer {KEY}"]


def test_many_texts_go_in_batches(embedder: Embedder, service: Service) -> None:
    texts = ["x" * (number % 9) for number in range(2 * BATCH_TEXTS + 1)]

    assert embedder.embed(texts).shape == (len(texts), 3)
    assert [len(request["input"]) for request in service.requests] == [BATCH_TEXTS] * 2 + [1]


@pytest.mark.parametrize("text", ["\ud800", "x" * 100_000, "\U0001f600"])
def test_any_text_can_be_sent(embedder: Embedder, text: str) -> None:
    assert embedder.embed([text]).shape == (1, 3)


def test_what_passes_is_tried_again(embedder: Embedder, service: Service) -> None:
    service.failures = [(503, {}, "{}"), (429, {"retry-after": "0"}, "{}"), (500, {}, "{}")]

    assert embedder.embed(["a"]).shape == (1, 3)
    assert len(service.requests) == 4


def test_a_provider_that_asks_for_patience_gets_it(
    embedder: Embedder, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(endpoint.time, "sleep", pauses.append)
    service.failures = [(429, {"retry-after": "7"}, "{}")]

    embedder.embed(["a"])

    assert 7 in pauses


def test_a_wait_that_is_too_long_is_told_instead(embedder: Embedder, service: Service) -> None:
    service.failures = [(429, {"retry-after": "3600"}, "{}")]

    with pytest.raises(QuotaExceededError, match="REQUESTS_PER_MINUTE"):
        embedder.embed(["a"])
    assert len(service.requests) == 1


@pytest.mark.parametrize(
    ("failure", "error", "requests"),
    [
        ((401, {}, KEY), ProviderRefusedError, 1),
        ((404, {}, "{}"), ProviderRefusedError, 1),
        ((429, {}, '{"error": {"code": "insufficient_quota"}}'), QuotaExceededError, 1),
        ((429, {}, "{}"), QuotaExceededError, endpoint.ATTEMPTS),
        ((503, {}, KEY), ProviderUnavailableError, endpoint.ATTEMPTS),
        ((200, {}, "<html>"), InvalidVectorsError, 1),
        ((200, {}, '{"data": []}'), InvalidVectorsError, 1),
        ((200, {}, '{"data": [{"index": 0, "embedding": [0, 0, 0]}]}'), InvalidVectorsError, 1),
    ],
)
def test_a_failure_has_its_code_and_tells_nothing_secret(
    embedder: Embedder,
    service: Service,
    caplog: pytest.LogCaptureFixture,
    failure: tuple[int, dict[str, str], str],
    error: type[EmbeddingError],
    requests: int,
) -> None:
    caplog.set_level(logging.DEBUG)
    service.failures = [failure] * endpoint.ATTEMPTS

    with pytest.raises(error) as caught:
        embedder.embed(["a secret text"])

    assert len(service.requests) == requests
    assert KEY not in caught.value.message + caplog.text + repr(embedder)
    assert "a secret text" not in caught.value.message


def test_a_model_of_another_dimension_is_refused(embedder: Embedder, service: Service) -> None:
    service.dimension = 2

    with pytest.raises(WrongDimensionError, match="have 2 dimensions, not 3"):
        embedder.embed(["a"])


def test_a_provider_that_is_down_is_left_alone_for_a_while(
    embedder: Embedder, service: Service
) -> None:
    down = endpoint.FAILURES_BEFORE_PAUSE * endpoint.ATTEMPTS
    service.failures = [(503, {}, "{}")] * down
    for _ in range(endpoint.FAILURES_BEFORE_PAUSE):
        with pytest.raises(ProviderUnavailableError, match="does not answer"):
            embedder.embed(["a"])

    with pytest.raises(ProviderUnavailableError, match="left alone"):
        embedder.embed(["a"])
    assert len(service.requests) == down


def test_after_its_pause_one_may_try_and_success_lets_all_in() -> None:
    now = [0.0]
    breaker = Breaker(2, 10, lambda: now[0])
    breaker.failed()
    assert breaker.allows()
    breaker.failed()
    assert not breaker.allows()

    now[0] = 10
    assert [breaker.allows(), breaker.allows()] == [True, False]
    breaker.succeeded()
    assert [breaker.allows(), breaker.allows()] == [True, True]


def test_requests_are_spread_over_the_minute() -> None:
    now = [100.0]
    pace = Pace(60, lambda: now[0])

    assert [pace.seconds_to_wait() for _ in range(3)] == [0, 1, 2]
    now[0] = 110
    assert pace.seconds_to_wait() == 0


@pytest.mark.parametrize("header", ["", "soon", "-5", "Mon, 30 Nov 2020 00:00:00 GMT"])
def test_a_retry_after_that_says_nothing_is_no_wait(header: str) -> None:
    assert endpoint.retry_after_seconds(header) == 0


def test_a_library_of_another_model_of_the_endpoint_is_served(url: str, service: Service) -> None:
    embedders = Embedders(Settings(openai_url=url, openai_dimension=1536))
    stored = EmbeddingModel("openai", "older-model", 3)

    assert embedders.get(stored).embed(["a"]).shape == (1, 3)
    assert service.requests[0]["model"] == "older-model"
    assert service.keys == [None]

"""Requests to an embeddings endpoint: repeated where that helps, explained where it does not.

Neither the key nor the texts reach an error or a log: a refusal is told by its status alone.
"""

import random
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final
from weakref import finalize

import httpx
from pydantic import BaseModel, SecretStr, ValidationError

from infra.embeddings.errors import (
    InvalidVectorsError,
    ProviderRefusedError,
    ProviderUnavailableError,
    QuotaExceededError,
)
from infra.embeddings.openai.pacing import Breaker, Pace

ATTEMPTS: Final = 5
FIRST_PAUSE_SECONDS: Final = 0.5
LONGEST_PAUSE_SECONDS: Final = 30.0
# Calls that failed in all their attempts, and how long nobody tries after so many.
FAILURES_BEFORE_PAUSE: Final = 3
BREAKER_SECONDS: Final = 30.0

TOO_MANY_REQUESTS: Final = 429
PASSING: Final = frozenset({408, 409, 425, TOO_MANY_REQUESTS, 500, 502, 503, 504})
# What OpenAI says in a 429 that waiting does not mend.
QUOTA_CODES: Final = ("insufficient_quota", "billing_hard_limit_reached")


class _Embedding(BaseModel):
    index: int
    embedding: list[float]


class _Answer(BaseModel):
    data: list[_Embedding]


class Endpoint:
    """`POST {url}/embeddings` for one process. Thread-safe; blocks while it waits."""

    def __init__(
        self, url: str, key: SecretStr | None, *, timeout_seconds: float, per_minute: int
    ) -> None:
        headers = {"Authorization": f"Bearer {key.get_secret_value()}"} if key else {}
        self._client = httpx.Client(
            base_url=url, headers=headers, timeout=timeout_seconds, follow_redirects=False
        )
        # Embedders live as long as the process, and are not closed: their connections are.
        finalize(self, self._client.close)
        self._pace = Pace(per_minute)
        self._breaker = Breaker(FAILURES_BEFORE_PAUSE, BREAKER_SECONDS)

    def embed(self, model: str, texts: Sequence[str]) -> list[list[float]]:
        """The vectors of a batch, in its order.

        Raises:
            ProviderUnavailableError: it does not answer, also not when asked again.
            QuotaExceededError: the account has nothing left, or the rate stays too high.
            ProviderRefusedError: key, model or input are not accepted.
            InvalidVectorsError: the answer is none of this API.
        """
        if not self._breaker.allows():
            raise ProviderUnavailableError(
                "The embedding provider has failed several times in a row and is left alone for"
                f" {BREAKER_SECONDS:.0f} seconds. Try again then."
            )
        try:
            response = self._ask_again({"model": model, "input": list(texts)})
        except ProviderUnavailableError:
            self._breaker.failed()
            raise
        self._breaker.succeeded()
        return _vectors(response, len(texts))

    def _ask_again(self, body: dict[str, object]) -> httpx.Response:
        for attempt in range(ATTEMPTS):
            time.sleep(self._pace.seconds_to_wait())
            problem, pause_seconds = "", 0.0
            try:
                response = self._client.post("embeddings", json=body)
            except httpx.TransportError as error:
                problem = type(error).__name__
            else:
                if response.is_success:
                    return response
                _refuse_for_good(response)
                problem = f"status {response.status_code}"
                pause_seconds = retry_after_seconds(response.headers.get("retry-after", ""))
            if attempt + 1 < ATTEMPTS and pause_seconds <= LONGEST_PAUSE_SECONDS:
                time.sleep(max(pause_seconds, _jittered(attempt)))
                continue
            break
        if problem == f"status {TOO_MANY_REQUESTS}":
            raise QuotaExceededError(
                "The embedding provider gets more requests than it takes from this account. Lower"
                " LEXIGRAPH_OPENAI_REQUESTS_PER_MINUTE, or try again later."
            )
        raise ProviderUnavailableError(
            f"The embedding provider does not answer ({problem}, {attempt + 1} attempts). Check"
            " LEXIGRAPH_OPENAI_URL, or try again later; nothing half-made was stored."
        )


def retry_after_seconds(header: str) -> float:
    """What `Retry-After` asks for, in seconds or as a date; 0 where it says nothing."""
    if header.strip().isdecimal():
        return float(header)
    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return 0.0
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _refuse_for_good(response: httpx.Response) -> None:
    """Raise where asking again does not help."""
    status = response.status_code
    if status == TOO_MANY_REQUESTS and any(code in response.text for code in QUOTA_CODES):
        raise QuotaExceededError(
            "The account at the embedding provider has no quota left. Raise it there, or choose"
            " another provider; lexical search goes on."
        )
    if status not in PASSING:
        raise ProviderRefusedError(
            f"The embedding provider refuses the request (status {status}). Check"
            " LEXIGRAPH_OPENAI_URL, LEXIGRAPH_OPENAI_KEY and LEXIGRAPH_OPENAI_MODEL."
        )


def _jittered(attempt: int) -> float:
    """Seconds: anything up to twice as long as before, so that many clients do not fall in step."""
    longest = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2**attempt)
    return random.uniform(longest / 2, longest)  # noqa: S311  # no secret depends on it


def _vectors(response: httpx.Response, count: int) -> list[list[float]]:
    try:
        data = _Answer.model_validate_json(response.content).data
    except ValidationError:
        data = []
    by_index = {each.index: each.embedding for each in data}
    if len(data) != count or by_index.keys() != set(range(count)):
        raise InvalidVectorsError(
            "The embedding provider's answer is not a vector for each text. Check that"
            " LEXIGRAPH_OPENAI_URL is an OpenAI-compatible API, such as https://…/v1."
        )
    return [by_index[index] for index in range(count)]

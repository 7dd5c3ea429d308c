"""Every setting, read from `LEXIGRAPH_…` environment variables and from nowhere else.

`load_settings(process_environment(), port=9000)` gives one frozen `Settings`: command-line options
(overrides) go before the environment, the environment before the defaults. `Settings` itself never
looks at the environment, so a test that builds one gets exactly what it wrote.
"""

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ByteSize,
    Field,
    SecretStr,
    StringConstraints,
    ValidationError,
)
from rapidfuzz import fuzz, process, utils

from infra.errors import LexigraphError
from infra.operation_limits import SWITCH, OperationLimits, setting

PREFIX = "LEXIGRAPH_"
# Read by the tests (which MongoDB, where the real dictionaries lie), never by the server.
TEST_PREFIX = "LEXIGRAPH_TEST_"


class SettingsError(LexigraphError):
    """Settings are unknown or not allowed; the message names each and what is allowed."""

    code = "SETTINGS_INVALID"


def _absolute(path: Path) -> Path:
    """Anchor a path once, so that worker and store processes mean the same folder."""
    return path.expanduser().absolute()


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _scheme(*schemes: str) -> Callable[[SecretStr], SecretStr]:
    def check(value: SecretStr) -> SecretStr:
        if not value.get_secret_value().startswith(schemes):
            raise ValueError("wrong scheme")
        return value

    return check


def _split(value: object) -> object:
    return tuple(filter(None, re.split(r"[\s,]+", value))) if isinstance(value, str) else value


def _long_enough(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value()) < 32:
        raise ValueError("too short")
    return value


# As browsers write them: no path, no default port.
ORIGIN = r"^https?://(?:[a-z0-9.-]+|\[[0-9a-f:]+\])(?::[0-9]{1,5})?$"

AbsolutePath = Annotated[Path, AfterValidator(_absolute)]
MongoUri = Annotated[SecretStr, AfterValidator(_scheme("mongodb://", "mongodb+srv://"))]
MilvusUri = Annotated[SecretStr, AfterValidator(_scheme("http://", "https://"))]
RedisUrl = Annotated[SecretStr, AfterValidator(_scheme("redis://", "rediss://", "unix://"))]
SecretKey = Annotated[SecretStr, AfterValidator(_long_enough)]
HttpUrl = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/?#@]+(?:/[^\s?#]*)?$")]
Origins = Annotated[
    tuple[Annotated[str, StringConstraints(pattern=ORIGIN)], ...], BeforeValidator(_split)
]
LogLevel = Annotated[
    Literal["debug", "info", "warning", "error", "critical"], BeforeValidator(_lower)
]
EmbeddingProvider = Annotated[
    Literal["auto", "minilm", "static", "corpus", "openai", "sentence-transformers", "hashing"],
    BeforeValidator(_lower),
]


class Settings(OperationLimits):
    """What one process of Lexigraph runs with."""

    data_dir: AbsolutePath = setting(
        Path("data"), "Folder that holds everything the server keeps.", allowed="a folder"
    )
    mongodb_uri: MongoUri | None = setting(
        None,
        "MongoDB (a replica set) to use instead of the embedded store.",
        allowed="mongodb://… or mongodb+srv://…",
    )
    mongodb_database: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,38}$")] = setting(
        "lexigraph",
        "Name of the database inside the store.",
        allowed="1 to 38 letters, digits, '-' or '_'",
    )
    redis_url: RedisUrl | None = setting(
        None,
        "Redis shared by several servers; without it each has its own memory.",
        allowed="redis://…, rediss://… or unix://…",
    )
    milvus_uri: MilvusUri | None = setting(
        None,
        "Milvus for the vectors of libraries of the index kind MILVUS; needs the extra milvus.",
        allowed="http://… or https://…",
    )
    host: Annotated[str, StringConstraints(min_length=1)] = setting(
        "127.0.0.1", "Address to listen on.", allowed="an address or host name of this machine"
    )
    port: Annotated[int, Field(ge=0, le=65535)] = setting(
        8000,
        "Port to listen on.",
        allowed="a whole number from 0 to 65535; 0 takes any free port",
    )
    workers: Annotated[int, Field(ge=1, le=64)] = setting(
        1, "Server processes that answer requests.", allowed="a whole number from 1 to 64"
    )
    log_level: LogLevel = setting(
        "info",
        "Least severe message that is logged.",
        allowed="debug, info, warning, error or critical",
    )
    log_format: Annotated[Literal["auto", "console", "json"], BeforeValidator(_lower)] = setting(
        "auto",
        "How log lines look; auto is console on a terminal, else json.",
        allowed="auto, console or json",
    )
    secret_key: SecretKey | None = setting(
        None,
        "Signs cursors; made once in the data folder when missing. Give several servers the same.",
        allowed="at least 32 characters",
    )
    embedding_provider: EmbeddingProvider = setting(
        "auto",
        "Embedder of new libraries; auto is minilm if its weights are there, else hashing.",
        allowed="auto, minilm, static, corpus, openai, sentence-transformers or hashing",
    )
    minilm_folder: AbsolutePath | None = setting(
        None,
        "Folder of the MiniLM weights, when not the installed package.",
        allowed="a folder with model.safetensors and the tokenizer's files",
    )
    openai_url: HttpUrl = setting(
        "https://api.openai.com/v1",
        "Where the provider openai is: any API like OpenAI's.",
        allowed="http://… or https://…, up to /v1",
    )
    openai_key: SecretStr | None = setting(
        None, "Key of the provider openai.", allowed="what its provider gave you"
    )
    openai_model: Annotated[str, StringConstraints(min_length=1, max_length=200)] = setting(
        "text-embedding-3-small",
        "Model of new libraries of the provider openai.",
        allowed="a model of that provider",
    )
    openai_dimension: Annotated[int, Field(ge=1, le=8192)] = setting(
        1536,
        "How many numbers a vector of that model has.",
        allowed="a whole number from 1 to 8192",
    )
    openai_timeout_seconds: Annotated[float, Field(gt=0, le=600)] = setting(
        30.0,
        "How long one request to the provider openai may take.",
        allowed="a number above 0, up to 600",
    )
    openai_requests_per_minute: Annotated[int, Field(ge=1, le=1_000_000)] = setting(
        3000,
        "How often one worker asks the provider openai at most.",
        allowed="a whole number from 1 to 1000000",
    )
    sentence_transformers_model: Annotated[str, StringConstraints(min_length=1)] = setting(
        "sentence-transformers/all-mpnet-base-v2",
        "Model of new libraries of the provider sentence-transformers.",
        allowed="a name on the Hugging Face Hub, or a folder",
    )
    index_wait_seconds: Annotated[float, Field(gt=0, le=3600)] = setting(
        10.0,
        "How long a search waits for what was committed before it, and then answers without it.",
        allowed="a number above 0, up to 3600",
    )
    job_lease_seconds: Annotated[float, Field(ge=1, le=3600)] = setting(
        30.0,
        "How long a worker may be silent before others take over the job that it is at.",
        allowed="a number from 1 to 3600",
    )
    max_body_bytes: Annotated[ByteSize, Field(ge=1024)] = setting(
        2 * 1024 * 1024,
        "Largest request body that is read.",
        allowed="at least 1024 bytes, as 2097152 or 2MiB",
    )
    allowed_origins: Origins = setting(
        (),
        "Origins of web pages, besides the server's own, that may use it.",
        allowed="origins such as https://dictionary.example, separated by commas",
    )
    trusted_documents: AbsolutePath | None = setting(
        None,
        "Documents that clients may name instead of sending them.",
        allowed="a folder of *.graphql files, or a JSON file {id: document}",
    )
    only_trusted_documents: bool = setting(
        False, "Refuse every document that is not a trusted one.", allowed=SWITCH
    )
    max_subscriptions: Annotated[int, Field(ge=0)] = setting(
        1000, "Subscriptions that one worker serves at once.", allowed="a whole number from 0"
    )
    send_timeout_seconds: Annotated[int, Field(ge=1, le=600)] = setting(
        30,
        "How long a client may take to read what is streamed to it, before it is dropped.",
        allowed="a whole number from 1 to 600",
    )
    graphiql: bool = setting(True, "Serve GraphiQL at /.", allowed=SWITCH)
    shutdown_grace_seconds: Annotated[int, Field(ge=0, le=600)] = setting(
        10,
        "How long running requests may take to finish at shutdown.",
        allowed="a whole number from 0 to 600",
    )
    sample_library: bool = setting(
        True, "Load the sample library when the store is empty.", allowed=SWITCH
    )


def process_environment() -> Mapping[str, str]:
    """The environment of this process; the one place that reads it."""
    return os.environ


def load_settings(environ: Mapping[str, str], **overrides: object) -> Settings:
    """Build the settings from an environment.

    Args:
        environ: names starting with `LEXIGRAPH_` are read; an empty value counts as not given.
        overrides: settings by field name that go before the environment; None counts as not given.

    Raises:
        SettingsError: names every unknown setting and every value that is not allowed.
    """
    ours = {
        name: value
        for name, value in environ.items()
        if name.upper().startswith(PREFIX.rstrip("_"))
        and not name.startswith(TEST_PREFIX)
        and value
    }
    known = {variable_name(field): field for field in Settings.model_fields}
    problems = [_unknown(name, list(known)) for name in sorted(ours) if name not in known]
    values: dict[str, object] = {known[name]: ours[name] for name in ours if name in known}
    values |= {field: value for field, value in overrides.items() if value is not None}
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        problems += [_refused(str(detail["loc"][0]), values) for detail in error.errors()]
        settings = None
    if problems or settings is None:
        raise SettingsError("\n".join(dict.fromkeys(problems)))
    return settings


def variable_name(field: str) -> str:
    """Environment variable of a setting: `port` → `LEXIGRAPH_PORT`."""
    return PREFIX + field.upper()


def allowed_values(field: str) -> str:
    """What a setting may be, in words."""
    extra = Settings.model_fields[field].json_schema_extra
    return str(extra["allowed"]) if isinstance(extra, dict) else ""


def is_secret(field: str) -> bool:
    """Whether a setting must never be shown."""
    return "SecretStr" in str(Settings.model_fields[field].annotation)


def _unknown(name: str, known: list[str]) -> str:
    match = process.extractOne(
        name, known, scorer=fuzz.ratio, processor=utils.default_process, score_cutoff=75
    )
    hint = f"did you mean {match[0]}?" if match else f"known are {', '.join(known)}."
    return f"{name} is not a setting; {hint}"


def _refused(field: str, values: Mapping[str, object]) -> str:
    shown = "This value" if is_secret(field) else repr(str(values.get(field)))
    return f"{variable_name(field)}: {shown} is not allowed; allowed: {allowed_values(field)}."

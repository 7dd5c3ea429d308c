from pathlib import Path

import pytest

from infra.settings import (
    Settings,
    SettingsError,
    allowed_values,
    is_secret,
    load_settings,
    variable_name,
)

FIELDS = list(Settings.model_fields)


def refusal(environ: dict[str, str]) -> str:
    with pytest.raises(SettingsError) as caught:
        load_settings(environ)
    return caught.value.message


def test_an_empty_environment_gives_the_documented_defaults() -> None:
    settings = load_settings({})
    assert (settings.host, settings.port, settings.workers) == ("127.0.0.1", 8000, 1)
    assert settings.data_dir == Path("data").absolute()
    assert settings.mongodb_uri is None
    assert settings.max_body_bytes == 2 * 1024 * 1024
    assert settings.graphiql
    assert settings.introspection
    assert settings.sample_library


def test_settings_alone_never_look_at_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEXIGRAPH_PORT", "9999")
    assert Settings().port == 8000


def test_overrides_go_before_the_environment_and_none_counts_as_not_given() -> None:
    environ = {"LEXIGRAPH_PORT": "9000", "LEXIGRAPH_HOST": "10.0.0.1"}
    settings = load_settings(environ, port=9001, host=None)
    assert (settings.port, settings.host) == (9001, "10.0.0.1")


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_settings({}).port = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [
        ("LEXIGRAPH_PROT", "LEXIGRAPH_PORT"),
        ("LEXIGRAPH_MONGO_URI", "LEXIGRAPH_MONGODB_URI"),
        ("LEXIGRAPH_DATADIR", "LEXIGRAPH_DATA_DIR"),
        ("LEXIGRAPH_WORKER", "LEXIGRAPH_WORKERS"),
        ("LEXIGRAPHPORT", "LEXIGRAPH_PORT"),
        ("lexigraph_port", "LEXIGRAPH_PORT"),
    ],
)
def test_a_misspelt_name_is_refused_with_a_suggestion(name: str, suggestion: str) -> None:
    assert refusal({name: "1"}) == f"{name} is not a setting; did you mean {suggestion}?"


def test_a_name_like_no_other_is_refused_with_all_that_are_known() -> None:
    message = refusal({"LEXIGRAPH_XYZZY": "1"})
    assert message.startswith("LEXIGRAPH_XYZZY is not a setting")
    assert all(variable_name(field) in message for field in FIELDS)


def test_names_of_the_tests_and_of_others_are_left_alone() -> None:
    environ = {"LEXIGRAPH_TEST_DATA": "/data", "PORT": "1", "PATH": "/bin", "LEXICON": "x"}
    assert load_settings(environ) == Settings()


def test_an_empty_value_counts_as_not_given() -> None:
    assert load_settings({"LEXIGRAPH_PORT": "", "LEXIGRAPH_MONGODB_URI": ""}) == Settings()


def test_every_problem_is_named_at_once_with_what_is_allowed() -> None:
    message = refusal(
        {"LEXIGRAPH_PORT": "99999", "LEXIGRAPH_LOG_LEVEL": "loud", "LEXIGRAPH_GRAPHIKL": "1"}
    )
    assert message.splitlines() == [
        "LEXIGRAPH_GRAPHIKL is not a setting; did you mean LEXIGRAPH_GRAPHIQL?",
        "LEXIGRAPH_PORT: '99999' is not allowed; allowed: a whole number from 0 to 65535; "
        "0 takes any free port.",
        "LEXIGRAPH_LOG_LEVEL: 'loud' is not allowed; allowed: "
        "debug, info, warning, error or critical.",
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("mongodb_uri", "http://user:hunter2@db"),
        ("redis_url", "hunter2"),
        ("secret_key", "hunter2"),
    ],
)
def test_a_refused_secret_is_never_shown(field: str, value: str) -> None:
    message = refusal({variable_name(field): value})
    assert message.startswith(variable_name(field))
    assert allowed_values(field) in message
    assert "hunter2" not in message


def test_secrets_are_not_in_the_representation() -> None:
    settings = load_settings(
        {
            "LEXIGRAPH_MONGODB_URI": "mongodb://user:hunter2@db",
            "LEXIGRAPH_REDIS_URL": "redis://:hunter2@cache",
            "LEXIGRAPH_SECRET_KEY": "hunter2" * 8,
        }
    )
    assert "hunter2" not in f"{settings!r} {settings} {settings.model_dump_json()}"


def test_exactly_the_settings_with_secrets_are_marked() -> None:
    secret = {field for field in FIELDS if is_secret(field)}
    assert secret == {"milvus_uri", "mongodb_uri", "openai_key", "redis_url", "secret_key"}


def test_sizes_may_have_units_and_names_any_case() -> None:
    settings = load_settings({"LEXIGRAPH_MAX_BODY_BYTES": "4MiB", "LEXIGRAPH_LOG_LEVEL": "DEBUG"})
    assert settings.max_body_bytes == 4 * 1024 * 1024
    assert settings.log_level == "debug"


@pytest.mark.parametrize("field", FIELDS)
def test_each_setting_is_documented_with_what_is_allowed(field: str) -> None:
    documentation = Path("docs/configuration.md").read_text(encoding="utf-8")
    row = next(
        line
        for line in documentation.splitlines()
        if line.startswith(f"| `{variable_name(field)}`")
    )
    assert Settings.model_fields[field].description in row
    assert allowed_values(field) in row

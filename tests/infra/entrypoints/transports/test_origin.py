import pytest

from infra.entrypoints.transports.origin import is_allowed, may_read_by_get

ALLOWED = ("https://dictionary.example",)


def headers(host: str, origin: str | None = None, **more: str) -> dict[str, str]:
    named = {name.replace("_", "-"): value for name, value in more.items()}
    return {"host": host, **({"origin": origin} if origin else {}), **named}


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("words.example", None),
        ("words.example", "https://words.example"),
        ("words.example", "http://words.example"),
        ("words.example:443", "https://words.example"),
        ("words.example:8000", "http://words.example:8000"),
        ("[2001:db8::1]:8000", "http://[2001:db8::1]:8000"),
        ("words.example", "https://dictionary.example"),
        ("127.0.0.1:8000", "http://localhost:5173"),
        ("localhost:8000", "http://127.0.0.1:3000"),
        ("[::1]:8000", "http://app.localhost:3000"),
    ],
)
def test_pages_of_here_and_allowed_ones_may_connect(host: str, origin: str | None) -> None:
    assert is_allowed(headers(host, origin), ALLOWED)


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("words.example", "https://evil.example"),
        ("words.example", "https://words.example.evil.example"),
        ("words.example:8000", "http://words.example:8001"),
        ("words.example", "http://localhost:5173"),
        ("127.0.0.1:8000", "http://localhost.evil.example"),
        ("127.0.0.1:8000", "http://127.0.0.1.evil.example:8000"),
        ("127.0.0.1:8000", "null"),
        ("127.0.0.1:8000", "file://"),
        ("127.0.0.1:8000", "http://["),
        ("127.0.0.1:8000", "http://localhost:port"),
        ("", "http://localhost"),
        ("words.example", "http://dictionary.example"),
    ],
)
def test_pages_of_elsewhere_may_not_connect(host: str, origin: str) -> None:
    assert not is_allowed(headers(host, origin), ALLOWED)
    assert not may_read_by_get(headers(host, origin), ALLOWED)


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_what_a_foreign_page_embeds_reads_nothing(site: str) -> None:
    assert not may_read_by_get(headers("words.example", sec_fetch_site=site), ALLOWED)


@pytest.mark.parametrize("site", ["none", "same-origin"])
def test_people_and_own_pages_may_read(site: str) -> None:
    assert may_read_by_get(headers("words.example", sec_fetch_site=site), ALLOWED)


@pytest.mark.parametrize(
    "name", ["apollo_require_preflight", "x_apollo_operation_name", "graphql_preflight"]
)
def test_a_header_that_makes_browsers_ask_first_is_enough(name: str) -> None:
    asked = headers("words.example", "https://evil.example", sec_fetch_site="cross-site")
    assert may_read_by_get(asked | {name.replace("_", "-"): "true"}, ALLOWED)

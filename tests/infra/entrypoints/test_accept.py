import pytest

from infra.entrypoints.accept import prefers


@pytest.mark.parametrize(
    ("accept", "newer"),
    [
        ("", False),
        ("*/*", False),
        ("application/json", False),
        ("new/type", True),
        ("NEW/type ; charset=utf-8", True),
        ("new/type;q=0", False),
        ("new/type; charset=utf-8; q=0.0", False),
        ("new/type;q=nonsense", False),
        ("new/type, application/json;q=0.9", True),
        ("application/json, new/type", True),
        ("new/type;q=0.4, application/json;q=0.5", False),
        ("some/new/type", False),
        (",;,;q=1", False),
    ],
)
def test_a_type_is_preferred_by_name_and_quality(accept, newer):
    assert prefers(accept, "new/type", "application/json") is newer

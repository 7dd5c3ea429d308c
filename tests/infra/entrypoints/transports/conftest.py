from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Faults are logged with tracebacks, which take seconds to draw for people."""
    with capture_logs():
        yield

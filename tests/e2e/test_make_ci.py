"""What CI adds to `make test`: nothing may be skipped (tests/refuse_skips.py)."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]


def run_under_ci(folder: Path, test: str) -> subprocess.CompletedProcess[str]:
    file = folder / "test_it.py"
    file.write_text(f"import pytest\n\n{test}")
    return subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", "pytest", "-p", "refuse_skips", "-c", os.devnull, file],
        cwd=folder,
        env={"PATH": os.defpath, "PYTHONPATH": str(TESTS), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "test",
    [
        "def test_it():\n    pytest.skip('no Chromium')\n",
        "@pytest.mark.skipif(True, reason='no Redis')\ndef test_it():\n    pass\n",
        "pytest.skip('no MongoDB', allow_module_level=True)\n",
    ],
)
def test_a_skipped_test_fails_the_run(tmp_path: Path, test: str) -> None:
    passing = tmp_path / "test_other.py"
    passing.write_text("def test_other():\n    pass\n")
    result = run_under_ci(tmp_path, test)
    assert result.returncode != 0
    assert "skipped, but CI must run everything" in result.stdout
    assert "test_it.py" in result.stdout


@pytest.mark.parametrize(
    "test",
    [
        "def test_it():\n    pass\n",
        "@pytest.mark.data\ndef test_it():\n    pytest.skip('no dictionaries')\n",
        "@pytest.mark.xfail(strict=True)\ndef test_it():\n    assert False\n",
    ],
)
def test_nothing_else_does(tmp_path: Path, test: str) -> None:
    result = run_under_ci(tmp_path, test)
    assert result.returncode == 0, result.stdout

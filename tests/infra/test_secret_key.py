import os
import stat
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from infra.secret_key import SecretKeyError, signing_key
from infra.settings import Settings


def key_in(folder: Path) -> bytes:
    return signing_key(Settings(data_dir=folder))


def test_a_given_key_is_used_and_nothing_is_written(tmp_path: Path) -> None:
    settings = Settings.model_validate({"data_dir": tmp_path, "secret_key": "k" * 32})
    assert signing_key(settings) == b"k" * 32
    assert list(tmp_path.iterdir()) == []


def test_a_missing_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    first, second = key_in(tmp_path), key_in(tmp_path)
    assert first == second
    assert len(first) == 64
    assert [path.name for path in tmp_path.iterdir()] == ["secret.key"]
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600


def test_two_installations_have_different_keys(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        folder.mkdir()
    assert key_in(folders[0]) != key_in(folders[1])


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    with ProcessPoolExecutor(3, mp_context=get_context("spawn")) as processes:
        keys = set(processes.map(key_in, [tmp_path] * 6))
    assert len(keys) == 1


def test_a_damaged_key_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_bytes(b"\xff" * 10)
    with pytest.raises(SecretKeyError, match="Delete it"):
        key_in(tmp_path)


def test_a_key_that_cannot_be_kept_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=os.strerror(2)):
        key_in(tmp_path / "missing")

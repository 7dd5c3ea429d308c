"""The key that signs cursors: given by a setting, or made once and kept in the data folder."""

import os
import secrets
from pathlib import Path

from infra.errors import LexigraphError
from infra.settings import Settings


class SecretKeyError(LexigraphError):
    """The kept key cannot be read or is not one; cursors could not be trusted."""

    code = "SECRET_KEY_INVALID"


def signing_key(settings: Settings) -> bytes:
    """Give the key of this installation, the same in every process and after every start.

    Raises:
        SecretKeyError: the file is damaged.
        OSError: the data folder cannot be written.
    """
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value().encode()
    path = settings.data_dir / "secret.key"
    if not path.exists():
        _make(path)
    text = path.read_text(encoding="ascii", errors="replace").strip()
    if len(text) != 64:
        raise SecretKeyError(
            f"{path} is damaged. Delete it to have a new key made (cursors given out before will "
            "then be refused), or set LEXIGRAPH_SECRET_KEY."
        )
    return text.encode()


def _make(path: Path) -> None:
    """Write a new key whole and then give it its name; of several writers, the first wins."""
    draft = path.with_name(f".secret.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()

"""Where a store listens: a unix socket or a port of this machine, written as a MongoDB URI.

Everything here fails with OSError, whose text a user can understand.
"""

import ipaddress
import os
import socket
import stat
import tempfile
from hashlib import blake2b
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote, urlsplit

# sockaddr_un holds 104 bytes on macOS and the BSDs, 108 on Linux.
_SOCKET_PATH_BYTES: Final = 100
_BACKLOG: Final = 128


def socket_path(store: Path) -> Path:
    """Where the store in that file listens: beside it, or in a private folder if that is too long.

    Raises:
        PermissionError: the private folder under the temporary folder belongs to somebody else.
    """
    beside = store.with_suffix(".sock")
    if len(os.fsencode(beside)) <= _SOCKET_PATH_BYTES:
        return beside
    name = blake2b(os.fsencode(store), digest_size=12).hexdigest()
    return _private_folder() / f"{name}.sock"


def _private_folder() -> Path:
    folder = Path(tempfile.gettempdir()) / f"lexigraph-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    is_private = stat.S_ISDIR(found.st_mode) and not found.st_mode & 0o077
    if not is_private or found.st_uid != os.getuid():
        raise PermissionError(f"{folder} is not a folder that you alone can use; remove it")
    return folder


def listen_on_socket(path: Path) -> socket.socket:
    """Listen on a unix socket that only its owner can connect to; a stale one is replaced."""
    if path.is_socket():
        path.unlink()
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    # The rights are those of the first moment: nobody gets in between bind and chmod.
    previous = os.umask(0o077)
    try:
        listener.bind(os.fspath(path))
        listener.listen(_BACKLOG)
    except OSError:
        listener.close()
        raise
    finally:
        os.umask(previous)
    return listener


def listen_on_port(host: str, port: int) -> socket.socket:
    """Listen on a loopback address; port 0 takes any free one.

    Raises:
        PermissionError: other machines could reach the address; the store has no passwords.
    """
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        address = None
    if address is None or not address.is_loopback:
        raise PermissionError(f"{host} is not a loopback address such as 127.0.0.1")
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    return socket.create_server((host, port), family=family, backlog=_BACKLOG)


def address_of(listener: socket.socket) -> str:
    """What `hello` calls the address of what listens there."""
    if listener.family == socket.AF_UNIX:
        return str(listener.getsockname())
    host, port = listener.getsockname()[:2]
    return f"[{host}]:{port}" if listener.family == socket.AF_INET6 else f"{host}:{port}"


def uri_of(listener: socket.socket) -> str:
    """The URI for MongoDB clients of what listens there."""
    address = address_of(listener)
    place = quote(address, safe="") if listener.family == socket.AF_UNIX else address
    return f"mongodb://{place}/?directConnection=true"


def connect(uri: str, timeout_seconds: float) -> socket.socket:
    """Connect to the store that a URI made by `uri_of` names."""
    parts = urlsplit(uri)
    if "%2F" not in parts.netloc:
        return socket.create_connection((parts.hostname, parts.port), timeout_seconds)
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(timeout_seconds)
        connection.connect(unquote(parts.netloc))
    except OSError:
        connection.close()
        raise
    return connection

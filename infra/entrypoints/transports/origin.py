"""Which web pages may use the server.

Browsers send requests for any page that they show, so a page must be told from its `Origin`: pages
of the server itself, pages on this machine where the server is asked on this machine, and those
that are allowed by name. What has no origin comes from a program, which no page can drive.
"""

from collections.abc import Collection, Mapping
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}

# Pages can send these to another origin only if CORS allows it.
PREFLIGHT_HEADERS = ("apollo-require-preflight", "x-apollo-operation-name", "graphql-preflight")


def may_read_by_get(headers: Mapping[str, str], allowed: Collection[str]) -> bool:
    """Whether a GET comes from a page that may ask, or from a program.

    As in Go's CrossOriginProtection: browsers tell by Sec-Fetch-Site where a request comes from.
    """
    if any(headers.get(name) for name in PREFLIGHT_HEADERS):
        return True
    if headers.get("origin") is None:
        return headers.get("sec-fetch-site", "none") in ("none", "same-origin")
    return is_allowed(headers, allowed)


def is_allowed(headers: Mapping[str, str], allowed: Collection[str]) -> bool:
    """Whether the page behind a request may use the server, as its `Origin` tells."""
    origin = headers.get("origin")
    if origin is None or origin in allowed:
        return True
    page, server = _split(origin), _split(f"//{headers.get('host', '')}")
    if page is None or server is None:
        return False
    if _is_loopback(page.hostname) and _is_loopback(server.hostname):
        return True
    port = DEFAULT_PORTS.get(page.scheme)
    same_port = (page.port or port) == (server.port or port)
    return page.hostname == server.hostname and same_port


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port  # a port that is no number shows itself here
    except ValueError:
        return None
    return parts if parts.hostname else None


def _is_loopback(host: str | None) -> bool:
    if host is None or host == "localhost" or host.endswith(".localhost"):
        return host is not None
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False

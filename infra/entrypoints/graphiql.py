"""The page at `/`: GraphiQL where its bundle is built (by Node), else a plain page of our own.

Neither loads anything from another origin: the content security policy forbids it. Both find the
example operations in the page itself, so that examples change without a build.
"""

import base64
import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict

import orjson
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

SOURCE = Path(__file__).with_name("graphiql")
BUNDLE = Path(__file__).parents[2] / "build" / "graphiql"
EXAMPLES_SLOT = "<!-- examples -->"
INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


class Example(TypedDict):
    """An operation to begin with; its title is its first comment line."""

    title: str
    query: str
    variables: str


def page_routes(bundle: Path) -> Sequence[BaseRoute]:
    """Routes of the page; the bundle's files are served if there is a bundle."""
    built = (bundle / "index.html").is_file()
    template = (bundle / "index.html" if built else SOURCE / "plain.html").read_text("utf-8")
    html = template.replace(EXAMPLES_SLOT, _examples_element(load_examples()))
    headers = _security_headers(html)

    async def page(_request: Request) -> Response:
        return HTMLResponse(html, headers=headers)

    assets = [Mount("/graphiql", StaticFiles(directory=bundle), name="assets")] if built else []
    return [Route("/", page, name="page"), *assets]


def load_examples(folder: Path = SOURCE / "examples") -> list[Example]:
    """Read the example operations in the order of their file names."""
    return [_load_example(path) for path in sorted(folder.glob("*.graphql"))]


def _load_example(path: Path) -> Example:
    query = path.read_text("utf-8")
    variables = path.with_suffix(".json")
    return Example(
        title=query.partition("\n")[0].removeprefix("#").strip(),
        query=query,
        variables=variables.read_text("utf-8") if variables.is_file() else "",
    )


def _examples_element(examples: list[Example]) -> str:
    # "<" is escaped so that no text of an example can end the element.
    data = orjson.dumps(examples).decode().replace("<", "\\u003c")
    return f'<script type="application/json" id="examples">{data}</script>'


def _security_headers(html: str) -> dict[str, str]:
    """Allow this origin, the page's own inline scripts by hash, and Monaco's inline styles."""
    hashes = " ".join(f"'sha256-{_sha256(script)}'" for script in INLINE_SCRIPT.findall(html))
    policy = (
        "default-src 'none'",
        f"script-src 'self' {hashes}".strip(),
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
    return {
        "content-security-policy": "; ".join(policy),
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
        "cache-control": "no-cache",
    }


def _sha256(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()

"""examples/web in a browser: typed by the schema, read in pages, optimistic, live."""

import asyncio
import functools
import re
import shutil
import subprocess
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from chromium import needs_chromium, open_browser
from command_line import CommandLine, Server
from node_packages import install_packages
from playwright.async_api import Browser, Locator, Page, Request, Route, expect

WEB = Path(__file__).parents[2] / "examples" / "web"
# What index.html names.
USUAL_SERVER = "http://127.0.0.1:8000/graphql"
PATCH = """mutation($id: ID!, $patch: [PatchOperationInput!]!) {
  patchWords(input: {library: "sample", items: {id: $id, patch: $patch}}) { updatedCount } }"""
DELETE = """mutation($id: ID!) {
  deleteWords(input: {library: "sample", cascade: true, items: {id: $id}}) { deletedCount } }"""
WORD = '{ word(by: {natural: {library: "sample", text: "%s"}}) { id tags } }'

pytestmark = [pytest.mark.browser, needs_chromium]


class QuietHandler(SimpleHTTPRequestHandler):
    """Files without a log."""

    def log_message(self, *_: object) -> None:
        """Nothing to note."""


class FrontEnd:
    """The page at its own origin, and the server that it asks."""

    def __init__(self, lexigraph: CommandLine, files: ThreadingHTTPServer) -> None:
        self._lexigraph = lexigraph
        self._running = ExitStack()
        self.url = f"http://127.0.0.1:{files.server_port}"
        self.server = self._start(None)

    def _start(self, port: int | None) -> Server:
        serving = self._lexigraph.server(port, sample_library="true", allowed_origins=self.url)
        server = self._running.enter_context(serving)
        assert server.url
        return server

    def end(self) -> None:
        self._running.close()

    def start_again(self) -> None:
        self.server = self._start(urlsplit(self.server.url).port)

    async def word(self, text: str) -> dict[str, Any]:
        found = await asyncio.to_thread(self.server.ask, WORD % text)
        word: dict[str, Any] = found["word"]
        return word

    async def tag(self, text: str, tag: str) -> None:
        """Tag a word as somebody else."""
        patch = [{"op": "add", "path": "/tags/-", "value": tag}]
        word = await self.word(text)
        await asyncio.to_thread(self.server.ask, PATCH, id=word["id"], patch=patch)

    async def delete(self, text: str) -> None:
        word = await self.word(text)
        await asyncio.to_thread(self.server.ask, DELETE, id=word["id"])


@pytest.fixture(scope="module")
def site() -> Path:
    """The bundled page, from types made from the schema and code that keeps to them."""
    install_packages(WEB)
    for step in ("generate", "check", "build"):
        ran = subprocess.run(  # noqa: S603 - scripts of ours
            [shutil.which("npm") or "npm", "run", "--silent", step],
            cwd=WEB, capture_output=True, check=False, text=True, timeout=300,
        )  # fmt: skip
        assert ran.returncode == 0, f"{step}: {ran.stdout}{ran.stderr}"
    return WEB / "site"


@pytest.fixture(scope="module")
def front_end(
    site: Path, lexigraph: CommandLine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FrontEnd]:
    folder = tmp_path_factory.mktemp("site")
    handler = functools.partial(QuietHandler, directory=folder)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as files:
        threading.Thread(target=files.serve_forever, daemon=True).start()
        front_end = FrontEnd(lexigraph, files)
        shutil.copy(site / "main.js", folder)
        page = (site / "index.html").read_text()
        assert USUAL_SERVER in page
        there = page.replace(USUAL_SERVER, f"{front_end.server.url}graphql")
        folder.joinpath("index.html").write_text(there)
        yield front_end
        front_end.end()
        files.shutdown()


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with open_browser() as browser:
        yield browser


@pytest.fixture
async def page(browser: Browser, front_end: FrontEnd) -> AsyncIterator[Page]:
    page = await browser.new_page()
    page.set_default_timeout(20_000)
    expect.set_options(timeout=20_000)
    await page.goto(front_end.url)
    await expect(heading(page)).to_have_text(re.compile(r"^10 of \d+ words$"))
    yield page
    await page.close()


def heading(page: Page) -> Locator:
    return page.get_by_role("heading")


def line(page: Page, text: str) -> Locator:
    return page.get_by_role("listitem").filter(has=page.get_by_label(text, exact=True))


async def mark(page: Page, *texts: str) -> None:
    for text in texts:
        await page.get_by_label(text, exact=True).check()
    await page.get_by_role("button", name="Mark as favourites").click()


async def test_pages_of_a_list_are_joined(page: Page) -> None:
    for shown in (20, 30):
        await page.get_by_role("button", name="More").click()
        await expect(heading(page)).to_have_text(re.compile(rf"^{shown} of \d+ words$"))
    assert await page.get_by_role("checkbox").count() == 30


async def test_a_description_finds_its_word(page: Page) -> None:
    await page.get_by_label("What it means").fill("fear of heights")
    await expect(page.locator("ol li").first).to_have_text("acrophobia Fear of heights.")


async def test_queries_are_known_by_their_hash(page: Page) -> None:
    asked: list[Request] = []
    page.on("request", lambda request: "graphql" in request.url and asked.append(request))
    await page.reload()
    await expect(heading(page)).to_have_text(re.compile(r"^10 of \d+ words$"))
    # Its document was sent when the page was opened first.
    (query,) = [request for request in asked if request.method == "GET"]
    parameters = parse_qs(urlsplit(query.url).query)
    assert "persistedQuery" in parameters["extensions"][0]
    assert "query" not in parameters


async def test_words_show_their_tag_before_the_server_has_answered(
    page: Page, front_end: FrontEnd
) -> None:
    may_go = asyncio.Event()

    async def hold(route: Route) -> None:
        if "TagWords" in (route.request.post_data or ""):
            await may_go.wait()
        await route.continue_()

    await page.route("**/graphql", hold)
    await mark(page, "alas", "antonym")
    for text in ("alas", "antonym"):
        await expect(line(page, text).get_by_text("favourite")).to_be_visible()
        assert "favourite" not in (await front_end.word(text))["tags"]
    may_go.set()
    await expect(page.get_by_role("alert")).to_have_count(0)
    for text in ("alas", "antonym"):
        await expect(line(page, text).get_by_text("favourite")).to_be_visible()


async def test_a_word_that_somebody_else_has_changed_is_shown_as_it_is(
    page: Page, front_end: FrontEnd
) -> None:
    others = ["taken"]

    async def come_first(route: Route) -> None:
        # The document may follow its hash in a second request.
        if others and "TagWords" in (route.request.post_data or ""):
            await front_end.tag("anon", others.pop())
        await route.continue_()

    await page.route("**/graphql", come_first)
    await mark(page, "acrophobia", "anon")
    await expect(page.get_by_role("alert")).to_have_count(1)
    await expect(line(page, "acrophobia").get_by_text("favourite")).to_be_visible()
    await expect(line(page, "anon").locator("mark")).to_have_text(["taken"])


async def test_changes_of_others_appear_also_those_made_while_the_connection_was_broken(
    page: Page, front_end: FrontEnd
) -> None:
    await front_end.tag("awe", "seen")
    await expect(line(page, "awe").locator("mark")).to_have_text(["seen"])
    front_end.server.process.kill()
    front_end.start_again()
    await front_end.tag("awe", "missed")
    await expect(line(page, "awe").locator("mark")).to_have_text(["seen", "missed"])
    await front_end.delete("awe")
    await expect(line(page, "awe")).to_have_count(0)

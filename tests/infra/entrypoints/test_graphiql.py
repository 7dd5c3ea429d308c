import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from chromium import needs_chromium, open_browser
from graphql import OperationDefinitionNode, build_schema, get_variable_values, parse, validate
from playwright.async_api import Browser, Page
from toy_backend import Serving

from infra.entrypoints.graphiql import BUNDLE, Example, load_examples

NO_BUNDLE = Path("no-bundle")

needs_bundle = pytest.mark.skipif(
    not (BUNDLE / "index.html").is_file(),
    reason="GraphiQL is not built: `make graphiql` needs Node",
)


class Visit:
    """A page opened in Chromium, with all it requested and complained about."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.hosts: set[str | None] = set()
        self.complaints: list[str] = []
        page.on("request", lambda request: self.hosts.add(urlsplit(request.url).hostname))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda line: self._note(line.type, line.text))

    def _note(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"}:
            self.complaints.append(text)

    def assert_quiet(self) -> None:
        """Nothing was asked of another machine, nothing was refused by the policy."""
        assert self.hosts <= {"127.0.0.1", None}
        assert self.complaints == []


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with open_browser() as browser:
        yield browser


@pytest.fixture
async def visit(browser: Browser) -> AsyncIterator[Visit]:
    page = await browser.new_page(viewport={"width": 1280, "height": 800})
    page.set_default_timeout(10_000)
    yield Visit(page)
    await page.close()


@pytest.mark.browser
@needs_chromium
@needs_bundle
async def test_a_query_typed_into_graphiql_is_answered_without_network(
    visit: Visit, serving: Serving
) -> None:
    async with serving() as client:
        page = visit.page
        await page.goto(str(client.base_url))
        await page.locator(".graphiql-query-editor .view-lines").click()
        await page.keyboard.press("ControlOrMeta+A")
        await page.keyboard.insert_text('query Greeting { hello(name: "browser") }')
        await page.get_by_role("tab", name="Greeting").wait_for()
        await page.keyboard.press("ControlOrMeta+Enter")
        response = page.locator(".graphiql-response")
        await response.get_by_text("Hello, browser!").wait_for()
        visit.assert_quiet()


@pytest.mark.browser
@needs_chromium
@needs_bundle
async def test_graphiql_subscribes(visit: Visit, serving: Serving) -> None:
    async with serving() as client:
        page = visit.page
        await page.goto(str(client.base_url))
        await page.locator(".graphiql-query-editor .view-lines").click()
        await page.keyboard.press("ControlOrMeta+A")
        await page.keyboard.insert_text("subscription Count { count(to: 3, pauseSeconds: 0.1) }")
        await page.get_by_role("tab", name="Count").wait_for()
        await page.keyboard.press("ControlOrMeta+Enter")
        await page.locator(".graphiql-response").get_by_text("2", exact=True).wait_for()
        visit.assert_quiet()


@pytest.mark.browser
@needs_chromium
@needs_bundle
async def test_graphiql_opens_with_examples_docs_and_history(
    visit: Visit, serving: Serving
) -> None:
    async with serving() as client:
        page = visit.page
        await page.goto(str(client.base_url))
        await page.get_by_role("tab").first.wait_for()
        assert await page.get_by_role("tab").count() == len(load_examples())
        await page.get_by_role("link", name="Mutation").wait_for()
        await page.get_by_label("Show History").click()
        await page.locator(".graphiql-history").wait_for()
        visit.assert_quiet()


@pytest.mark.browser
@needs_chromium
@needs_bundle
async def test_a_click_on_a_tab_opens_its_example_with_its_variables(
    visit: Visit, serving: Serving
) -> None:
    async with serving() as client:
        page = visit.page
        await page.goto(str(client.base_url))
        await page.locator(".graphiql-query-editor .view-lines").wait_for()
        await page.get_by_role("tab", name="LookUpWords").click()
        await (
            page.locator(".graphiql-query-editor").get_by_text("lookupWords", exact=True).wait_for()
        )
        await page.locator(".graphiql-editor-tool").get_by_text("petrichor").wait_for()
        visit.assert_quiet()


@pytest.mark.browser
@needs_chromium
async def test_a_query_typed_into_the_plain_page_is_answered_without_network(
    visit: Visit, serving: Serving
) -> None:
    async with serving(page_bundle=NO_BUNDLE) as client:
        page = visit.page
        await page.goto(str(client.base_url))
        await page.get_by_label("Operation", exact=True).fill("query($n: String){hello(name: $n)}")
        await page.get_by_label("Variables (JSON)").fill('{"n": "keyboard"}')
        await page.keyboard.press("Control+Enter")
        await page.get_by_text("Hello, keyboard!").wait_for()
        await page.get_by_label("Variables (JSON)").fill("{")
        await page.get_by_role("button", name="Run").click()
        await page.get_by_text("The variables are not JSON").wait_for()
        visit.assert_quiet()


@pytest.mark.browser
@needs_chromium
async def test_the_plain_page_offers_the_examples(visit: Visit, serving: Serving) -> None:
    examples = load_examples()
    async with serving(page_bundle=NO_BUNDLE) as client:
        page = visit.page
        await page.goto(str(client.base_url))
        await page.get_by_label("Example").select_option(examples[-1]["title"])
        shown = await page.get_by_label("Operation", exact=True).input_value()
        assert shown == examples[-1]["query"]
        visit.assert_quiet()


@pytest.mark.parametrize("bundle", [BUNDLE, NO_BUNDLE])
async def test_the_page_names_no_other_origin(serving: Serving, bundle: Path) -> None:
    async with serving(page_bundle=bundle) as client:
        response = await client.get("/")
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "http" not in policy
    # The one address in the page is the name of the SVG vocabulary.
    assert set(re.findall(r"https?://[^'\"\s]+", response.text)) <= {"http://www.w3.org/2000/svg"}


async def test_a_browser_that_opens_the_endpoint_is_sent_to_the_page(
    client: httpx.AsyncClient,
) -> None:
    response = await client.get("/graphql", headers={"accept": "text/html"})
    assert response.status_code == 307
    assert httpx.URL(response.headers["location"]).path == "/"


async def test_without_the_page_there_is_nothing_at_its_address(serving: Serving) -> None:
    async with serving(graphiql=False) as client:
        page = await client.get("/")
        endpoint = await client.get("/graphql", headers={"accept": "text/html"})
    assert (page.status_code, endpoint.status_code) == (404, 400)


def test_examples_have_a_title_and_begin_with_it() -> None:
    examples = load_examples()
    assert len(examples) >= 6
    # GraphiQL shows the variables of every default tab but the first.
    assert examples[0]["variables"] == ""
    for example in examples:
        assert example["query"].startswith(f"# {example['title']}\n")


@pytest.mark.parametrize("example", load_examples(), ids=lambda example: str(example["title"]))
def test_each_example_is_valid_against_the_schema(example: Example) -> None:
    schema = build_schema(Path("schema/schema.graphql").read_text("utf-8"))
    document = parse(example["query"])
    assert validate(schema, document) == []
    (operation,) = document.definitions
    assert isinstance(operation, OperationDefinitionNode)
    assert operation.name is not None, "a tab is titled by the operation's name"
    values = json.loads(example["variables"] or "{}")
    coerced = get_variable_values(schema, operation.variable_definitions or (), values)
    assert not isinstance(coerced, list), coerced

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

from infra.errors import LexigraphError
from resolvers.errors import UserErrorCode

PACKAGES = ("infra", "documents", "resolvers", "schema", "vectorindex")


def error_classes(base: type[LexigraphError]) -> Iterator[type[LexigraphError]]:
    for error in base.__subclasses__():
        yield error
        yield from error_classes(error)


def import_everything() -> None:
    for name in PACKAGES:
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(package.__path__, f"{name}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)


def test_every_code_is_documented_and_every_documented_code_exists() -> None:
    import_everything()
    raised = {
        error.code
        for error in error_classes(LexigraphError)
        if error.__module__.partition(".")[0] in PACKAGES
    }
    sources = "".join(path.read_text() for path in Path("infra/entrypoints").rglob("*.py"))
    answered = set(re.findall(r'"([A-Z]+(?:_[A-Z]+)+|INTERNAL)"', sources))
    # What is refused before an operation runs, over every transport.
    rules = "".join(path.read_text() for path in Path("schema").glob("*.py"))
    answered |= set(re.findall(r'(?:Limit\(\s*|"code": )"([A-Z_]+)"', rules))
    refused = {code.value for code in UserErrorCode}
    page = Path("docs/errors.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `([A-Z_]+)`", page, re.MULTILINE))
    assert raised | answered | refused == documented

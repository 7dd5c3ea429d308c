"""Sections of Markdown texts."""

from resolvers.limits import HEADING_LIMIT
from resolvers.splitting.sections import sections

TEXT = """\
Before.

# Birds #
All of them.
## Owls
### Barn owls
White.
## Larks
```
# no heading
```
# Fish
"""


def outlined(text: str, level: int) -> list[tuple[tuple[str, ...], str]]:
    return [(each.path, text[slice(*each.span)].split("\n")[0]) for each in sections(text, level)]


def test_each_section_knows_the_headings_above_it():
    assert outlined(TEXT, 6) == [
        ((), "Before."),
        (("Birds",), "# Birds #"),
        (("Birds", "Owls"), "## Owls"),
        (("Birds", "Owls", "Barn owls"), "### Barn owls"),
        (("Birds", "Larks"), "## Larks"),
        (("Fish",), "# Fish"),
    ]


def test_lower_headings_begin_no_section():
    assert [path for path, _ in outlined(TEXT, 1)] == [(), ("Birds",), ("Fish",)]


def test_code_that_does_not_end_holds_no_headings():
    assert [path for path, _ in outlined("# One\n~~~\n# Two\n```\n# Three", 6)] == [(), ("One",)]


def test_a_line_that_is_too_long_or_says_nothing_is_no_heading():
    text = f"# {'x' * (HEADING_LIMIT + 1)}\n#\n##  ##\n#hashtag\n####### seven"
    assert [path for path, _ in outlined(text, 6)] == [()]


def test_a_section_that_leaves_a_level_out_is_found():
    assert outlined("### Deep\n# High", 6)[1:] == [(("Deep",), "### Deep"), (("High",), "# High")]

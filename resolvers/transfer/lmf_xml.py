"""Elements of WN-LMF as text."""

import re
from collections.abc import Iterable
from typing import Final

from documents.vocabulary import PartOfSpeech, RelationType
from resolvers.transfer.lmf_attributes import collapse_space
from resolvers.transfer.lmf_vocabulary import (
    BAND,
    HOMOGRAPH,
    PARTS,
    PARTS_OF_SPEECH,
    TAG,
    UNKNOWN_PART,
)
from resolvers.transfer.records import EntryRecord, ExampleRecord, FormRecord

_CODES: Final = {part: code for code, part in reversed(list(PARTS_OF_SPEECH.items()))}
_ENTITIES: Final = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "\t": "&#9;",
    "\n": "&#10;",
    "\r": "&#13;",
}
_SPECIAL = re.compile('[&<>"\t\n\r]')
# What XML 1.0 cannot hold in any spelling.
_IMPOSSIBLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def escape(text: str) -> str:
    """Text for an attribute or an element; characters that XML cannot hold are dropped."""
    possible = _IMPOSSIBLE.sub("", text)
    return _SPECIAL.sub(lambda found: _ENTITIES[found.group()], possible)


def element(tag: str, values: dict[str, str | None], content: Iterable[str] | None = None) -> str:
    """An element with the attributes that have a value, around lines of content."""
    start = f"<{tag}" + "".join(
        [f' {name}="{escape(value)}"' for name, value in values.items() if value is not None]
    )
    lines = list(content or ())
    return f"{start}/>" if not lines else "\n".join([f"{start}>", *lines, f"</{tag}>"])


def text_element(tag: str, text: str, values: dict[str, str | None] | None = None) -> str:
    """An element around a text that is read back as it is."""
    space = None if collapse_space(text) == text else "preserve"
    start = element(tag, {**(values or {}), "xml:space": space})
    return f"{start.removesuffix('/>')}>{escape(text)}</{tag}>"


def example_element(example: ExampleRecord) -> str:
    """An example with its source."""
    return text_element("Example", example.text, {"dc:source": example.source})


def relation_element(
    tag: str, type_: RelationType, target: str, known: frozenset[RelationType]
) -> str:
    """A relation; one that the format does not name here goes as "other" with its name beside."""
    if type_ in known:
        return element(tag, {"relType": type_, "target": target})
    return element(tag, {"relType": "other", "dc:type": type_, "target": target})


def part_of_speech_code(part: PartOfSpeech) -> str:
    """The one-letter code that comes closest."""
    return _CODES.get(part, "x")


def _entry_code(entry: EntryRecord) -> str:
    parts = entry.part_of_speech
    return part_of_speech_code(parts[0]) if parts else UNKNOWN_PART


def lemma_elements(entry: EntryRecord) -> list[str]:
    """The lemma and the forms of an entry."""
    pronunciations = [
        text_element("Pronunciation", p.value, {"variety": p.variety, "notation": p.notation})
        for p in entry.pronunciations
    ]
    code = _entry_code(entry)
    values: dict[str, str | None] = {"writtenForm": entry.text, "partOfSpeech": code}
    tags = [text_element("Tag", text, {"category": category}) for category, text in _tags(entry)]
    return [element("Lemma", values, [*pronunciations, *tags]), *map(_form_element, entry.forms)]


def _form_element(form: FormRecord) -> str:
    tags = [] if form.tag is None else [text_element("Tag", form.tag, {"category": TAG})]
    return element("Form", {"writtenForm": form.text}, tags)


def _tags(entry: EntryRecord) -> Iterable[tuple[str, str]]:
    told = PARTS_OF_SPEECH.get(_entry_code(entry))
    if entry.part_of_speech != (() if told is None else (told,)):
        yield from ((PARTS, part) for part in entry.part_of_speech)
    if entry.homograph != 1:
        yield HOMOGRAPH, str(entry.homograph)
    if entry.frequency_band is not None:
        yield BAND, entry.frequency_band
    yield from ((TAG, tag) for tag in entry.tags)

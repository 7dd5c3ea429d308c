"""CSV and TSV, read row by row; tabular.py says what the columns are."""

import csv
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import groupby
from types import MappingProxyType
from typing import BinaryIO, Final, TypeVar

import orjson

from documents.vocabulary import (
    DescribedEnum,
    FrequencyBand,
    PartOfSpeech,
    Register,
    find_part_of_speech,
)
from resolvers.transfer.checks import (
    DEFINITION_LIMIT,
    EXAMPLE_LIMIT,
    HEADWORD_LIMIT,
    LABEL_LIMIT,
    MAX_HOMOGRAPH,
    check_text,
    parse_number,
)
from resolvers.transfer.codec import encode_entry
from resolvers.transfer.errors import BrokenFileError, RefusedError
from resolvers.transfer.files import decode_line, read_lines
from resolvers.transfer.reader import Scan
from resolvers.transfer.records import (
    EntryRecord,
    ExampleRecord,
    LibraryHeader,
    PronunciationRecord,
    SenseRecord,
    Untold,
)
from resolvers.transfer.spool import Spool
from resolvers.transfer.tabular import COLUMNS, column_names, split_items, table_delimiter

Choice = TypeVar("Choice", bound=DescribedEnum)
Row = Mapping[str, str]

# Columns, and the fields of stored documents that stay as they are where a table lacks them.
_WORD_FIELDS: Final[Mapping[str, set[str]]] = MappingProxyType(
    {
        "pronunciation": {"pronunciations"},
        "frequency_band": {"frequency_band", "commonness"},
        "tags": {"tags"},
    }
)
_DEFINITION_FIELDS: Final[Mapping[str, set[str]]] = MappingProxyType(
    {
        "domain": {"domain"},
        "register": {"usage_register"},
        "synonyms": {"synonyms"},
        "antonyms": {"antonyms"},
    }
)
_NEVER_TOLD: Final = Untold(
    word=frozenset({"language", "etymology", "forms", "metadata"}),
    definition=frozenset(
        {"part_of_speech", "synset", "relations", "frequency_band", "source", "metadata"}
    ),
    example=frozenset({"source"}),
    pronunciation_labels=True,
)


def scan_table(stream: BinaryIO, spool: Spool, name: str) -> Scan:
    """Put all entries into the spool.

    Args:
        stream: the unpacked file.
        spool: where entries, sense keys and refusals go.
        name: what the library is called.

    Raises:
        BrokenFileError: the header lacks a column, a quoted field never ends, or the file is not
            UTF-8.
    """
    scan = Scan(LibraryHeader(name))
    rows = _rows(_decoded(stream), scan, spool)
    for _, group in groupby(rows, lambda numbered: _word_of(numbered[1])):
        _spool_word(spool, list(group), scan.notes)
    return scan


def _decoded(stream: BinaryIO) -> Iterator[str]:
    for number, line in read_lines(stream, keep_ends=True):
        try:
            yield decode_line(line)
        except RefusedError as refused:
            raise BrokenFileError(str(refused), number) from refused


def _rows(lines: Iterator[str], scan: Scan, spool: Spool) -> Iterator[tuple[int, Row]]:
    header = next(lines, "").rstrip("\r\n")
    delimiter = table_delimiter(header)
    if delimiter is None:
        message = f"the first line has to name the columns word and definition, not {header[:80]!r}"
        raise BrokenFileError(message, 1)
    names = column_names(header, delimiter)
    for name in set(names) - set(COLUMNS):
        scan.notes[f'column "{name}" left out'] += 1
    scan.untold = _untold(set(names))
    table = csv.reader(lines, delimiter=delimiter, strict=True)
    line = 2
    try:
        for cells in table:
            if len(cells) == len(names):
                yield line, dict(zip(names, cells, strict=True))
            elif cells:
                reason = f"{len(cells)} cells under {len(names)} columns; quote cells that hold "
                spool.add_refusal(line, f"{reason}{delimiter!r}")
            line = table.line_num + 2
    except csv.Error as error:
        message = f"a quoted cell is not closed or goes on after its quote ({error})"
        raise BrokenFileError(message, line) from error


def _untold(columns: set[str]) -> Untold:
    def missing(fields: Mapping[str, set[str]]) -> set[str]:
        return set().union(*(kept for column, kept in fields.items() if column not in columns))

    return replace(
        _NEVER_TOLD,
        word=_NEVER_TOLD.word | missing(_WORD_FIELDS),
        definition=_NEVER_TOLD.definition | missing(_DEFINITION_FIELDS),
    )


def _word_of(row: Row) -> tuple[str, str, str]:
    word, parts = row["word"].strip(), row.get("part_of_speech", "")
    return word, parts.strip(), row.get("homograph", "").strip()


def _spool_word(spool: Spool, rows: list[tuple[int, Row]], notes: Counter[str]) -> None:
    line, first = rows[0]
    try:
        entry = _entry(first, notes)
        if spool.claim_homograph(entry.text, entry.part_of_speech, entry.homograph) is None:
            reason = "has rows further up; keep them together or number homographs"
            raise RefusedError(f'"{entry.text}" {reason}')
        senses = [sense for line, row in rows for sense in _senses(spool, line, row)]
        if not senses:
            raise RefusedError(f'"{entry.text}" has no usable definition, so it is left out')
    except RefusedError as refused:
        spool.add_refusal(line, str(refused))
    else:
        whole = replace(entry, senses=tuple(senses))
        spool.add_entry(line, orjson.dumps(encode_entry(whole)))


def _entry(row: Row, notes: Counter[str]) -> EntryRecord:
    homograph = row.get("homograph", "").strip() or "1"
    return EntryRecord(
        text=check_text(row["word"].strip(), "word", HEADWORD_LIMIT),
        part_of_speech=tuple([_part(name, notes) for name in _items(row, "part_of_speech")]),
        homograph=parse_number(homograph, "homograph", 1, MAX_HOMOGRAPH),
        pronunciations=tuple([PronunciationRecord(item) for item in _items(row, "pronunciation")]),
        frequency_band=_choice(row, "frequency_band", FrequencyBand),
        tags=_items(row, "tags"),
    )


def _part(name: str, notes: Counter[str]) -> PartOfSpeech:
    found = find_part_of_speech(name)
    if found is None:
        notes[f'part of speech "{name}" taken as other'] += 1
    return found or PartOfSpeech.OTHER


def _senses(spool: Spool, line: int, row: Row) -> Iterator[SenseRecord]:
    try:
        sense = _sense(row)
        if sense.key is not None and not spool.add_sense(sense.key, row["word"].strip()):
            raise RefusedError(f'key "{sense.key}" is there already')
    except RefusedError as refused:
        spool.add_refusal(line, str(refused))
    else:
        yield sense


def _sense(row: Row) -> SenseRecord:
    return SenseRecord(
        text=check_text(row["definition"], "definition", DEFINITION_LIMIT),
        key=_cell(row, "key"),
        domain=_cell(row, "domain"),
        register=_choice(row, "register", Register),
        synonyms=_items(row, "synonyms"),
        antonyms=_items(row, "antonyms"),
        examples=tuple([ExampleRecord(item) for item in _items(row, "examples", EXAMPLE_LIMIT)]),
    )


def _cell(row: Row, name: str) -> str | None:
    value = row.get(name, "")
    return check_text(value, name) if value.strip() else None


def _items(row: Row, name: str, limit: int = LABEL_LIMIT) -> tuple[str, ...]:
    value = row.get(name, "")
    if not value.strip():
        return ()
    return tuple([check_text(item, name, limit) for item in split_items(value)])


def _choice(row: Row, name: str, choices: type[Choice]) -> Choice | None:
    value = row.get(name, "").strip()
    if not value:
        return None
    try:
        return choices(value)
    except ValueError:
        known = ", ".join(choices)
        raise RefusedError(f'{name} has to be one of {known}, not "{value[:40]}"') from None

"""Open English WordNet, whole where it lies or some of its entries cut into files of their own."""

import gzip
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
DATA = Path(os.environ.get("LEXIGRAPH_TEST_DATA", PROJECT.parent / "shared" / "data"))
LMF, JSONL = "oewn-lmf.xml.gz", "oewn.jsonl.gz"


def data_file(name: str) -> Path:
    """A file of the real dictionaries; without it the test is skipped."""
    path = DATA / name
    if not path.exists():
        pytest.skip(f"{path} is missing; LEXIGRAPH_TEST_DATA names its folder")
    return path


def cut_jsonl(target: Path, prefixes: tuple[str, ...]) -> Path:
    """The entries whose words begin so, after the line about the file itself."""
    with gzip.open(data_file(JSONL), "rt", encoding="utf-8") as lines, target.open("w") as out:
        out.write(next(lines))
        starts = tuple(f'{{"word":"{prefix}' for prefix in prefixes)
        out.writelines(line for line in lines if line.startswith(starts))
    return target


def cut_lmf(target: Path, prefixes: tuple[str, ...]) -> Path:
    """The entries whose words begin so, and the synsets of their senses."""
    starts = tuple(f'<Lemma writtenForm="{prefix}' for prefix in prefixes)
    synsets: set[str] = set()
    with gzip.open(data_file(LMF), "rt", encoding="utf-8") as lines, target.open("w") as out:
        for block in _blocks(lines):
            if "<LexicalEntry " in block:
                wanted = any(start in block for start in starts)
                synsets.update(re.findall(r' synset="([^"]+)"', block) if wanted else ())
            else:
                found = re.search(r'<Synset id="([^"]+)"', block)
                wanted = found is None or found[1] in synsets
            out.write(block if wanted else "")
    return target


def _blocks(lines: Iterable[str]) -> Iterator[str]:
    """Entries and synsets as they stand in the file, and single lines between them."""
    block = ""
    for line in lines:
        block += line
        is_open = re.search("<(LexicalEntry|Synset) ", block)
        if is_open is None or f"</{is_open[1]}>" in line:
            yield block
            block = ""

"""The real dictionaries, whole: nothing of them is lost, and both layouts tell the same."""

import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from documents.vocabulary import RelationLevel, RelationType
from resolvers.transfer.formats import open_reader
from resolvers.transfer.records import EntryRecord, Refusal, RelationRecord, SenseRecord

PROJECT = Path(__file__).parents[3]
DATA = Path(os.environ.get("LEXIGRAPH_TEST_DATA", PROJECT.parent / "shared" / "data"))
LMF, JSONL, WIKTIONARY = "oewn-lmf.xml.gz", "oewn.jsonl.gz", "wiktionary-en.jsonl.gz"

MEASURE = """
import json, pathlib, sys
from resolvers.transfer.formats import open_reader
from resolvers.transfer.records import Refusal
entries = senses = leads = refusals = 0
with open_reader(pathlib.Path(sys.argv[1])) as reader:
    for item in reader:
        if isinstance(item, Refusal):
            refusals += 1
            continue
        entries += 1
        senses += len(item.senses)
        leads += sum(1 for sense in item.senses if sense.synset and sense.synset.position == 0)
# Not ru_maxrss, which a child process takes over from its parent.
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
kibibytes = int(status["VmHWM"].split()[0])
print(json.dumps([entries, senses, leads, refusals, kibibytes / 1024]))
"""

# How many relations only WN-LMF has: its writer adds the inverse of `exemplifies` between senses.
INVERSES_ADDED = 6_625


def data_file(name: str) -> Path:
    path = DATA / name
    if not path.exists():
        pytest.skip(f"{path} is missing; LEXIGRAPH_TEST_DATA names its folder")
    return path


@pytest.mark.data
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells the peak")
@pytest.mark.parametrize(
    ("name", "entries", "senses", "synsets"),
    [
        (LMF, 135_997, 185_152, 107_525),
        (JSONL, 135_997, 185_152, 107_525),
        pytest.param(WIKTIONARY, 301_317, 441_580, 0, marks=pytest.mark.long),
    ],
)
def test_a_whole_dictionary_is_read_in_little_memory(
    name: str, entries: int, senses: int, synsets: int
) -> None:
    command = [sys.executable, "-c", MEASURE, str(data_file(name))]
    # S603: our own interpreter on our own program.
    done = subprocess.run(  # noqa: S603
        command, cwd=PROJECT, capture_output=True, text=True, check=True
    )
    *counts, refusals, mebibytes = json.loads(done.stdout)
    assert counts == [entries, senses, synsets]
    assert refusals == 0
    assert mebibytes < 250


@dataclass(frozen=True)
class Name:
    """A sense, whatever key its layout gives it."""

    word: str
    part_of_speech: tuple[str, ...]
    synset: str


@dataclass
class Wordnet:
    entries: dict[tuple[object, ...], EntryRecord]
    senses: dict[Name, SenseRecord]
    names: dict[str, Name]

    def edges(self, name: Name) -> Counter[tuple[object, ...]]:
        return Counter(map(self._edge, self.senses[name].relations))

    def _edge(self, relation: RelationRecord) -> tuple[object, ...]:
        target = self.names[relation.target_key]
        if relation.level is RelationLevel.SYNSET:
            return relation.type, target.synset
        return relation.type, target


def load(path: Path) -> Wordnet:
    wordnet = Wordnet({}, {}, {})
    with open_reader(path) as reader:
        for entry in reader:
            assert not isinstance(entry, Refusal)
            names = [name_of(entry, sense) for sense in entry.senses]
            # The senses tell homographs apart.
            wordnet.entries[entry.text, entry.part_of_speech, *names] = entry
            for name, sense in zip(names, entry.senses, strict=True):
                wordnet.senses[name] = sense
                wordnet.names[sense.key or ""] = name
    return wordnet


def name_of(entry: EntryRecord, sense: SenseRecord) -> Name:
    assert sense.synset is not None
    return Name(entry.text, entry.part_of_speech, sense.synset.key.removeprefix("oewn-"))


@pytest.mark.data
@pytest.mark.long
def test_both_layouts_of_oewn_tell_the_same() -> None:
    """What differs is known: see each comment."""
    lmf, jsonl = load(data_file(LMF)), load(data_file(JSONL))
    assert lmf.entries.keys() == jsonl.entries.keys()
    assert lmf.senses.keys() == jsonl.senses.keys()
    only_in_lmf: Counter[object] = Counter()
    for name, sense in lmf.senses.items():
        other = jsonl.senses[name]
        assert same_fields(sense) == same_fields(other)
        # JSON Lines add the sample sentences of verbs ("The bad news will abash him").
        examples = [example.text for example in sense.examples]
        assert [example.text for example in other.examples][: len(examples)] == examples
        assert_same_place(sense, other)
        edges, other_edges = lmf.edges(name), jsonl.edges(name)
        assert not other_edges - edges
        only_in_lmf.update(edge[0] for edge in edges - other_edges)
    assert only_in_lmf == {RelationType.IS_EXEMPLIFIED_BY: INVERSES_ADDED}
    assert_same_entries(lmf, jsonl)


def same_fields(sense: SenseRecord) -> tuple[object, ...]:
    # Sources and positions of adjectives (metadata) are in WN-LMF only.
    assert sense.synset is not None
    told = (sense.text, sense.part_of_speech, sense.domain, sense.synset.ili)
    more = sense.metadata.get("more_definitions")
    return *told, sense.synonyms, sense.antonyms, more


def assert_same_place(sense: SenseRecord, other: SenseRecord) -> None:
    """JSON Lines cannot tell which of two members leads."""
    assert sense.synset is not None
    assert other.synset is not None
    if len(sense.synonyms) != 1:
        assert sense.synset.position == other.synset.position


def assert_same_entries(lmf: Wordnet, jsonl: Wordnet) -> None:
    for key, entry in lmf.entries.items():
        other = jsonl.entries[key]
        assert (entry.homograph, entry.forms) == (other.homograph, other.forms)
        # White space around ten pronunciations is kept by JSON Lines.
        stripped = [(p.value.strip(), p.variety) for p in other.pronunciations]
        assert [(p.value, p.variety) for p in entry.pronunciations] == stripped

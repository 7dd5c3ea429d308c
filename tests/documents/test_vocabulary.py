"""The closed vocabularies."""

import pytest

from documents.vocabulary import (
    INVERSES,
    DescribedEnum,
    FrequencyBand,
    PartOfSpeech,
    Register,
    RelationLevel,
    RelationType,
    find_part_of_speech,
    find_relation_type,
)

VOCABULARIES: list[type[DescribedEnum]] = [
    FrequencyBand,
    PartOfSpeech,
    Register,
    RelationLevel,
    RelationType,
]


@pytest.mark.parametrize("vocabulary", VOCABULARIES)
def test_every_value_says_what_it_means(vocabulary: type[DescribedEnum]) -> None:
    for member in vocabulary:
        assert vocabulary(member.value) is member
        assert member.name == member.value.upper()
        assert member.description.endswith(".")
        assert "\n" not in member.description
    assert len({member.description for member in vocabulary}) == len(vocabulary)


def test_inverses_lead_back() -> None:
    for relation, inverse in INVERSES.items():
        assert INVERSES[inverse] is relation


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("noun", PartOfSpeech.NOUN),
        ("Proper noun", PartOfSpeech.PROPER_NOUN),
        ("adjective ", PartOfSpeech.ADJECTIVE),
        ("prepositional phrase", PartOfSpeech.PHRASE),
        ("adjectivve", None),
    ],
)
def test_parts_of_speech_are_found_by_the_names_dictionaries_use(
    name: str, part: PartOfSpeech | None
) -> None:
    assert find_part_of_speech(name) is part


@pytest.mark.parametrize(
    ("name", "relation"),
    [
        ("hypernym", RelationType.HYPERNYM),
        ("similar to", RelationType.SIMILAR),
        ("see_also", RelationType.ALSO),
        ("part_meronym", RelationType.MERO_PART),
        ("carries", None),
    ],
)
def test_relations_are_found_by_older_names_too(name: str, relation: RelationType | None) -> None:
    assert find_relation_type(name) is relation

"""The names of WN-LMF: parts of speech, elements, attributes."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from documents.vocabulary import PartOfSpeech, RelationType

UNKNOWN_PART: Final = "u"
PARTS_OF_SPEECH: Final[Mapping[str, PartOfSpeech]] = MappingProxyType(
    {
        "n": PartOfSpeech.NOUN,
        "v": PartOfSpeech.VERB,
        "a": PartOfSpeech.ADJECTIVE,
        "r": PartOfSpeech.ADVERB,
        "s": PartOfSpeech.ADJECTIVE_SATELLITE,
        "t": PartOfSpeech.PHRASE,
        "z": PartOfSpeech.PHRASE,
        "c": PartOfSpeech.CONJUNCTION,
        "p": PartOfSpeech.ADPOSITION,
        "x": PartOfSpeech.OTHER,
    }
)

# Categories of Tag in which our own writer keeps what WN-LMF has no element for.
TAG: Final = "tag"
BAND: Final = "frequency_band"
PARTS: Final = "part_of_speech"
HOMOGRAPH: Final = "homograph"

KNOWN_ATTRIBUTES: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "LexicalResource": frozenset({"xmlns:dc"}),
        "Lexicon": frozenset(
            {"id", "label", "language", "email", "license", "version", "url", "citation"}
            | {"dc:description", "dc:format"}
        ),
        "LexicalEntry": frozenset({"id"}),
        "Lemma": frozenset({"writtenForm", "partOfSpeech"}),
        "Form": frozenset({"id", "writtenForm"}),
        "Pronunciation": frozenset({"variety", "notation", "xml:space"}),
        "Tag": frozenset({"category", "xml:space"}),
        "Sense": frozenset({"id", "synset", "dc:source", "adjposition"}),
        "SenseRelation": frozenset({"relType", "target", "dc:type"}),
        "Count": frozenset({"xml:space"}),
        "Example": frozenset({"dc:source", "xml:space"}),
        "Synset": frozenset({"id", "ili", "members", "partOfSpeech", "lexfile", "dc:source"}),
        "Definition": frozenset({"sourceSense", "xml:space"}),
        "SynsetRelation": frozenset({"relType", "target", "dc:type"}),
    }
)
LEFT_OUT: Final = frozenset({"ILIDefinition", "SyntacticBehaviour", "Requires", "Extends"})
OF_OTHER_FILES: Final = frozenset({"ExternalLexicalEntry", "ExternalSynset"})

# What WN-LMF 1.4 names between senses. Others are written as "other" with their name in dc:type.
SENSE_RELATIONS: Final = frozenset(
    {
        RelationType.ANTONYM,
        RelationType.ALSO,
        RelationType.PARTICIPLE,
        RelationType.PERTAINYM,
        RelationType.DERIVATION,
        RelationType.DOMAIN_TOPIC,
        RelationType.HAS_DOMAIN_TOPIC,
        RelationType.DOMAIN_REGION,
        RelationType.HAS_DOMAIN_REGION,
        RelationType.EXEMPLIFIES,
        RelationType.IS_EXEMPLIFIED_BY,
        RelationType.SIMILAR,
        RelationType.OTHER,
        RelationType.SIMPLE_ASPECT_IP,
        RelationType.SECONDARY_ASPECT_IP,
        RelationType.SIMPLE_ASPECT_PI,
        RelationType.SECONDARY_ASPECT_PI,
        RelationType.FEMININE,
        RelationType.HAS_FEMININE,
        RelationType.MASCULINE,
        RelationType.HAS_MASCULINE,
        RelationType.YOUNG,
        RelationType.HAS_YOUNG,
        RelationType.DIMINUTIVE,
        RelationType.HAS_DIMINUTIVE,
        RelationType.AUGMENTATIVE,
        RelationType.HAS_AUGMENTATIVE,
        RelationType.ANTO_GRADABLE,
        RelationType.ANTO_SIMPLE,
        RelationType.ANTO_CONVERSE,
        RelationType.METAPHOR,
        RelationType.HAS_METAPHOR,
        RelationType.METONYM,
        RelationType.HAS_METONYM,
        RelationType.AGENT,
        RelationType.MATERIAL,
        RelationType.EVENT,
        RelationType.INSTRUMENT,
        RelationType.LOCATION,
        RelationType.BY_MEANS_OF,
        RelationType.UNDERGOER,
        RelationType.PROPERTY,
        RelationType.RESULT,
        RelationType.STATE,
        RelationType.USES,
        RelationType.DESTINATION,
        RelationType.BODY_PART,
        RelationType.VEHICLE,
    }
)
# Everything else may stand between synsets.
SYNSET_RELATIONS: Final = frozenset(RelationType) - frozenset(
    {
        RelationType.PARTICIPLE,
        RelationType.PERTAINYM,
        RelationType.DERIVATION,
        RelationType.SIMPLE_ASPECT_IP,
        RelationType.SECONDARY_ASPECT_IP,
        RelationType.SIMPLE_ASPECT_PI,
        RelationType.SECONDARY_ASPECT_PI,
        RelationType.METAPHOR,
        RelationType.HAS_METAPHOR,
        RelationType.METONYM,
        RelationType.HAS_METONYM,
        RelationType.MATERIAL,
        RelationType.EVENT,
        RelationType.BY_MEANS_OF,
        RelationType.UNDERGOER,
        RelationType.PROPERTY,
        RelationType.STATE,
        RelationType.USES,
        RelationType.DESTINATION,
        RelationType.BODY_PART,
        RelationType.VEHICLE,
    }
)

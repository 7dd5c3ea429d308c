"""The closed vocabularies of a dictionary; every value carries its one-line description.

Names follow the Global WordNet Association's formats (WN-LMF 1.0 to 1.4) where they have one.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Self


class DescribedEnum(StrEnum):
    """A string enumeration whose members say what they mean: `PartOfSpeech.NOUN.description`."""

    _value_: str
    description: str

    # Type checkers take looking a member up for this call: there the description is left out.
    def __new__(cls, value: str, description: str = "") -> Self:
        """Make the member that equals `value`."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.description = description
        return member


class PartOfSpeech(DescribedEnum):
    """The grammatical class of a word or of one of its definitions."""

    NOUN = "noun", "Names a person, thing, place or idea."
    PROPER_NOUN = "proper_noun", "Names one particular person, place or thing."
    VERB = "verb", "Tells an action, event or state."
    ADJECTIVE = "adjective", "Qualifies a noun."
    ADJECTIVE_SATELLITE = (
        "adjective_satellite",
        "An adjective grouped around a central adjective that has an opposite.",
    )
    ADVERB = "adverb", "Qualifies a verb, an adjective, an adverb or a sentence."
    PRONOUN = "pronoun", "Stands for a noun phrase."
    ADPOSITION = "adposition", "Links a noun phrase to the rest; its place is not told."
    PREPOSITION = "preposition", "An adposition before its noun phrase."
    POSTPOSITION = "postposition", "An adposition after its noun phrase."
    CONJUNCTION = "conjunction", "Joins words, phrases or clauses."
    INTERJECTION = "interjection", "An exclamation that stands alone."
    DETERMINER = "determiner", "Introduces a noun phrase and limits what it refers to."
    ARTICLE = "article", "A determiner that marks a noun phrase as definite or indefinite."
    PARTICLE = "particle", "A function word that fits no other class."
    NUMERAL = "numeral", "Expresses a number."
    CONTRACTION = "contraction", "Several words shortened into one."
    PREFIX = "prefix", "An affix before a stem."
    INFIX = "infix", "An affix inside a stem."
    SUFFIX = "suffix", "An affix after a stem."
    AFFIX = "affix", "A bound part of words; its place is not told."
    PHRASE = "phrase", "Several words used as one expression."
    IDIOM = "idiom", "A phrase whose meaning does not follow from its words."
    PROVERB = "proverb", "A sentence that tells a common truth or advice."
    LETTER = "letter", "A character of an alphabet."
    SYMBOL = "symbol", "A written sign other than a letter, such as a punctuation mark."
    ABBREVIATION = "abbreviation", "A shortened written form."
    OTHER = "other", "A class that this list does not name, or an unknown one."


class IndexKind(DescribedEnum):
    """How an index finds what is near; names as `vectorindex` has them."""

    AUTO = "auto", "What suits the number of vectors, changed by itself: for everyone."
    FLAT = "flat", "Every vector is compared: exact."
    BINARY = "binary", "By codes of one bit a component, the best compared exactly."
    IVF = "ivf", "By lists of neighbouring vectors, in them by codes: for very many."
    LSH = "lsh", "By buckets of hash tables; for comparison, BINARY is faster."
    KDTREE = "kdtree", "By a tree of boxes: exact, for up to 16 dimensions."
    MILVUS = "milvus", "In the server's Milvus, for what one machine cannot hold."


class ChunkingMethod(DescribedEnum):
    """What a document's text is split by."""

    SENTENCES = "sentences", "So many sentences are a chunk."
    TOKENS = "tokens", "So many words, numbers and marks are a chunk."
    HEADINGS = "headings", "Each section of a Markdown text is a chunk; long ones are divided."


class RelationLevel(DescribedEnum):
    """What a relation joins."""

    SENSE = "sense", "Joins two senses: it holds between these very words."
    SYNSET = "synset", "Joins two synsets: it holds between the concepts of all their members."


class RelationType(DescribedEnum):
    """How the target of a relation stands to its source: read "the target is a … of the source"."""

    # Taxonomy
    HYPERNYM = "hypernym", "A broader concept."
    HYPONYM = "hyponym", "A narrower concept."
    INSTANCE_HYPERNYM = "instance_hypernym", "The class that this individual belongs to."
    INSTANCE_HYPONYM = "instance_hyponym", "An individual of this class."
    # Parts and wholes
    HOLONYM = "holonym", "A whole that the source is part of."
    HOLO_LOCATION = "holo_location", "A place that the source is a place within."
    HOLO_MEMBER = "holo_member", "A group that the source is a member of."
    HOLO_PART = "holo_part", "A whole that the source is a component of."
    HOLO_PORTION = "holo_portion", "A whole that the source is an amount or piece of."
    HOLO_SUBSTANCE = "holo_substance", "Something that is made of the source."
    MERONYM = "meronym", "A part of the source."
    MERO_LOCATION = "mero_location", "A place within the source."
    MERO_MEMBER = "mero_member", "A member of the source."
    MERO_PART = "mero_part", "A component of the source."
    MERO_PORTION = "mero_portion", "An amount or piece of the source."
    MERO_SUBSTANCE = "mero_substance", "A substance that the source is made of."
    # Likeness and opposition
    ALSO = "also", "Something related that is worth seeing too."
    SIMILAR = "similar", "A concept close in meaning, not always interchangeable."
    EQ_SYNONYM = "eq_synonym", "The same concept in another language or resource."
    IR_SYNONYM = "ir_synonym", "The same concept with an emotional or social colouring."
    ANTONYM = "antonym", "An opposite."
    ANTO_GRADABLE = "anto_gradable", "The other end of a scale, as cold is to hot."
    ANTO_SIMPLE = "anto_simple", "The opposite that leaves no middle, as dead is to alive."
    ANTO_CONVERSE = "anto_converse", "The same seen from the other side, as sell is to buy."
    ATTRIBUTE = "attribute", "The quality whose value this is, or a value of this quality."
    # Events
    CAUSES = "causes", "What the source brings about."
    IS_CAUSED_BY = "is_caused_by", "What brings the source about."
    ENTAILS = "entails", "What must be so when the source is."
    IS_ENTAILED_BY = "is_entailed_by", "What cannot be so without the source."
    SUBEVENT = "subevent", "An event that takes place during the source."
    IS_SUBEVENT_OF = "is_subevent_of", "An event during which the source takes place."
    IN_MANNER = "in_manner", "How the source is done."
    MANNER_OF = "manner_of", "What is done in the manner of the source."
    BE_IN_STATE = "be_in_state", "A quality that the source is in."
    STATE_OF = "state_of", "What is in the state of the source."
    RESTRICTS = "restricts", "What the source narrows down."
    RESTRICTED_BY = "restricted_by", "What narrows the source down."
    CLASSIFIES = "classifies", "What the source counts or classifies."
    CLASSIFIED_BY = "classified_by", "The classifier used with the source."
    # Usage
    DOMAIN_TOPIC = "domain_topic", "The field of knowledge that the source belongs to."
    HAS_DOMAIN_TOPIC = "has_domain_topic", "A term of the field of knowledge."
    DOMAIN_REGION = "domain_region", "The region where the source is used."
    HAS_DOMAIN_REGION = "has_domain_region", "A term used in the region."
    EXEMPLIFIES = "exemplifies", "The kind of usage that the source is an example of."
    IS_EXEMPLIFIED_BY = "is_exemplified_by", "An example of this kind of usage."
    # Roles in an event
    ROLE = "role", "An event that the source takes part in."
    INVOLVED = "involved", "What takes part in the event."
    AGENT = "agent", "The doer: of the event, or the event that the source does."
    INVOLVED_AGENT = "involved_agent", "Who typically does the event."
    PATIENT = "patient", "An event that the source undergoes."
    INVOLVED_PATIENT = "involved_patient", "Who or what typically undergoes the event."
    INSTRUMENT = "instrument", "The tool of the event, or the event done with the source."
    INVOLVED_INSTRUMENT = "involved_instrument", "A tool that the event is typically done with."
    LOCATION = "location", "The place of the event, or the event that takes place there."
    INVOLVED_LOCATION = "involved_location", "Where the event typically takes place."
    RESULT = "result", "The outcome of the event, or the event that the source results from."
    INVOLVED_RESULT = "involved_result", "What the event typically results in."
    DIRECTION = "direction", "An event that moves towards, from or along the source."
    INVOLVED_DIRECTION = "involved_direction", "A direction of the event."
    SOURCE_DIRECTION = "source_direction", "An event that starts from the source."
    INVOLVED_SOURCE_DIRECTION = "involved_source_direction", "Where the event starts from."
    TARGET_DIRECTION = "target_direction", "An event that leads to the source."
    INVOLVED_TARGET_DIRECTION = "involved_target_direction", "Where the event leads to."
    CO_ROLE = "co_role", "Another participant of the same event."
    CO_AGENT_PATIENT = "co_agent_patient", "What the source typically acts upon."
    CO_PATIENT_AGENT = "co_patient_agent", "Who typically acts upon the source."
    CO_AGENT_INSTRUMENT = "co_agent_instrument", "The tool that the source typically uses."
    CO_INSTRUMENT_AGENT = "co_instrument_agent", "Who typically uses the source."
    CO_AGENT_RESULT = "co_agent_result", "What the source typically makes."
    CO_RESULT_AGENT = "co_result_agent", "Who typically makes the source."
    CO_PATIENT_INSTRUMENT = "co_patient_instrument", "The tool typically used upon the source."
    CO_INSTRUMENT_PATIENT = "co_instrument_patient", "What the source is typically used upon."
    CO_RESULT_INSTRUMENT = "co_result_instrument", "The tool the source is typically made with."
    CO_INSTRUMENT_RESULT = "co_instrument_result", "What is typically made with the source."
    # Between words of one family
    DERIVATION = "derivation", "A word of the same root and a related meaning."
    PERTAINYM = "pertainym", "The noun or adjective that the source pertains to."
    PARTICIPLE = "participle", "The verb that the adjective is a participle of."
    EVENT = "event", "The noun for what happens when the verb is done."
    UNDERGOER = "undergoer", "The noun for who or what undergoes the verb."
    BY_MEANS_OF = "by_means_of", "The noun for the means by which the verb is done."
    USES = "uses", "The noun for the use or purpose of the verb."
    STATE = "state", "The noun for the state that the verb tells."
    PROPERTY = "property", "The noun for the property that the verb tells."
    MATERIAL = "material", "The noun for the material with which the verb is done."
    VEHICLE = "vehicle", "The noun for the vehicle with which the verb is done."
    BODY_PART = "body_part", "The noun for the part of the body with which the verb is done."
    DESTINATION = "destination", "The noun for where the verb leads to."
    FEMININE = "feminine", "The feminine counterpart."
    HAS_FEMININE = "has_feminine", "What the source is the feminine counterpart of."
    MASCULINE = "masculine", "The masculine counterpart."
    HAS_MASCULINE = "has_masculine", "What the source is the masculine counterpart of."
    YOUNG = "young", "The young of the source."
    HAS_YOUNG = "has_young", "What the source is the young of."
    DIMINUTIVE = "diminutive", "A word for a small or dear one."
    HAS_DIMINUTIVE = "has_diminutive", "The word that the source is a diminutive of."
    AUGMENTATIVE = "augmentative", "A word for a large one."
    HAS_AUGMENTATIVE = "has_augmentative", "The word that the source is an augmentative of."
    METAPHOR = "metaphor", "A sense that carries the source over to another field."
    HAS_METAPHOR = "has_metaphor", "The sense that the source is a metaphor of."
    METONYM = "metonym", "A sense that names the source by something close to it."
    HAS_METONYM = "has_metonym", "The sense that the source is a metonym of."
    SIMPLE_ASPECT_IP = "simple_aspect_ip", "The perfective verb of the imperfective source."
    SIMPLE_ASPECT_PI = "simple_aspect_pi", "The imperfective verb of the perfective source."
    SECONDARY_ASPECT_IP = "secondary_aspect_ip", "The perfective verb derived from the source."
    SECONDARY_ASPECT_PI = "secondary_aspect_pi", "The imperfective verb derived from the source."
    OTHER = "other", "A relation that this list does not name."


class FrequencyBand(DescribedEnum):
    """How often a word or a sense is met."""

    VERY_COMMON = "very_common", "Everyone uses it every day."
    COMMON = "common", "Everyone knows it."
    UNCOMMON = "uncommon", "Most people have met it."
    RARE = "rare", "Few people know it."
    VERY_RARE = "very_rare", "Hardly met outside dictionaries."


class Register(DescribedEnum):
    """In what company or style a sense is used; neutral ones have none."""

    FORMAL = "formal", "For careful speech and official writing."
    INFORMAL = "informal", "For everyday talk."
    SLANG = "slang", "Of a group or time, very informal."
    VULGAR = "vulgar", "Likely to offend by coarseness."
    OFFENSIVE = "offensive", "Insults the people it refers to."
    TECHNICAL = "technical", "Of a profession or a science."
    LITERARY = "literary", "Of written literature."
    POETIC = "poetic", "Of verse and exalted prose."
    HUMOROUS = "humorous", "Meant to amuse."
    EUPHEMISTIC = "euphemistic", "A mild word for something unpleasant."
    CHILDISH = "childish", "Of or to children."
    DIALECT = "dialect", "Of one region."
    DATED = "dated", "Going out of use."
    ARCHAIC = "archaic", "Of an earlier time, still understood."
    OBSOLETE = "obsolete", "No longer used."


def _both_ways(pairs: Mapping[RelationType, RelationType]) -> Mapping[RelationType, RelationType]:
    return MappingProxyType({**pairs, **{inverse: relation for relation, inverse in pairs.items()}})


_R = RelationType

# A relation that is its own inverse is paired with itself; relations that are missing have none.
# Roles are paired as relations between synsets: between senses WordNet stores them one way.
INVERSES: Mapping[RelationType, RelationType] = _both_ways(
    {
        _R.HYPERNYM: _R.HYPONYM,
        _R.INSTANCE_HYPERNYM: _R.INSTANCE_HYPONYM,
        _R.HOLONYM: _R.MERONYM,
        _R.HOLO_LOCATION: _R.MERO_LOCATION,
        _R.HOLO_MEMBER: _R.MERO_MEMBER,
        _R.HOLO_PART: _R.MERO_PART,
        _R.HOLO_PORTION: _R.MERO_PORTION,
        _R.HOLO_SUBSTANCE: _R.MERO_SUBSTANCE,
        _R.ALSO: _R.ALSO,
        _R.SIMILAR: _R.SIMILAR,
        _R.EQ_SYNONYM: _R.EQ_SYNONYM,
        _R.IR_SYNONYM: _R.IR_SYNONYM,
        _R.ANTONYM: _R.ANTONYM,
        _R.ANTO_GRADABLE: _R.ANTO_GRADABLE,
        _R.ANTO_SIMPLE: _R.ANTO_SIMPLE,
        _R.ANTO_CONVERSE: _R.ANTO_CONVERSE,
        _R.ATTRIBUTE: _R.ATTRIBUTE,
        _R.CAUSES: _R.IS_CAUSED_BY,
        _R.ENTAILS: _R.IS_ENTAILED_BY,
        _R.SUBEVENT: _R.IS_SUBEVENT_OF,
        _R.IN_MANNER: _R.MANNER_OF,
        _R.BE_IN_STATE: _R.STATE_OF,
        _R.RESTRICTS: _R.RESTRICTED_BY,
        _R.CLASSIFIES: _R.CLASSIFIED_BY,
        _R.DOMAIN_TOPIC: _R.HAS_DOMAIN_TOPIC,
        _R.DOMAIN_REGION: _R.HAS_DOMAIN_REGION,
        _R.EXEMPLIFIES: _R.IS_EXEMPLIFIED_BY,
        _R.ROLE: _R.INVOLVED,
        _R.AGENT: _R.INVOLVED_AGENT,
        _R.PATIENT: _R.INVOLVED_PATIENT,
        _R.INSTRUMENT: _R.INVOLVED_INSTRUMENT,
        _R.LOCATION: _R.INVOLVED_LOCATION,
        _R.RESULT: _R.INVOLVED_RESULT,
        _R.DIRECTION: _R.INVOLVED_DIRECTION,
        _R.SOURCE_DIRECTION: _R.INVOLVED_SOURCE_DIRECTION,
        _R.TARGET_DIRECTION: _R.INVOLVED_TARGET_DIRECTION,
        _R.CO_ROLE: _R.CO_ROLE,
        _R.CO_AGENT_PATIENT: _R.CO_PATIENT_AGENT,
        _R.CO_AGENT_INSTRUMENT: _R.CO_INSTRUMENT_AGENT,
        _R.CO_AGENT_RESULT: _R.CO_RESULT_AGENT,
        _R.CO_PATIENT_INSTRUMENT: _R.CO_INSTRUMENT_PATIENT,
        _R.CO_RESULT_INSTRUMENT: _R.CO_INSTRUMENT_RESULT,
        _R.DERIVATION: _R.DERIVATION,
        _R.FEMININE: _R.HAS_FEMININE,
        _R.MASCULINE: _R.HAS_MASCULINE,
        _R.YOUNG: _R.HAS_YOUNG,
        _R.DIMINUTIVE: _R.HAS_DIMINUTIVE,
        _R.AUGMENTATIVE: _R.HAS_AUGMENTATIVE,
        _R.METAPHOR: _R.HAS_METAPHOR,
        _R.METONYM: _R.HAS_METONYM,
        _R.SIMPLE_ASPECT_IP: _R.SIMPLE_ASPECT_PI,
        _R.SECONDARY_ASPECT_IP: _R.SECONDARY_ASPECT_PI,
    }
)

_PART_OF_SPEECH_NAMES: Mapping[str, PartOfSpeech] = MappingProxyType(
    {part.value: part for part in PartOfSpeech}
    | {
        "name": PartOfSpeech.PROPER_NOUN,
        "number": PartOfSpeech.NUMERAL,
        "prepositional_phrase": PartOfSpeech.PHRASE,
        "punctuation_mark": PartOfSpeech.SYMBOL,
        "satellite_adjective": PartOfSpeech.ADJECTIVE_SATELLITE,
    }
)

_RELATION_NAMES: Mapping[str, RelationType] = MappingProxyType(
    {relation.value: relation for relation in RelationType}
    | {
        "cause": _R.CAUSES,
        "derivationally_related_form": _R.DERIVATION,
        "domain_usage": _R.EXEMPLIFIES,
        "entail": _R.ENTAILS,
        "entailment": _R.ENTAILS,
        "has_domain_usage": _R.IS_EXEMPLIFIED_BY,
        "member_holonym": _R.HOLO_MEMBER,
        "member_meronym": _R.MERO_MEMBER,
        "part_holonym": _R.HOLO_PART,
        "part_meronym": _R.MERO_PART,
        "see_also": _R.ALSO,
        "similar_to": _R.SIMILAR,
        "substance_holonym": _R.HOLO_SUBSTANCE,
        "substance_meronym": _R.MERO_SUBSTANCE,
    }
)


def _folded(name: str) -> str:
    return "_".join(name.casefold().replace("-", " ").split())


def find_part_of_speech(name: str) -> PartOfSpeech | None:
    """The part of speech that dictionaries call `name`, whatever its case and spacing."""
    return _PART_OF_SPEECH_NAMES.get(_folded(name))


def find_relation_type(name: str) -> RelationType | None:
    """The relation type that dictionaries call `name`, older WordNet names included."""
    return _RELATION_NAMES.get(_folded(name))

"""The elements of WN-LMF, turned into drafts while they go by."""

from collections import Counter
from collections.abc import Callable
from typing import Final
from xml.parsers.expat import XMLParserType

from documents.vocabulary import PartOfSpeech, find_relation_type
from resolvers.transfer.checks import (
    DEFINITION_LIMIT,
    EXAMPLE_LIMIT,
    HEADWORD_LIMIT,
    check_language,
    check_text,
    parse_number,
)
from resolvers.transfer.codec import encode_entry
from resolvers.transfer.errors import BrokenFileError, RefusedError
from resolvers.transfer.lmf_attributes import (
    Attributes,
    collapse_space,
    lexicon_header,
    optional,
    required,
)
from resolvers.transfer.lmf_entry import EntryParts, FormParts
from resolvers.transfer.lmf_ids import ESCAPED_IDS, key_of_id
from resolvers.transfer.lmf_vocabulary import (
    KNOWN_ATTRIBUTES,
    LEFT_OUT,
    OF_OTHER_FILES,
    PARTS_OF_SPEECH,
    TAG,
    UNKNOWN_PART,
)
from resolvers.transfer.records import FormRecord, LibraryHeader, PronunciationRecord
from resolvers.transfer.spool import Spool
from resolvers.transfer.wordnet_drafts import (
    EntryDraft,
    RelationDraft,
    SenseDraft,
    SynsetDraft,
    spool_entry,
    spool_synset,
)

# As large as the store's integers.
_HIGHEST_COUNT: Final = 2**63 - 1


class LmfElements:
    """Takes the start and the end of each element; `header` is set by the first lexicon."""

    def __init__(self, parser: XMLParserType, spool: Spool) -> None:
        self.header: LibraryHeader | None = None
        self.notes: Counter[str] = Counter()
        self._parser = parser
        self._spool = spool
        self._language: str | None = None
        self._key: Callable[[str], str] = str
        self._skipped_depth = 0
        self._text: list[str] = []
        self._attributes: Attributes = {}
        self._entry = EntryParts(0, "")
        self._form: FormParts | None = None
        self._sense: SenseDraft | None = None
        self._synset = SynsetDraft()
        self._synset_id = ""
        self._members: list[str] = []
        self._starts: dict[str, Callable[[Attributes], None]] = {
            "LexicalResource": lambda _: None,
            "Lexicon": self._start_lexicon,
            "LexiconExtension": self._start_lexicon,
            "LexicalEntry": self._start_entry,
            "Lemma": self._start_lemma,
            "Form": self._start_form,
            "Sense": self._start_sense,
            "SenseRelation": self._start_sense_relation,
            "Synset": self._start_synset,
            "SynsetRelation": self._start_synset_relation,
        } | dict.fromkeys(
            ("Pronunciation", "Tag", "Count", "Example", "Definition"), self._start_text
        )
        self._ends: dict[str, Callable[[], None]] = {
            "LexicalEntry": self._end_entry,
            "Form": self._end_form,
            "Sense": self._end_sense,
            "Synset": self._end_synset,
            "Pronunciation": self._end_pronunciation,
            "Tag": self._end_tag,
            "Count": self._end_count,
            "Example": self._end_example,
            "Definition": self._end_definition,
        }

    @property
    def _line(self) -> int:
        return self._parser.CurrentLineNumber

    def start(self, tag: str, attributes: Attributes) -> None:
        """Take the beginning of an element."""
        if self._skipped_depth:
            self._skipped_depth += 1
            return
        handler = self._starts.get(tag)
        if handler is None:
            self._skip(tag)
            return
        known = KNOWN_ATTRIBUTES.get(tag, frozenset())
        if not attributes.keys() <= known:
            for name in attributes.keys() - known:
                self.notes[f"attribute {name} of {tag} left out"] += 1
        try:
            handler(attributes)
        except RefusedError as refused:
            if self.header is None:
                raise BrokenFileError(f"{tag}: {refused}", self._line) from refused
            self._refuse(str(refused))
            self._skipped_depth = 1

    def end(self, tag: str) -> None:
        """Take the end of an element."""
        if self._skipped_depth:
            self._skipped_depth -= 1
            return
        handler = self._ends.get(tag)
        if handler is not None:
            try:
                handler()
            except RefusedError as refused:
                self._refuse(str(refused))

    def _refuse(self, reason: str) -> None:
        column = self._parser.CurrentColumnNumber + 1
        self._spool.add_refusal(self._line, reason, column)

    def _skip(self, tag: str) -> None:
        if self.header is None:
            message = f'the root element is "{tag}", so this is no WN-LMF; expected LexicalResource'
            raise BrokenFileError(message, self._line)
        self._skipped_depth = 1
        if tag in OF_OTHER_FILES:
            self._refuse(f"{tag} extends what is in another file; import a whole lexicon")
        elif tag in LEFT_OUT:
            self.notes[f"{tag} left out"] += 1
        else:
            self.notes[f"unknown element {tag} left out"] += 1

    # --- lexicon -----------------------------------------------------------------------------

    def _start_lexicon(self, attributes: Attributes) -> None:
        self._language = optional(attributes, "language")
        if self._language is not None:
            check_language(self._language, "language")
        escaped = attributes.get("dc:format") == ESCAPED_IDS
        self._key = key_of_id if escaped else str
        if self.header is None:
            self.header = lexicon_header(attributes)

    # --- entries -----------------------------------------------------------------------------

    def _start_entry(self, attributes: Attributes) -> None:
        self._entry = EntryParts(self._line, attributes.get("id", ""))

    def _start_lemma(self, attributes: Attributes) -> None:
        text = required(attributes, "writtenForm")
        self._entry.text = check_text(text, "writtenForm", HEADWORD_LIMIT).strip()
        part = self._part_of_speech(attributes)
        self._entry.parts = () if part is None else (part,)
        self._form = None

    def _part_of_speech(self, attributes: Attributes) -> PartOfSpeech | None:
        code = attributes.get("partOfSpeech", UNKNOWN_PART)
        if code == UNKNOWN_PART:
            return None
        part = PARTS_OF_SPEECH.get(code)
        if part is None:
            self.notes[f'part of speech "{code}" taken as other'] += 1
        return part or PartOfSpeech.OTHER

    def _start_form(self, attributes: Attributes) -> None:
        self._form = FormParts(check_text(required(attributes, "writtenForm"), "writtenForm"))

    def _end_form(self) -> None:
        if self._form is not None:
            self._entry.forms.append(FormRecord(self._form.text, self._form.tag))
        self._form = None

    def _end_pronunciation(self) -> None:
        value = check_text(self._taken_text(), "Pronunciation")
        if self._form is not None:
            self.notes["Pronunciation of Form left out"] += 1
            return
        variety = optional(self._attributes, "variety")
        record = PronunciationRecord(value, variety, optional(self._attributes, "notation"))
        self._entry.pronunciations.append(record)

    def _end_tag(self) -> None:
        text = check_text(self._taken_text(), "Tag")
        category = self._attributes.get("category", TAG)
        if self._form is None:
            self._entry.take_tag(category, text)
        elif self._form.tag is None:
            self._form.tag = text
        else:
            self.notes["second Tag of Form left out"] += 1

    def _end_entry(self) -> None:
        entry, self._entry = self._entry, EntryParts(0, "")
        if not entry.text:
            raise RefusedError(f'entry "{entry.id}" has no usable Lemma, so it is left out')
        if entry.id and not self._spool.claim_entry_id(entry.id):
            raise RefusedError(f'entry "{entry.id}" is there already')
        homograph = self._spool.claim_homograph(entry.text, entry.parts, entry.homograph)
        if homograph is None:
            raise RefusedError(f'"{entry.text}", homograph {entry.homograph}, is there already')
        language = (
            self._language if self.header and self._language != self.header.language else None
        )
        senses = [sense for sense in entry.senses if self._claim_sense(entry, sense)]
        plain = encode_entry(entry.record(homograph, language))
        spool_entry(self._spool, entry.line, EntryDraft(plain, senses))

    def _claim_sense(self, entry: EntryParts, sense: SenseDraft) -> bool:
        key = sense.key or ""
        if self._spool.add_sense(key, entry.text, entry_id=entry.id, synset=sense.synset):
            return True
        self._spool.add_refusal(sense.line, f'sense "{key}" is there already')
        return False

    # --- senses ------------------------------------------------------------------------------

    def _start_sense(self, attributes: Attributes) -> None:
        position = optional(attributes, "adjposition")
        self._sense = SenseDraft(
            line=self._line,
            key=self._required_key(attributes, "id"),
            synset=self._required_key(attributes, "synset"),
            source=optional(attributes, "dc:source"),
            metadata={"adjposition": position} if position else {},
        )

    def _start_sense_relation(self, attributes: Attributes) -> None:
        if self._sense is not None:
            self._sense.relations.append(self._relation(attributes))

    def _end_count(self) -> None:
        count = parse_number(self._taken_text(), "Count", 0, _HIGHEST_COUNT)
        if self._sense is not None:
            self._sense.metadata["count"] = count

    def _end_sense(self) -> None:
        if self._sense is not None:
            self._entry.senses.append(self._sense)
        self._sense = None

    # --- synsets -----------------------------------------------------------------------------

    def _start_synset(self, attributes: Attributes) -> None:
        ili = optional(attributes, "ili")
        self._synset_id = self._required_key(attributes, "id")
        self._members = [self._key(name) for name in attributes.get("members", "").split()]
        self._synset = SynsetDraft(
            # "in" proposes a concept to the interlingual index, which has no number for it yet.
            ili=ili if ili != "in" else None,
            domain=optional(attributes, "lexfile"),
            source=optional(attributes, "dc:source"),
            part_of_speech=self._part_of_speech(attributes),
        )

    def _start_synset_relation(self, attributes: Attributes) -> None:
        self._synset.relations.append(self._relation(attributes))

    def _end_definition(self) -> None:
        text = check_text(self._taken_text(), "Definition", DEFINITION_LIMIT)
        sense = self._attributes.get("sourceSense")
        if sense is not None:
            self._synset.own_texts.append((self._key(sense), text))
        if self._synset.text is None:
            self._synset.text = text
        elif sense is None:
            more = self._synset.metadata.setdefault("more_definitions", [])
            if isinstance(more, list):
                more.append(text)

    def _end_synset(self) -> None:
        if not spool_synset(self._spool, self._synset_id, self._members, self._synset):
            raise RefusedError(f'synset "{self._synset_id}" is there already')
        self._synset = SynsetDraft()

    # --- both --------------------------------------------------------------------------------

    def _end_example(self) -> None:
        text = check_text(self._taken_text(), "Example", EXAMPLE_LIMIT)
        owner = self._synset if self._sense is None else self._sense
        owner.examples.append((text, optional(self._attributes, "dc:source")))

    def _relation(self, attributes: Attributes) -> RelationDraft:
        name = required(attributes, "relType")
        if name == "other":
            name = attributes.get("dc:type", name)
        found = find_relation_type(name)
        if found is None:
            self.notes[f'relation "{name}" taken as other'] += 1
        target = self._required_key(attributes, "target")
        return RelationDraft(found or "other", self._line, target)

    def _required_key(self, attributes: Attributes, name: str) -> str:
        return check_text(self._key(required(attributes, name)), name)

    def _start_text(self, attributes: Attributes) -> None:
        self._attributes = attributes
        self._text = []
        self._parser.CharacterDataHandler = self._text.append

    def _taken_text(self) -> str:
        self._parser.CharacterDataHandler = None
        text = "".join(self._text)
        # Indentation is not meant, unless the file says that it is.
        if self._attributes.get("xml:space") == "preserve":
            return text
        return collapse_space(text)

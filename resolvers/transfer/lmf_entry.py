"""An entry of WN-LMF while its elements go by."""

from documents.vocabulary import FrequencyBand, PartOfSpeech, find_part_of_speech
from resolvers.transfer.checks import MAX_HOMOGRAPH, parse_number
from resolvers.transfer.lmf_vocabulary import BAND, HOMOGRAPH, PARTS, TAG
from resolvers.transfer.records import EntryRecord, FormRecord, PronunciationRecord
from resolvers.transfer.wordnet_drafts import SenseDraft


class FormParts:
    """A form whose tag may still come."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tag: str | None = None


class EntryParts:
    """An entry while its elements go by."""

    def __init__(self, line: int, id_: str) -> None:
        self.line = line
        self.id = id_
        self.text = ""
        self.parts: tuple[PartOfSpeech, ...] = ()
        self.homograph: int | None = None
        self.band: FrequencyBand | None = None
        self.tags: list[str] = []
        self.pronunciations: list[PronunciationRecord] = []
        self.forms: list[FormRecord] = []
        self.senses: list[SenseDraft] = []
        self._parts_told = False

    def take_tag(self, category: str, text: str) -> None:
        """Take a tag of the lemma; foreign categories stay with their tags."""
        if category == HOMOGRAPH:
            self.homograph = parse_number(text, "homograph", 1, MAX_HOMOGRAPH)
        elif category == BAND and text in set(FrequencyBand):
            self.band = FrequencyBand(text)
        elif category == PARTS and (part := find_part_of_speech(text)):
            self.parts = (*self.parts, part) if self._parts_told else (part,)
            self._parts_told = True
        else:
            self.tags.append(text if category == TAG else f"{category}:{text}")

    def record(self, homograph: int, language: str | None) -> EntryRecord:
        """The entry without its senses."""
        return EntryRecord(
            text=self.text,
            part_of_speech=self.parts,
            homograph=homograph,
            language=language,
            pronunciations=tuple(self.pronunciations),
            forms=tuple(self.forms),
            frequency_band=self.band,
            tags=tuple(self.tags),
        )

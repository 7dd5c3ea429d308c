"""WN-LMF 1.0 to 1.4, the XML of the Global WordNet Association, read as a stream.

Entries come before the synsets that define them, so both are put into the spool as drafts.
"""

import re
from typing import BinaryIO, Final, NoReturn
from xml.parsers import expat

from resolvers.transfer.errors import BrokenFileError
from resolvers.transfer.lmf_elements import LmfElements
from resolvers.transfer.reader import Scan
from resolvers.transfer.records import Untold
from resolvers.transfer.spool import Spool
from resolvers.transfer.wordnet import forget_undefined_senses, order_members

_DOCTYPE = re.compile(rb"<!DOCTYPE\s+\w+\s+(?:SYSTEM|PUBLIC)[^\[>]*>")
_CHUNK_BYTES: Final = 1 << 18
_UNTOLD: Final = Untold(
    word=frozenset({"etymology", "metadata"}),
    definition=frozenset({"usage_register", "frequency_band"}),
)


def scan_lmf(stream: BinaryIO, spool: Spool, name: str) -> Scan:
    """Put all entries and synsets into the spool.

    Args:
        stream: the unpacked file, in any encoding its XML declaration names.
        spool: where drafts, senses and refusals go.
        name: what the file is called, for messages.

    Raises:
        BrokenFileError: it is no well-formed XML, no WN-LMF, or it declares entities.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    elements = LmfElements(parser, spool)
    parser.StartElementHandler = elements.start
    parser.EndElementHandler = elements.end
    _refuse_entities(parser)
    try:
        parser.Parse(_without_dtd(stream.read(_CHUNK_BYTES)), False)
        while chunk := stream.read(_CHUNK_BYTES):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        what = expat.ErrorString(error.code)
        message = f"broken XML ({what}); repair the file or fetch it again"
        raise BrokenFileError(message, error.lineno, error.offset + 1) from error
    if elements.header is None:
        raise BrokenFileError(f"{name} has no Lexicon element; nothing to read", 1)
    forget_undefined_senses(spool)
    order_members(spool)
    return Scan(elements.header, _UNTOLD, elements.notes)


def _without_dtd(head: bytes) -> bytes:
    """Blank out the reference to the DTD, which is not fetched.

    While a DTD is unread, expat passes over entities that it might declare, and drops what they
    stand for; without one they are errors.
    """
    return _DOCTYPE.sub(lambda found: re.sub(rb"[^\n]", b" ", found[0]), head, count=1)


def _refuse_entities(parser: expat.XMLParserType) -> None:
    """Own entities could expand without bound or read other files; WN-LMF needs none."""

    def refuse(*_: object) -> NoReturn:
        message = "entities are not taken; replace them by the characters they stand for"
        raise BrokenFileError(message, parser.CurrentLineNumber, parser.CurrentColumnNumber + 1)

    parser.EntityDeclHandler = refuse
    parser.SkippedEntityHandler = refuse
    parser.ExternalEntityRefHandler = refuse

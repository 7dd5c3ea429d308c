"""How much a library takes, from files and from mutations alike; lengths are in characters."""

HEADWORD_LIMIT = 200
DEFINITION_LIMIT = 10_000
EXAMPLE_LIMIT = 10_000
ETYMOLOGY_LIMIT = 10_000
# Everything else: keys, tags, pronunciations, domains, sources.
LABEL_LIMIT = 1_000
NAME_LIMIT = 200
TITLE_LIMIT = 500
# Every chunk of a section carries its headings: a line of a text that is longer is no heading.
HEADING_LIMIT = 200
URL_LIMIT = 2_000
# At four bytes a character, with its chunks apart, far below the 16 MiB that one document may have.
DOCUMENT_LIMIT = 1_000_000
CHUNK_LIMIT = 10_000

# One call of a mutation.
MAX_ITEMS = 250
MAX_DEFINITIONS_PER_WORD = 200
MAX_EXAMPLES_PER_DEFINITION = 100
MAX_RELATIONS_PER_DEFINITION = 1_000
MAX_LIST_LENGTH = 200
MAX_CHUNKS_PER_DOCUMENT = 5_000
# Of all documents of a call; what it changes is one document of the change log.
MAX_CHUNKS = 20_000
MAX_CHUNK_TOKENS = 2_000
MAX_CHUNK_SENTENCES = 100
MAX_HEADING_LEVEL = 6
MAX_PARTS_OF_SPEECH = 10
CLIENT_REF_LIMIT = 100
IDEMPOTENCY_KEY_LIMIT = 200
IDEMPOTENCY_HOURS = 24
MAX_PATCH_OPERATIONS = 100
POINTER_LIMIT = 1_000
PATCH_LIMIT_BYTES = 65_536
# What a patch may make of an entity on its way; `copy` can double it with each operation.
PATCHED_LIMIT_BYTES = 1_048_576

MAX_POSITION = 1_000_000
MAX_HOMOGRAPH = 1_000

METADATA_LIMIT_BYTES = 16_384
MAX_METADATA_DEPTH = 8

# Filters of lists.
MAX_FILTER_DEPTH = 5
MAX_CONDITIONS = 50
MAX_FILTER_VALUES = 100
# A filter that no database index serves looks at rows one by one.
MAX_READ_SECONDS = 10

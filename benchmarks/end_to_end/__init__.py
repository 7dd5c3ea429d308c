"""Search by vector over HTTP, beside the servers of Chroma and Milvus (milvus-lite).

    make bench-end-to-end                      OEWN's 107,525 definitions, 8 clients
    make bench-end-to-end ARGS="--rows 10000"  a quick look

Three servers hold the same texts and vectors; each is asked by its own client (ours is GraphQL over
HTTP), with the same descriptions, for the ten best with their texts. Clients are processes that ask
again as soon as they are answered, and the servers take turns: so whatever else the machine does
meets them alike. Then words are deleted and created while searches go on.

What was imported is kept in build/bench-end-to-end and used again.
"""

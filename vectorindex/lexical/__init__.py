"""Search by words: BM25F over fields in files, a tail in memory, and tombstones; NumPy alone.

Texts come in as terms: what a word is, and which words are the same, its callers decide.
"""

"""Search by words: texts as terms, the index of a library's words, and queries in it."""

"""The provider `static`: a table of word vectors distilled from MiniLM."""

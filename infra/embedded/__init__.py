"""The embedded store: MongoDB's wire protocol over one SQLite file."""

"""Reading: projected rows, pages of connections, look-ups by natural key."""

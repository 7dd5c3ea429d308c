"""Jobs: asked for in transactions, done by workers, one holder at a time."""

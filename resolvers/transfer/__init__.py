"""Libraries as files: reading, writing and storing them."""

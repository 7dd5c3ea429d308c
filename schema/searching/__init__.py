"""Search as clients see it: what is asked for, and one page of results."""

"""Restrictions of searches: the ids that may answer, found before anything is ranked."""

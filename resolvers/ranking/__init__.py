"""Ranking words: what is known of each candidate, in named parts that are weighed and added."""

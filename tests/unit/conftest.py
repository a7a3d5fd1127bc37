"""Hypothesis for the unit tests: the same examples at every run, no database on disk."""

from hypothesis import settings

settings.register_profile(
    "unit", max_examples=80, deadline=None, derandomize=True, database=None, print_blob=False
)
settings.load_profile("unit")

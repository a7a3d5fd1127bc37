"""A model of the worker: what may happen to it, in any order, and what must be true in the end."""

"""Looks at everything the system stands on: each check by itself, none in another's way."""

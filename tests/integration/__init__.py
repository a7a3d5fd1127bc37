"""Adapters with the real component on the other side."""

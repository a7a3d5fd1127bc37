"""Tests of the pure parts: literals in, values out; no network, no file but the samples."""

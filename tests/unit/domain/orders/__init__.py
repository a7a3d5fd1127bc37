"""Tests of what messages are understood as."""

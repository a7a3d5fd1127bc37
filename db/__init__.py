"""Postgres: connections, the statements in .sql files, and rows to and from types."""

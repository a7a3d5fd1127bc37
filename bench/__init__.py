"""Measures the product against its budgets; `make bench` writes docs/benchmarks.md from it."""

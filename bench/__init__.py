"""Measurements of feedbot, each beside a baseline taken in the same run: `make bench`, docs/benchmarks.md."""

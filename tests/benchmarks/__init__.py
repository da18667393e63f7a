"""Measures HCAI against bare relays; `python -m tests.benchmarks` runs everything."""

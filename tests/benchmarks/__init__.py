"""Measures HCAI against two bare relays; `python -m tests.benchmarks` runs everything."""

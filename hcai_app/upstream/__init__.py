"""Clients of the providers, one folder each."""

"""The model provider: calls and streams, catalog, usage."""

"""API keys, and authentication by key or session."""

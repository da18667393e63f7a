"""API keys, and who a key or a session stands for."""

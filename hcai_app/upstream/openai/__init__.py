"""OpenAI, for moderations alone."""

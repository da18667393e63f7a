"""`/proxy/v1`: the OpenAI- and OpenRouter-compatible API."""

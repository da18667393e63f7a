"""The API: plain ASGI, in front of Reflex."""

"""The model provider: its calls and streams, its catalog, what it says of costs."""

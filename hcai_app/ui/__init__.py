"""The pages, in Python: content, state, islands, look."""

"""The pages, in Python: what they show, what their buttons do, how they look."""

"""A whole account at once: export and deletion."""

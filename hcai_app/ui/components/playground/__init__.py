"""What the playground shows: Python over the island that keeps the conversations."""

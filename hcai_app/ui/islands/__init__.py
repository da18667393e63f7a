"""Python classes of the islands, which live in the browser alone; their code stands beside them."""

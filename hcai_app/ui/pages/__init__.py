"""One module per route; each registers its page by being imported."""

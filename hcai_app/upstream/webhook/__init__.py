"""The operators' webhook."""

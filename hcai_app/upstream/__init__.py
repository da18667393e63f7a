"""What speaks to the provider."""

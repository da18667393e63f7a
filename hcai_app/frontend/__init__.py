"""The compiled pages: building and serving them."""

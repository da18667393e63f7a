"""What drives the product from outside: its server process, its provider, its databases."""

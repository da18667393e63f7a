"""A small HTTP/1.1 client for the calls of the road; what is rare goes over httpx."""

"""`make chaos`: every fault against a real server, PostgreSQL and Redis, as one table."""

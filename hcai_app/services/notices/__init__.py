"""Notices to the operators: kept once for all workers, delivered to their webhook."""

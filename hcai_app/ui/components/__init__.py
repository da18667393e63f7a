"""Functions from values to components; no queries, no state of their own."""

"""Read models of the ledger for pages and `/stats`; nothing here writes."""

"""What the pages and `/stats` read of the ledger; nothing here writes."""

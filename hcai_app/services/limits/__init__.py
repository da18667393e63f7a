"""How much may be asked for: rates, calls in flight, memory, the daily budget."""

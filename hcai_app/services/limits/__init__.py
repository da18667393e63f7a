"""How much may be asked for: rates, calls in flight, body memory, the budget."""

"""GitHub: the keys with which its secret scanning signs."""

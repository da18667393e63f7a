"""Which tabs are open, and which of them have something new to show."""

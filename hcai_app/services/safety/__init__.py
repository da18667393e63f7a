"""Safety of minors: what the check of a prompt finds, and how often it does."""

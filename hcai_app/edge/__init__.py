"""What stands in front of both doors: which door a request takes, and what is guarded before it."""

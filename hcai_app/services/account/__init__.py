"""What somebody can do with their whole account: take it with them, delete it."""

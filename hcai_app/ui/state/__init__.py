"""What pages hold and do: thin classes that ask services and keep only what is drawn."""

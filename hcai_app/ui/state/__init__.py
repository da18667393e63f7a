"""Page states: thin classes that call services and hold only what is rendered."""

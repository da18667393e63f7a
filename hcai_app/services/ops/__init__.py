"""What the operator and the service itself need: health, metrics, retention, revocation."""

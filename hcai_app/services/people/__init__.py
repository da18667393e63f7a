"""Users, sign-in, sessions, eligibility."""

"""Fair use: which calls look like a program that is not allowed here, by rules that are data."""

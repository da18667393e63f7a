"""Things that go wrong, for real: processes killed, databases gone, clients that leave."""

"""Who somebody is: users, how they sign in, their sessions, whether they may."""

"""Hack Club Auth, an OpenID provider."""

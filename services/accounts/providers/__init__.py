"""Signing in at an organisation's own provider, by OpenID Connect."""

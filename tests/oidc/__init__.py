"""Signing in at a real OpenID Connect provider, which these tests start."""

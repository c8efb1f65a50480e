"""Credentials before a verifier that nobody here wrote."""

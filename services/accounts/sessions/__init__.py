"""Signing in and out, sessions and the tokens that speak for them."""

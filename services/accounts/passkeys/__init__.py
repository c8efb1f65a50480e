"""Passkeys: keys that a person's own device keeps and opens by finger, face or number."""

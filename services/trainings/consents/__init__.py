"""Consent for each purpose: given, withdrawn, and what follows."""
